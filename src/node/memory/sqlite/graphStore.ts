import type { Episode } from '../../../protocol/memory.ts';
import { episodeShare } from '../../../core/memory/episodes/outcomeWorth.ts';
import { isCallable } from '../../../core/memory/graph/callees.ts';
import { qualifiedName } from '../../../core/memory/qualifiedName.ts';
import { type FileLink, linksOf, namespacesOf, usesOf } from '../../../core/memory/graph/fileLinks.ts';
import { languageFamily } from '../../../core/memory/graph/languageFamily.ts';
import { type ProjectManifest, readProjectManifest } from '../../../core/memory/graph/projectManifest.ts';
import { offeredKeys, wantKey } from '../../../core/memory/graph/want.ts';
import type { SourceFacts, SymbolFact } from '../../../core/memory/sourceFacts.ts';
import type { MemoryDatabase } from './openMemoryDatabase.ts';
import { boundsOf, isWithin, makeStatements, number, type Statements, text } from './statements.ts';

/** Languages whose imports a kind of manifest decides. */
const ruledFamilies: Readonly<Record<ProjectManifest['kind'], string>> = {
  typescript: 'javascript',
  package: 'javascript',
  go: 'go',
  cargo: 'rust',
};

/**
 * Writes what files say into the graph, and notes what is to be worked out again; `GraphResolver` does that. Call its methods inside
 * `MemoryDatabase.write`: many in one transaction.
 */
export class GraphStore {
  private readonly statements: Statements;

  constructor(database: MemoryDatabase) {
    this.statements = makeStatements(database.connection);
  }

  /** Puts what the file says now in the place of what it said. `content`: its text, of which manifests of projects are read. */
  replaceFile(path: string, facts: SourceFacts, content?: string): void {
    const family = languageFamily(facts.language);
    const title = facts.decision?.title ?? facts.symbols.find(({ kind }) => kind === 'heading')?.name ?? '';
    const known = this.statements.get('SELECT id, kind, family FROM graph_files WHERE path = ?', path);
    const same = known !== undefined && text(known, 'kind') === facts.kind && text(known, 'family') === family;
    const file =
      known === undefined
        ? this.statements.insert(
            'INSERT INTO graph_files (path, kind, family, title) VALUES (?, ?, ?, ?)',
            path,
            facts.kind,
            family,
            title,
          )
        : number(known, 'id');
    if (known !== undefined) {
      this.statements.run(
        'UPDATE graph_files SET kind = ?, family = ?, title = ? WHERE id = ?',
        facts.kind,
        family,
        title,
        file,
      );
    }
    this.replaceOffers(file, offeredKeys(path, namespacesOf(facts)), same);
    const symbols = this.replaceSymbols(file, facts.symbols, same);
    this.dropLinks(file);
    for (const link of linksOf(path, facts)) this.putLink(file, link);
    this.dropUses(file);
    for (const use of usesOf(path, facts)) {
      this.statements.run(
        'INSERT INTO graph_uses (file, caller, by, bare, name, uses, line) VALUES (?, ?, ?, ?, ?, ?, ?)',
        file,
        symbols.get(use.caller) ?? 0,
        use.by,
        use.bare,
        use.name === use.bare ? null : use.name,
        use.count,
        use.line,
      );
    }
    this.markStale('file', file);
    this.markStale('uses', file);
    this.replaceManifest(path, content === undefined ? undefined : readProjectManifest(path, content));
  }

  removeFiles(paths: readonly string[]): void {
    for (const path of paths) {
      const known = this.statements.get('SELECT id FROM graph_files WHERE path = ?', path);
      if (known !== undefined) {
        const file = number(known, 'id');
        this.replaceOffers(file, [], false);
        this.replaceSymbols(file, [], false);
        this.dropLinks(file);
        this.dropUses(file);
        this.statements.run("DELETE FROM graph_stale WHERE what IN ('file', 'uses') AND value = ?", String(file));
        this.statements.run('DELETE FROM graph_files WHERE id = ?', file);
      }
      this.replaceManifest(path, undefined);
    }
  }

