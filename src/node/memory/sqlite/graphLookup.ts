import { bareName } from '../../../core/memory/graph/callees.ts';
import { isPathEnd, modulePath } from '../../../core/memory/graph/modulePath.ts';
import { wantKey } from '../../../core/memory/graph/want.ts';
import { authorEntity, commitEntity, fileEntity, type GraphCenter, symbolEntity, taskEntity } from './graphCenter.ts';
import { number, type Row, type Statements, text } from './statements.ts';

/** Meanings of one name that are told, and things of that name among which they are looked for. */
const mostMeanings = 200;
const mostLooked = 10_000;

const symbolColumns = `s.id, s.file, s.qualified, s.kind AS symbol_kind, s.start_line, f.path, f.kind,
  (SELECT count(*) FROM graph_callees c WHERE c.symbol = s.id) AS callers`;

/** What a text may mean, the likeliest first: an id, a path, a file's name, a symbol, a commit, an author, a task. */
export function lookUp(statements: Statements, wanted: string): readonly GraphCenter[] {
  const id = /^(file|symbol|commit|author|task):(.+)$/s.exec(wanted);
  const rest = id?.[2] ?? '';
  switch (id?.[1]) {
    case 'file':
      return filesAt(statements, rest);
    case 'symbol':
      return symbolAt(statements, rest);
    case 'commit':
      return commits(statements, rest);
    case 'author':
      return authors(statements, rest, true);
    case 'task':
      return tasks(statements, rest);
    default:
      return lookUpName(statements, wanted.trim());
  }
}

