import { changedWithWeight, longestHistory, widestCommit } from '../../../core/memory/graph/commitWeight.ts';
import { fileEntityId } from '../../../core/memory/graph/entityId.ts';
import type { EdgeKind, Entity } from '../../../protocol/memory.ts';
import { authorEntity, commitEntity, fileEntity, symbolEntity, taskEntity } from './graphCenter.ts';
import { number, type Row, type Statements, text } from './statements.ts';

/** One step from the center of a question. */
export interface Neighbour {
  readonly entity: Entity;
  readonly kind: EdgeKind;
  /** 0 to 1; comparable between kinds. */
  readonly weight: number;
  /** Whether the edge leads from the center. */
  readonly out: boolean;
  /** The other end, where it is not the center. */
  readonly via?: string;
}

/** The center with what stands in it: a file with all its symbols, a class with its methods. */
export interface Scope {
  readonly file: number;
  readonly path: string;
  /** All of the file, its top as well. */
  readonly whole: boolean;
  /** JSON array of rows of `graph_symbols`. */
  readonly symbols: string;
  /** The first part of the symbol's qualified name: what an import takes. */
  readonly root?: string;
}

/** Rows that one question reads at most; what is behind them could not be shown. */
const most = 400;

const saturated = (sum: number): number => sum / (sum + 0.5);
const symbolColumns = 's.qualified, s.kind AS symbol_kind, s.start_line, sf.path';

export function definitions(statements: Statements, { file, symbols, whole }: Scope): readonly Neighbour[] {
  const rows = statements.all(
    `SELECT ${symbolColumns}, (SELECT count(*) FROM graph_callees c WHERE c.symbol = s.id) AS callers
     FROM graph_symbols s JOIN graph_files sf ON sf.id = s.file
     WHERE s.file = ? AND (? OR s.id IN (SELECT value FROM json_each(?))) ORDER BY callers DESC, s.start_line LIMIT ?`,
    file,
    whole ? 1 : 0,
    symbols,
    most,
  );
  return rows.map((row) => ({
    entity: symbolEntity(row),
    kind: 'defines',
    weight: 0.3 + 0.4 * saturated(number(row, 'callers') / 4) - (text(row, 'qualified').includes('.') ? 0.1 : 0),
    out: true,
  }));
}

/** `by`: an import of one file says more than one of a whole folder. */
export function imports(statements: Statements, { file }: Scope): readonly Neighbour[] {
  const rows = statements.all(
    `SELECT f.path, f.kind, f.title, max(1.0 / (SELECT count(*) FROM graph_targets o WHERE o.link = t.link)) AS share
     FROM graph_targets t JOIN graph_links l ON l.id = t.link JOIN graph_files f ON f.id = t.target
     WHERE t.source = ? AND l.by = 'import' GROUP BY f.id ORDER BY share DESC, f.path LIMIT ?`,
    file,
    most,
  );
  return rows.map((row) => ({
    entity: fileEntity(row),
    kind: 'imports',
    weight: 0.6 * Math.sqrt(number(row, 'share')),
    out: true,
  }));
}

export function importers(statements: Statements, { file, root }: Scope): readonly Neighbour[] {
  const rows = statements.all(
    `SELECT f.path, f.kind, f.title, max(1.0 / (SELECT count(*) FROM graph_targets o WHERE o.link = t.link)) AS share,
       max(? IS NULL OR EXISTS (SELECT 1 FROM json_each(l.names) WHERE value = ?)) AS taken
     FROM graph_targets t JOIN graph_links l ON l.id = t.link JOIN graph_files f ON f.id = t.source
     WHERE t.target = ? AND l.by = 'import' GROUP BY f.id ORDER BY taken DESC, share DESC, f.path LIMIT ?`,
    root ?? null,
    root ?? null,
    file,
    most,
  );
  return rows.map((row) => ({
    entity: fileEntity(row),
    kind: 'imports',
    weight: (number(row, 'taken') === 1 ? 0.6 : 0.3) * Math.sqrt(number(row, 'share')),
    out: false,
  }));
}

export function callees(statements: Statements, { file, symbols, whole }: Scope): readonly Neighbour[] {
  const rows = statements.all(
    `SELECT ${symbolColumns}, sum(c.weight) AS sum FROM graph_uses u JOIN graph_callees c ON c.use = u.id
       JOIN graph_symbols s ON s.id = c.symbol JOIN graph_files sf ON sf.id = s.file
     WHERE u.file = ? AND u.by = 'call' AND (? OR u.caller IN (SELECT value FROM json_each(?)))
       AND (s.file <> ? OR (NOT ? AND s.id NOT IN (SELECT value FROM json_each(?))))
     GROUP BY s.id ORDER BY sum DESC, sf.path LIMIT ?`,
    file,
    whole ? 1 : 0,
    symbols,
    file,
    whole ? 1 : 0,
    symbols,
    most,
  );
  return rows.map((row) => ({
    entity: symbolEntity(row),
    kind: 'calls',
    weight: saturated(number(row, 'sum')),
    out: true,
  }));
}

