import * as z from 'zod';
import { chooseCallees, layOut, type NamedSymbol, type Namesakes } from '../../../core/memory/graph/callees.ts';
import { importWants } from '../../../core/memory/graph/imports/importWants.ts';
import { type ProjectContext, projectContext } from '../../../core/memory/graph/projectContext.ts';
import { chooseTargets, type Offer, type Want, wantKey } from '../../../core/memory/graph/want.ts';
import { projectManifestSchema } from '../../../core/memory/graph/projectManifest.ts';
import type { SymbolKind } from '../../../core/memory/sourceFacts.ts';
import type { MemoryDatabase } from './openMemoryDatabase.ts';
import { makeStatements, number, type Row, type Statements, text } from './statements.ts';

const wantBy = z.enum(['module', 'end', 'folder', 'namespace', 'pair']);
const namesJson = z.array(z.string());

interface Candidate extends NamedSymbol {
  readonly id: number;
}

/** Names whose symbols are kept from one run to the next, so that memory stays bounded. */
const mostNames = 20_000;

/** The order matters: wants are made of manifests, targets of wants, callees of targets. */
const order = ['key', 'file', 'name', 'uses'] as const;
type Stale = (typeof order)[number];

/** Of a note of which a part is worked off, the rest is noted as `<kind>>`: with the id of the row that came last. */
const rests = order.map((what) => `${what}>`);

/** Links or uses that are looked at for each file that a run may take: so much is one transaction at most. */
const rowsPerFile = 25;

/** Most keys and names lead nowhere and cost next to nothing. */
const notesPerFile = { key: 20, file: 1, name: 20, uses: 1 } as const satisfies Record<Stale, number>;

interface Note {
  readonly what: Stale;
  readonly value: string;
  /** Rows up to this id are done. */
  readonly after: number;
}

/** What one run learned; nothing that it read changes while it runs. */
interface Learned {
  readonly context: ProjectContext;
  readonly offers: Map<string, readonly (Offer & { readonly id: number })[]>;
  readonly files: Map<number, Offer>;
  readonly imports: Map<number, ReadonlyMap<string, ReadonlySet<string>>>;
  readonly symbols: Map<string, Namesakes<Candidate> | undefined>;
}

/**
 * Works out where links and uses lead, for as much as was noted as stale. Call inside `MemoryDatabase.write`.
 */
export class GraphResolver {
  private readonly statements: Statements;
  private learned: Learned | undefined;
  /** Changes of the database when the run before was over. */
  private mark = -1;

  constructor(database: MemoryDatabase) {
    this.statements = makeStatements(database.connection);
  }

  /** Works off the notes of at most about `most` files, and of none more than a part of that size. Answers whether there are more. */
  resolve(most: number): boolean {
    this.spreadFamilies();
    const learned = this.learn();
    let notes = 1;
    let rows = most * rowsPerFile;
    for (const what of order) {
      const share = most * notesPerFile[what];
      for (const note of this.notes(what, Math.ceil(notes * share))) {
        if (rows <= 0) break;
        const found = this.rowsOf(note, rows);
        for (const row of found) this.workOff(what, row, learned);
        this.worked(note, found.length < rows ? undefined : found.at(-1));
        rows -= found.length;
        notes -= 1 / share;
      }
      if (notes <= 0 || rows <= 0) break;
    }
    const more = this.statements.get('SELECT 1 AS one FROM graph_stale LIMIT 1') !== undefined;
    this.learned = more ? learned : undefined;
    this.mark = this.changes();
    return more;
  }

  /**
   * What the run before learned still holds where nobody wrote since, and where there are only notes of `uses` and of rests: every change of
   * files leaves one of another kind.
   */
  private learn(): Learned {
    const holds =
      this.mark === this.changes() ||
      this.statements.get(
        "SELECT 1 AS one FROM graph_stale WHERE what <> 'uses' AND what NOT IN (SELECT value FROM json_each(?)) LIMIT 1",
        JSON.stringify(rests),
      ) === undefined;
    if (holds && this.learned !== undefined && this.learned.symbols.size < mostNames) return this.learned;
    return {
      context: projectContext(this.manifests()),
      offers: new Map(),
      files: new Map(),
      imports: new Map(),
      symbols: new Map(),
    };
  }

  private changes(): number {
    return number(this.statements.get('SELECT total_changes() AS mark') ?? {}, 'mark');
  }

  /** What was begun comes first. */
  private notes(what: Stale, most: number): readonly Note[] {
    const rows = this.statements.all(
      'SELECT what, value FROM graph_stale WHERE what IN (?, ?) ORDER BY what DESC, value LIMIT ?',
      what,
      `${what}>`,
      most,
    );
    return rows.map((row) => {
      const value = text(row, 'value');
      if (text(row, 'what') === what) return { what, value, after: 0 };
      const end = value.indexOf(' ');
      return { what, value: value.slice(end + 1), after: Number(value.slice(0, end)) };
    });
  }