  /** The path and those below it that are in the graph, or were in what a task solved. */
  pathsWithin(path: string): readonly string[] {
    const tables = ['graph_files', 'graph_solved'].map(
      (table) => `SELECT path FROM ${table} WHERE ${isWithin('path')}`,
    );
    const bounds = boundsOf(path);
    return this.statements.all(tables.join(' UNION '), ...bounds, ...bounds).map((row) => text(row, 'path'));
  }

  /** Takes the file away, or all below the folder, with what tasks did to it. */
  forgetPath(path: string): void {
    this.removeFiles(this.pathsWithin(path));
    this.statements.run(`DELETE FROM graph_solved WHERE ${isWithin('path')}`, ...boundsOf(path));
  }

  /** Everything that is remembered of solved tasks. */
  setEpisodes(episodes: readonly Episode[]): void {
    this.statements.run('DELETE FROM graph_solved');
    this.statements.run('DELETE FROM graph_tasks');
    for (const episode of episodes) {
      const { id, goal, time, files } = episode;
      const label = goal.split('\n', 1)[0] ?? '';
      this.statements.run(
        'INSERT OR REPLACE INTO graph_tasks (id, label, time, weight) VALUES (?, ?, ?, ?)',
        id,
        label.slice(0, 300),
        time,
        episodeShare(episode),
      );
      for (const path of files) {
        this.statements.run('INSERT OR IGNORE INTO graph_solved (path, task) VALUES (?, ?)', path, id);
      }
    }
  }

  removeAll(): void {
    for (const { name } of this.statements
      .all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'graph\\_%' ESCAPE '\\'")
      .map((row) => ({ name: text(row, 'name') }))) {
      if (!['graph_tasks', 'graph_solved'].includes(name)) this.statements.run(`DELETE FROM ${name}`);
    }
  }

  private replaceOffers(file: number, keys: readonly string[], same: boolean): void {
    const before = new Set(
      this.statements.all('SELECT key FROM graph_offers WHERE file = ?', file).map((row) => text(row, 'key')),
    );
    const after = new Set(keys);
    for (const key of before) {
      if (!after.has(key)) this.statements.run('DELETE FROM graph_offers WHERE key = ? AND file = ?', key, file);
      if (!after.has(key) || !same) this.markKey(key);
    }
    for (const key of after) {
      if (!before.has(key)) {
        this.statements.run('INSERT INTO graph_offers (key, file) VALUES (?, ?)', key, file);
        this.markKey(key);
      }
    }
  }

  /** Keeps the row of a symbol that is still there, so that what leads to it stands. Answers rows by qualified names. */
  private replaceSymbols(file: number, symbols: readonly SymbolFact[], same: boolean): ReadonlyMap<string, number> {
    const before = new Map(
      this.statements
        .all('SELECT id, name, qualified, kind, start_line, end_line FROM graph_symbols WHERE file = ?', file)
        .map((row) => [text(row, 'qualified'), row]),
    );
    const rows = new Map<string, number>();
    for (const symbol of symbols) {
      const { name, kind, startLine, endLine } = symbol;
      const qualified = qualifiedName(symbol);
      // Overloads and partial classes are one thing, which begins at the first of them.
      if (rows.has(qualified)) continue;
      const known = before.get(qualified);
      if (known === undefined) {
        const id = this.statements.insert(
          'INSERT INTO graph_symbols (file, name, qualified, kind, start_line, end_line) VALUES (?, ?, ?, ?, ?, ?)',
          file,
          name,
          qualified,
          kind,
          startLine,
          endLine,
        );
        rows.set(qualified, id);
        if (isCallable(kind)) this.markName(name);
        continue;
      }
      const id = number(known, 'id');
      rows.set(qualified, id);
      before.delete(qualified);
      const sameKind = text(known, 'kind') === kind && text(known, 'name') === name;
      if (!sameKind || number(known, 'start_line') !== startLine || number(known, 'end_line') !== endLine) {
        this.statements.run(
          'UPDATE graph_symbols SET name = ?, kind = ?, start_line = ?, end_line = ? WHERE id = ?',
          name,
          kind,
          startLine,
          endLine,
          id,
        );
      }
      if (!sameKind || !same) {
        this.markName(name);
        this.markName(text(known, 'name'));
      }
    }
    for (const row of before.values()) {
      const id = number(row, 'id');
      this.statements.run('DELETE FROM graph_callees WHERE symbol = ?', id);
      this.statements.run('DELETE FROM graph_symbols WHERE id = ?', id);
      this.markName(text(row, 'name'));
    }
    return rows;
  }