/** `tests`: whether callers are tests. Callers at the top of a file are the file. */
export function callers(statements: Statements, { symbols, file, whole }: Scope, tests: boolean): readonly Neighbour[] {
  const rows = statements.all(
    `SELECT u.caller, s.qualified, s.kind AS symbol_kind, s.start_line, f.path, f.kind, f.title, sum(c.weight) AS sum
     FROM graph_callees c JOIN graph_uses u ON u.id = c.use JOIN graph_files f ON f.id = u.file
       LEFT JOIN graph_symbols s ON s.id = u.caller
     WHERE c.symbol IN (SELECT value FROM json_each(?)) AND u.by = 'call' AND (NOT ? OR f.kind = 'test')
       AND (u.file <> ? OR (NOT ? AND u.caller NOT IN (SELECT value FROM json_each(?))))
     GROUP BY u.file, u.caller ORDER BY sum DESC, f.path LIMIT ?`,
    symbols,
    tests ? 1 : 0,
    file,
    whole ? 1 : 0,
    symbols,
    most,
  );
  return rows.map((row) => ({
    entity: row['qualified'] === null ? fileEntity(row) : symbolEntity(row),
    kind: tests ? 'tests' : 'calls',
    weight: tests ? 0.5 + 0.5 * saturated(number(row, 'sum')) : saturated(number(row, 'sum')),
    out: false,
  }));
}

/** Test files by name and by what they import; a test of many files says less of each. */
export function testFiles(statements: Statements, { file, root }: Scope): readonly Neighbour[] {
  const rows = statements.all(
    `SELECT f.path, f.kind, f.title, max(l.by = 'pair') AS paired,
       max(? IS NULL OR EXISTS (SELECT 1 FROM json_each(l.names) WHERE value = ?)) AS taken,
       (SELECT count(DISTINCT o.target) FROM graph_targets o JOIN graph_files of ON of.id = o.target
        WHERE o.source = f.id AND of.kind <> 'test') AS subjects
     FROM graph_targets t JOIN graph_links l ON l.id = t.link JOIN graph_files f ON f.id = t.source
     WHERE t.target = ? AND f.kind = 'test' AND l.by IN ('import', 'pair')
       AND EXISTS (SELECT 1 FROM graph_files own WHERE own.id = t.target AND own.kind <> 'test')
     GROUP BY f.id ORDER BY paired DESC, subjects, f.path LIMIT ?`,
    root ?? null,
    root ?? null,
    file,
    most,
  );
  return rows.map((row) => {
    const imported = (number(row, 'taken') === 1 ? 0.7 : 0.35) / Math.sqrt(Math.max(1, number(row, 'subjects')));
    return { entity: fileEntity(row), kind: 'tests', weight: number(row, 'paired') === 1 ? 0.9 : imported, out: false };
  });
}

/** What a test tests. */
export function testedFiles(statements: Statements, { file }: Scope): readonly Neighbour[] {
  const rows = statements.all(
    `SELECT f.path, f.kind, f.title, max(l.by = 'pair') AS paired, count(*) OVER () AS subjects
     FROM graph_targets t JOIN graph_links l ON l.id = t.link JOIN graph_files f ON f.id = t.target
     WHERE t.source = ? AND f.kind <> 'test' AND l.by IN ('import', 'pair')
       AND EXISTS (SELECT 1 FROM graph_files own WHERE own.id = t.source AND own.kind = 'test')
     GROUP BY f.id ORDER BY paired DESC, f.path LIMIT ?`,
    file,
    most,
  );
  return rows.map((row) => ({
    entity: fileEntity(row),
    kind: 'tests',
    weight: number(row, 'paired') === 1 ? 0.9 : 0.7 / Math.sqrt(number(row, 'subjects')),
    out: true,
  }));
}

/** Files that commits changed with this one, of its newest commits; `commits` is their number. */
export function partners(
  statements: Statements,
  path: string,
  count: number,
): readonly { readonly row: Row; readonly commits: number; readonly weight: number }[] {
  return statements
    .all(
      `WITH own AS (
         SELECT c.id, 1.0 / (c.files - 1) AS weight FROM commit_paths p JOIN commit_files x ON x.path = p.id
           JOIN commits c ON c.id = x.commit_id
         WHERE p.path = ? AND c.files BETWEEN 2 AND ${widestCommit} ORDER BY c.time DESC, c.hash LIMIT ${longestHistory})
       SELECT f.path, f.kind, f.title, count(*) AS commits, sum(own.weight) AS sum
       FROM own JOIN commit_files x ON x.commit_id = own.id JOIN commit_paths p ON p.id = x.path
         JOIN graph_files f ON f.path = p.path
       WHERE p.path <> ? GROUP BY f.id ORDER BY sum DESC, f.path LIMIT ?`,
      path,
      path,
      count,
    )
    .map((row) => ({ row, commits: number(row, 'commits'), weight: changedWithWeight(number(row, 'sum')) }));
}