  /** What a change notes meanwhile is another note, which begins with the first row again. */
  private worked({ what, value, after }: Note, last: Row | undefined): void {
    const [kind, key] = after === 0 ? [what, value] : [`${what}>`, `${after} ${value}`];
    this.statements.run('DELETE FROM graph_stale WHERE what = ? AND value = ?', kind, key);
    if (last !== undefined) {
      const rest = `${number(last, 'id')} ${value}`;
      this.statements.run('INSERT OR IGNORE INTO graph_stale (what, value) VALUES (?, ?)', `${what}>`, rest);
    }
  }

  /** Links of a key or of a file, uses of a name or in a file: at most `most`, in the order of their ids. */
  private rowsOf({ what, value, after }: Note, most: number): readonly Row[] {
    switch (what) {
      // Those of files that wait as a whole are left to that.
      case 'key':
        return this.statements.all(
          `SELECT l.id, l.file, l.by, EXISTS (SELECT 1 FROM graph_stale WHERE what = 'file' AND value = CAST(l.file AS TEXT)) AS waits
           FROM (SELECT DISTINCT link FROM graph_wants WHERE key = ? AND link > ? ORDER BY link LIMIT ?) w
             JOIN graph_links l ON l.id = w.link ORDER BY l.id`,
          value,
          after,
          most,
        );
      case 'file':
        return this.statements.all(
          'SELECT id, file, by, text, names FROM graph_links WHERE file = ? AND id > ? ORDER BY id LIMIT ?',
          Number(value),
          after,
          most,
        );
      case 'name':
        return this.statements.all(
          `SELECT u.*, EXISTS (SELECT 1 FROM graph_stale WHERE what = 'uses' AND value = CAST(u.file AS TEXT)) AS waits
           FROM (${usesWith('bare = ?')}) u ORDER BY u.id`,
          value,
          after,
          most,
        );
      default:
        return this.statements.all(usesWith('file = ?'), Number(value), after, most);
    }
  }

  private workOff(what: Stale, row: Row, learned: Learned): void {
    if (row['waits'] === 1) return;
    switch (what) {
      case 'key':
        this.resolveLink(
          number(row, 'id'),
          text(row, 'by'),
          number(row, 'file'),
          this.wantsOf(number(row, 'id')),
          learned,
        );
        break;
      case 'file':
        this.resolveLinkAnew(row, learned);
        break;
      case 'name':
      case 'uses':
        this.resolveUse(row, learned);
        break;
    }
  }

  private manifests() {
    return this.statements.all('SELECT manifest FROM graph_manifests').flatMap((row) => {
      const manifest = projectManifestSchema.safeParse(JSON.parse(text(row, 'manifest')));
      return manifest.success ? [manifest.data] : [];
    });
  }

  /** Looks at every file, so only where a manifest changed. */
  private spreadFamilies(): void {
    if (this.statements.get("SELECT 1 AS one FROM graph_stale WHERE what = 'family' LIMIT 1") === undefined) return;
    this.statements.run(
      `INSERT OR IGNORE INTO graph_stale (what, value) SELECT 'file', CAST(id AS TEXT) FROM graph_files
       WHERE family IN (SELECT value FROM graph_stale WHERE what = 'family')`,
    );
    this.statements.run("DELETE FROM graph_stale WHERE what = 'family'");
  }

  private resolveLinkAnew(row: Row, learned: Learned): void {
    const file = number(row, 'file');
    const offer = this.fileOf(file, learned);
    if (offer === undefined) return;
    const link = number(row, 'id');
    const by = text(row, 'by');
    const wants = by === 'import' ? this.putWants(link, row, offer, learned) : this.wantsOf(link);
    this.resolveLink(link, by, file, wants, learned);
  }

  private putWants(link: number, row: Row, offer: Offer, { context }: Learned): readonly Want[] {
    const fact = { specifier: text(row, 'text'), names: namesJson.parse(JSON.parse(text(row, 'names'))) };
    const wants = importWants(offer.path, offer.family, fact, context);
    this.statements.run('DELETE FROM graph_wants WHERE link = ?', link);
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
    return wants;
  }

  private wantsOf(link: number): readonly Want[] {
    return this.statements
      .all('SELECT by, value, alternative FROM graph_wants WHERE link = ? ORDER BY rank', link)
      .map((row) => ({ by: wantBy.parse(row['by']), value: text(row, 'value'), group: number(row, 'alternative') }));
  }