function lookUpName(statements: Statements, name: string): readonly GraphCenter[] {
  if (name === '') return [];
  const path = name.replaceAll('\\', '/').replace(/^\.\//, '');
  const line = /^(.+?):(\d{1,9})(?::\d{1,9})?$/.exec(path);
  const meanings = [
    ...filesAt(statements, path),
    ...(path.includes('#') ? symbolAt(statements, path) : []),
    ...(line === null ? [] : placeAt(statements, line[1] ?? '', Number(line[2]))),
    ...filesEnding(statements, path).filter(({ path: whole }) => isPathEnd(whole, path)),
    ...symbolsNamed(statements, name),
    ...filesEnding(statements, path),
    ...(/^[0-9a-f]{7,64}$/i.test(name) ? commits(statements, name.toLowerCase()) : []),
    ...tasks(statements, name),
    ...authors(statements, name, false),
  ];
  return [...new Map(meanings.map((meaning) => [meaning.entity.id, meaning])).values()];
}

function filesAt(statements: Statements, path: string): readonly FileCenter[] {
  return statements.all('SELECT id, path, kind, title FROM graph_files WHERE path = ?', path).map(fileCenter);
}

/** `cart.ts`, `src/cart.ts` and `cart` all are ends of `packages/shop/src/cart.ts`; tests after what they test. */
function filesEnding(statements: Statements, end: string): readonly FileCenter[] {
  if (end === '' || /\s/.test(end)) return [];
  const key = wantKey({ by: 'end', value: end, group: 0 });
  return statements
    .all(
      `SELECT f.id, f.path, f.kind, f.title FROM graph_offers o JOIN graph_files f ON f.id = o.file WHERE o.key = ?
       ORDER BY f.kind = 'test', length(f.path), f.path LIMIT ?`,
      key,
      mostLooked,
    )
    .filter((row) => isPathEnd(text(row, 'path'), end) || isPathEnd(modulePath(text(row, 'path')), end))
    .slice(0, mostMeanings)
    .map(fileCenter);
}

/** `path#Cart.add`; the path may be an end of one. A part of a file that has several names (`addItem, dropItem`) is the first of them. */
function symbolAt(statements: Statements, place: string): readonly GraphCenter[] {
  const cut = place.lastIndexOf('#');
  if (cut === -1) return [];
  const [path, names] = [place.slice(0, cut), place.slice(cut + 1)];
  const files = [...filesAt(statements, path), ...filesEnding(statements, path)].slice(0, 20);
  const called = (name: string): readonly GraphCenter[] =>
    files.flatMap(({ file }) =>
      statements
        .all(
          `SELECT ${symbolColumns} FROM graph_symbols s JOIN graph_files f ON f.id = s.file WHERE s.file = ? AND s.qualified = ?`,
          file,
          name,
        )
        .map(symbolCenter),
    );
  const found = called(names);
  const [first = names] = names.split(', ');
  return found.length === 0 && first !== names ? called(first) : found;
}

/** The innermost symbol at a line of a file. */
function placeAt(statements: Statements, path: string, line: number): readonly GraphCenter[] {
  const files = [...filesAt(statements, path), ...filesEnding(statements, path)];
  return files.slice(0, 5).flatMap((file) => {
    const row = statements.get(
      `SELECT ${symbolColumns} FROM graph_symbols s JOIN graph_files f ON f.id = s.file
       WHERE s.file = ? AND ? BETWEEN s.start_line AND s.end_line ORDER BY s.end_line - s.start_line LIMIT 1`,
      file.file,
      line,
    );
    return row === undefined ? [file] : [symbolCenter(row)];
  });
}

/** Written as it is first, then in other capitals; the most called first. */
function symbolsNamed(statements: Statements, name: string): readonly GraphCenter[] {
  const asked = name.replace(/\(\)?$/, '').replace(/::|->|#/g, '.');
  const bare = bareName(asked);
  const rows = statements
    .all(
      `SELECT ${symbolColumns}, s.name FROM graph_symbols s JOIN graph_files f ON f.id = s.file
       WHERE s.name = ? COLLATE NOCASE AND s.kind <> 'heading' LIMIT ?`,
      bare,
      mostLooked,
    )
    .filter((row) => isNameEnd(text(row, 'qualified').toLowerCase(), asked.toLowerCase()));
  const rank = (row: Row): number =>
    (text(row, 'name') === bare ? 0 : 4) +
    (text(row, 'qualified') === asked ? 0 : 2) +
    (text(row, 'kind') === 'test' ? 1 : 0);
  return rows
    .toSorted(
      (one, other) =>
        rank(one) - rank(other) ||
        number(other, 'callers') - number(one, 'callers') ||
        (text(one, 'path') < text(other, 'path') ? -1 : 1),
    )
    .slice(0, mostMeanings)
    .map(symbolCenter);
}

const isNameEnd = (qualified: string, asked: string): boolean => qualified === asked || qualified.endsWith(`.${asked}`);

function commits(statements: Statements, prefix: string): readonly GraphCenter[] {
  return statements
    .all(
      'SELECT id, hash, subject, author FROM commits WHERE hash >= ? AND hash < ? ORDER BY hash LIMIT 20',
      prefix,
      `${prefix}~`,
    )
    .map((row) => ({
      kind: 'commit',
      entity: commitEntity(row),
      commit: number(row, 'id'),
      author: text(row, 'author'),
    }));
}

function authors(statements: Statements, name: string, exact: boolean): readonly GraphCenter[] {
  return statements
    .all(
      `SELECT author, count(*) AS commits FROM commits WHERE ${exact ? 'author = ?' : 'instr(lower(author), lower(?)) > 0'}
       GROUP BY author ORDER BY commits DESC, author LIMIT 20`,
      name,
    )
    .map((row) => ({ kind: 'author', entity: authorEntity(text(row, 'author')), author: text(row, 'author') }));
}

function tasks(statements: Statements, id: string): readonly GraphCenter[] {
  return statements
    .all('SELECT id, label FROM graph_tasks WHERE id = ?', id)
    .map((row) => ({ kind: 'task', entity: taskEntity(row), task: text(row, 'id') }));
}

type FileCenter = Extract<GraphCenter, { readonly kind: 'file' }>;

function fileCenter(row: Row): FileCenter {
  return { kind: 'file', entity: fileEntity(row), file: number(row, 'id'), path: text(row, 'path') };
}

function symbolCenter(row: Row): GraphCenter {
  return {
    kind: 'symbol',
    entity: symbolEntity(row),
    file: number(row, 'file'),
    path: text(row, 'path'),
    symbol: number(row, 'id'),
    qualified: text(row, 'qualified'),
  };
}