export function changedWith(statements: Statements, { path }: Scope, count: number): readonly Neighbour[] {
  return partners(statements, path, count).map(({ row, weight }) => ({
    entity: fileEntity(row),
    kind: 'changed-with',
    weight,
    out: true,
  }));
}

/** Documents that name the file, something in it, or a folder above it. */
export function documents(statements: Statements, { file, path, symbols }: Scope): readonly Neighbour[] {
  const folders = path
    .split('/')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'));
  const rows = statements.all(
    `SELECT f.path, f.kind, f.title, max(weight) AS weight FROM (
       SELECT t.source AS file, 0.8 AS weight FROM graph_targets t JOIN graph_links l ON l.id = t.link
         WHERE t.target = ? AND l.by = 'mention'
       UNION ALL SELECT u.file, c.weight FROM graph_callees c JOIN graph_uses u ON u.id = c.use
         WHERE c.symbol IN (SELECT value FROM json_each(?)) AND u.by = 'mention'
       UNION ALL SELECT l.file, 0.2 + 0.4 * length(l.text) / ? FROM graph_links l
         WHERE l.by = 'folder' AND l.text IN (SELECT value FROM json_each(?))
     ) m JOIN graph_files f ON f.id = m.file GROUP BY f.id ORDER BY weight DESC, f.path LIMIT ?`,
    file,
    symbols,
    Math.max(1, path.length),
    JSON.stringify(folders),
    most,
  );
  return rows.map((row) => ({
    entity: fileEntity(row),
    kind: text(row, 'kind') === 'decision' ? 'decides' : 'documents',
    weight: number(row, 'weight'),
    out: false,
  }));
}

/** What a document names. */
export function documented(statements: Statements, { file }: Scope, decides: boolean): readonly Neighbour[] {
  const kind = decides ? 'decides' : 'documents';
  const files = statements.all(
    `SELECT DISTINCT f.path, f.kind, f.title FROM graph_targets t JOIN graph_links l ON l.id = t.link JOIN graph_files f ON f.id = t.target
     WHERE t.source = ? AND l.by = 'mention' ORDER BY f.path LIMIT ?`,
    file,
    most,
  );
  const symbols = statements.all(
    `SELECT ${symbolColumns}, max(c.weight) AS weight FROM graph_uses u JOIN graph_callees c ON c.use = u.id
       JOIN graph_symbols s ON s.id = c.symbol JOIN graph_files sf ON sf.id = s.file
     WHERE u.file = ? AND u.by = 'mention' GROUP BY s.id ORDER BY weight DESC, sf.path LIMIT ?`,
    file,
    most,
  );
  return [
    ...files.map((row): Neighbour => ({ entity: fileEntity(row), kind, weight: 0.8, out: true })),
    ...symbols.map((row): Neighbour => ({ entity: symbolEntity(row), kind, weight: number(row, 'weight'), out: true })),
  ];
}

/** Newest commits, who wrote them, and tasks that were solved here. */
export function history(statements: Statements, { path }: Scope, count: number): readonly Neighbour[] {
  const rows = statements.all(
    `SELECT c.hash, c.subject, c.author, c.files FROM commit_paths p JOIN commit_files x ON x.path = p.id JOIN commits c ON c.id = x.commit_id
     WHERE p.path = ? ORDER BY c.time DESC, c.hash LIMIT ?`,
    path,
    count,
  );
  const commits = rows.map((row, age): Neighbour => {
    const weight = 0.9 / (1 + age / 10);
    return { entity: commitEntity(row), kind: 'touches', weight, out: false };
  });
  const wrote = rows.map((row, index): Neighbour => {
    const commit = commits[index];
    const via = commit === undefined ? {} : { via: commit.entity.id };
    return {
      entity: authorEntity(text(row, 'author')),
      kind: 'wrote',
      weight: 0.5 / (1 + index / 10),
      out: false,
      ...via,
    };
  });
  return [...commits, ...wrote, ...tasksOf(statements, path, count)];
}

export function tasksOf(statements: Statements, path: string, count: number): readonly Neighbour[] {
  return statements
    .all(
      `SELECT k.id, k.label, k.weight FROM graph_solved s JOIN graph_tasks k ON k.id = s.task WHERE s.path = ?
       ORDER BY k.weight DESC, k.time DESC LIMIT ?`,
      path,
      count,
    )
    .map((row) => ({ entity: taskEntity(row), kind: 'solved', weight: 0.95 * number(row, 'weight'), out: false }));
}

/** A path that is not indexed, as a commit or a task knows it. */
export function pathEntity(statements: Statements, path: string): Entity {
  const row = statements.get('SELECT path, kind, title FROM graph_files WHERE path = ?', path);
  return row === undefined ? { id: fileEntityId(path), kind: 'file', label: path, path } : fileEntity(row);
}