  private resolveLink(link: number, by: string, file: number, wants: readonly Want[], learned: Learned): void {
    const offer = this.fileOf(file, learned);
    if (offer === undefined) return;
    // A document names files of every language.
    const importer = by === 'mention' ? { ...offer, family: '' } : offer;
    const targets = new Set<number>();
    const settled = new Set<number>();
    for (const want of wants) {
      if (settled.has(want.group)) continue;
      const candidates = this.offersOf(wantKey(want), learned);
      if (candidates.length === 0) continue;
      const byPath = new Map(candidates.map(({ path, id }) => [path, id]));
      for (const path of chooseTargets(want, importer, candidates)) {
        settled.add(want.group);
        targets.add(byPath.get(path) ?? 0);
      }
    }
    const before = new Set(
      this.statements.all('SELECT target FROM graph_targets WHERE link = ?', link).map((row) => number(row, 'target')),
    );
    if (before.size === targets.size && [...targets].every((target) => before.has(target))) return;
    this.statements.run('DELETE FROM graph_targets WHERE link = ?', link);
    for (const target of targets) {
      this.statements.run('INSERT INTO graph_targets (link, target, source) VALUES (?, ?, ?)', link, target, file);
    }
    learned.imports.delete(file);
    this.statements.run("INSERT OR IGNORE INTO graph_stale (what, value) VALUES ('uses', ?)", String(file));
  }

  private resolveUse(row: Row, learned: Learned): void {
    const use = number(row, 'id');
    this.statements.run('DELETE FROM graph_callees WHERE use = ?', use);
    const file = number(row, 'file');
    const bare = text(row, 'bare');
    const offer = this.fileOf(file, learned);
    if (offer === undefined) return;
    const candidates = this.symbolsOf(bare, learned);
    if (candidates === undefined) return;
    const chosen = chooseCallees(
      {
        name: typeof row['name'] === 'string' ? row['name'] : bare,
        caller: typeof row['caller'] === 'string' ? row['caller'] : '',
        path: offer.path,
        family: text(row, 'by') === 'mention' ? '' : offer.family,
        test: offer.test,
        imports: this.importsOf(file, learned),
      },
      candidates,
    );
    for (const { symbol, weight } of chosen) {
      this.statements.run('INSERT INTO graph_callees (use, symbol, weight) VALUES (?, ?, ?)', use, symbol.id, weight);
    }
  }

  private fileOf(file: number, { files }: Learned): Offer | undefined {
    const known = files.get(file);
    if (known !== undefined) return known;
    const row = this.statements.get('SELECT path, family, kind FROM graph_files WHERE id = ?', file);
    if (row === undefined) return undefined;
    const offer = offerOf(row);
    files.set(file, offer);
    return offer;
  }

  private offersOf(key: string, { offers }: Learned): readonly (Offer & { readonly id: number })[] {
    const known = offers.get(key);
    if (known !== undefined) return known;
    const rows = this.statements.all(
      'SELECT f.id, f.path, f.family, f.kind FROM graph_offers o JOIN graph_files f ON f.id = o.file WHERE o.key = ?',
      key,
    );
    const found = rows.map((row) => ({ id: number(row, 'id'), ...offerOf(row) }));
    offers.set(key, found);
    return found;
  }

  private importsOf(file: number, { imports }: Learned): ReadonlyMap<string, ReadonlySet<string>> {
    const known = imports.get(file);
    if (known !== undefined) return known;
    const found = new Map<string, Set<string>>();
    const rows = this.statements.all(
      `SELECT f.path, l.names FROM graph_targets t JOIN graph_links l ON l.id = t.link JOIN graph_files f ON f.id = t.target
       WHERE t.source = ? AND l.by <> 'folder'`,
      file,
    );
    for (const row of rows) {
      const names = found.get(text(row, 'path')) ?? new Set();
      for (const name of namesJson.parse(JSON.parse(text(row, 'names')))) names.add(name);
      found.set(text(row, 'path'), names);
    }
    imports.set(file, found);
    return found;
  }

  /** Undefined where there are none. */
  private symbolsOf(name: string, { symbols }: Learned): Namesakes<Candidate> | undefined {
    if (symbols.has(name)) return symbols.get(name);
    const rows = this.statements.all(
      `SELECT s.id, s.qualified, s.kind AS symbol_kind, f.path, f.family, f.kind FROM graph_symbols s JOIN graph_files f ON f.id = s.file
       WHERE s.name = ? COLLATE NOCASE AND s.name = ? ORDER BY f.path, s.qualified`,
      name,
      name,
    );
    const all = rows.map((row) => ({
      id: number(row, 'id'),
      qualified: text(row, 'qualified'),
      kind: symbolKind.parse(row['symbol_kind']),
      ...offerOf(row),
    }));
    const found = all.length === 0 ? undefined : layOut(all);
    symbols.set(name, found);
    return found;
  }
}

const symbolKinds = [
  'function',
  'method',
  'class',
  'interface',
  'type',
  'enum',
  'module',
  'constant',
  'variable',
  'test',
  'heading',
] as const satisfies readonly SymbolKind[];
const symbolKind = z.enum(symbolKinds);

function offerOf(row: Row): Offer {
  return { path: text(row, 'path'), family: text(row, 'family'), test: text(row, 'kind') === 'test' };
}

function usesWith(condition: string): string {
  return `SELECT u.id, u.file, u.bare, u.name, u.by, s.qualified AS caller FROM graph_uses u
    LEFT JOIN graph_symbols s ON s.id = u.caller WHERE u.${condition} AND u.id > ? ORDER BY u.id LIMIT ?`;
}