  private putLink(file: number, { by, text: written, names, line, wants }: FileLink): void {
    const link = this.statements.insert(
      'INSERT INTO graph_links (file, by, text, names, line) VALUES (?, ?, ?, ?, ?)',
      file,
      by,
      written,
      JSON.stringify(names),
      line,
    );
    for (const [rank, want] of wants.entries()) {
      this.statements.run(
        'INSERT INTO graph_wants (link, rank, by, value, alternative, key) VALUES (?, ?, ?, ?, ?, ?)',
        link,
        rank,
        want.by,
        want.value,
        want.group,
        wantKey(want),
      );
    }
  }

  private dropLinks(file: number): void {
    const links = 'SELECT id FROM graph_links WHERE file = ?';
    this.statements.run(`DELETE FROM graph_wants WHERE link IN (${links})`, file);
    this.statements.run('DELETE FROM graph_targets WHERE source = ?', file);
    this.statements.run('DELETE FROM graph_links WHERE file = ?', file);
  }

  private dropUses(file: number): void {
    this.statements.run('DELETE FROM graph_callees WHERE use IN (SELECT id FROM graph_uses WHERE file = ?)', file);
    this.statements.run('DELETE FROM graph_uses WHERE file = ?', file);
  }

  private replaceManifest(path: string, manifest: ProjectManifest | undefined): void {
    const before = this.statements.get('SELECT manifest FROM graph_manifests WHERE path = ?', path);
    const after = manifest === undefined ? undefined : JSON.stringify(manifest);
    const known = before === undefined ? undefined : text(before, 'manifest');
    if (known === after) return;
    if (after === undefined) this.statements.run('DELETE FROM graph_manifests WHERE path = ?', path);
    else this.statements.run('INSERT OR REPLACE INTO graph_manifests (path, manifest) VALUES (?, ?)', path, after);
    const kind = manifest?.kind ?? manifestKind(known);
    if (kind !== undefined) this.markStale('family', ruledFamilies[kind]);
  }

  private markStale(what: 'family' | 'file' | 'uses', value: string | number): void {
    this.statements.run('INSERT OR IGNORE INTO graph_stale (what, value) VALUES (?, ?)', what, String(value));
  }

  /** What has not yet been worked out for the first time finds the new state by itself: only what waits for the key is noted. */
  private markKey(key: string): void {
    this.statements.run(
      `INSERT OR IGNORE INTO graph_stale (what, value) SELECT 'key', ? WHERE EXISTS (SELECT 1 FROM graph_wants WHERE key = ?)`,
      key,
      key,
    );
  }

  private markName(name: string): void {
    this.statements.run(
      `INSERT OR IGNORE INTO graph_stale (what, value) SELECT 'name', ? WHERE EXISTS (SELECT 1 FROM graph_uses WHERE bare = ?)`,
      name,
      name,
    );
  }
}

function manifestKind(json: string | undefined): ProjectManifest['kind'] | undefined {
  const kind = json === undefined ? undefined : /"kind":"(\w+)"/.exec(json)?.[1];
  return kind === 'typescript' || kind === 'package' || kind === 'go' || kind === 'cargo' ? kind : undefined;
}
