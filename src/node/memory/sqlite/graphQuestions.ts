import { commitEntityId } from '../../../core/memory/graph/entityId.ts';
import type { Edge, Entity, GraphQuery, GraphResult } from '../../../protocol/memory.ts';
import { authorEntity, commitEntity, type GraphCenter } from './graphCenter.ts';
import { lookUp } from './graphLookup.ts';
import {
  callees,
  callers,
  changedWith,
  definitions,
  documented,
  documents,
  history,
  importers,
  imports,
  type Neighbour,
  pathEntity,
  type Scope,
  testedFiles,
  testFiles,
} from './graphNeighbours.ts';
import { number, type Statements, text } from './statements.ts';

type Question = GraphQuery['question'];

/** Other meanings of a name that are told. */
const mostOthers = 10;

/** What stands around something, best weights first. */
export function askGraph(statements: Statements, { entity, question, count }: GraphQuery): GraphResult {
  const [center, ...others] = lookUp(statements, entity);
  if (center === undefined) return { others: [], entities: [], edges: [] };
  const neighbours = answer(statements, center, question, count);
  return {
    center: center.entity,
    others: others.slice(0, mostOthers).map((other) => other.entity),
    ...take(center, neighbours, count),
  };
}

function answer(statements: Statements, center: GraphCenter, question: Question, count: number): readonly Neighbour[] {
  switch (center.kind) {
    case 'file':
    case 'symbol':
      return ofCode(statements, center, question, count);
    case 'commit':
      return question === 'around' || question === 'history' ? ofCommit(statements, center.commit, center.author) : [];
    case 'author':
      return question === 'around' || question === 'history' ? ofAuthor(statements, center.author, count) : [];
    default:
      return question === 'around' || question === 'history' ? ofTask(statements, center.task) : [];
  }
}

function ofCode(
  statements: Statements,
  center: Extract<GraphCenter, { kind: 'file' | 'symbol' }>,
  question: Question,
  count: number,
): readonly Neighbour[] {
  const scope = scopeOf(statements, center);
  switch (question) {
    case 'calls':
      return callees(statements, scope);
    case 'called-by':
      return callers(statements, scope, false);
    case 'imported-by':
      return importers(statements, scope);
    case 'tested-by':
      return [...callers(statements, scope, true), ...testFiles(statements, scope)];
    case 'changed-with':
      return changedWith(statements, scope, count);
    case 'decided-in':
      return documents(statements, scope).filter(({ kind }) => kind === 'decides');
    case 'history':
      return history(statements, scope, count);
    default:
      return spread([
        definitions(statements, scope).filter(({ entity }) => entity.id !== center.entity.id),
        center.kind === 'file' ? imports(statements, scope) : [],
        importers(statements, scope).filter(({ entity }) => entity.kind !== 'test'),
        callees(statements, scope),
        callers(statements, scope, false).filter(({ entity }) => entity.kind !== 'test'),
        [...callers(statements, scope, true), ...testFiles(statements, scope)],
        testedFiles(statements, scope),
        changedWith(statements, scope, count),
        documents(statements, scope),
        center.entity.kind === 'document' || center.entity.kind === 'decision'
          ? documented(statements, scope, center.entity.kind === 'decision')
          : [],
        history(statements, scope, 5),
      ]);
  }
}

/** A question about everything is not to be answered with forty callers: the next of each kind weighs less. */
function spread(lists: readonly (readonly Neighbour[])[]): readonly Neighbour[] {
  return lists.flatMap((list) =>
    list
      .toSorted((one, other) => other.weight - one.weight)
      .map((neighbour, place) => ({ ...neighbour, weight: neighbour.weight / (1 + place / 6) })),
  );
}

export function scopeOf(statements: Statements, center: Extract<GraphCenter, { kind: 'file' | 'symbol' }>): Scope {
  const { file, path } = center;
  if (center.kind === 'file') {
    return { file, path, whole: true, symbols: JSON.stringify(symbolsOf(statements, file)) };
  }
  const inside = statements
    .all(
      'SELECT id FROM graph_symbols WHERE file = ? AND (id = ? OR substr(qualified, 1, ?) = ?)',
      file,
      center.symbol,
      center.qualified.length + 1,
      `${center.qualified}.`,
    )
    .map((row) => number(row, 'id'));
  const root = center.qualified.split('.', 1)[0] ?? center.qualified;
  return { file, path, whole: false, symbols: JSON.stringify(inside), root };
}

export function symbolsOf(statements: Statements, file: number): readonly number[] {
  return statements.all('SELECT id FROM graph_symbols WHERE file = ?', file).map((row) => number(row, 'id'));
}

function ofCommit(statements: Statements, commit: number, author: string): readonly Neighbour[] {
  const files = statements.all(
    'SELECT p.path FROM commit_files x JOIN commit_paths p ON p.id = x.path WHERE x.commit_id = ? ORDER BY p.path LIMIT 200',
    commit,
  );
  return [
    { entity: authorEntity(author), kind: 'wrote', weight: 1, out: false },
    ...files.map((row): Neighbour => ({
      entity: pathEntity(statements, text(row, 'path')),
      kind: 'touches',
      weight: 0.8,
      out: true,
    })),
  ];
}

/** Newest commits, and the files that these touched most. */
function ofAuthor(statements: Statements, author: string, count: number): readonly Neighbour[] {
  const commits = statements.all(
    'SELECT id, hash, subject FROM commits WHERE author = ? ORDER BY time DESC, hash LIMIT ?',
    author,
    count,
  );
  const files = statements.all(
    `SELECT p.path, count(*) AS commits, max(c.hash) AS hash FROM commits c JOIN commit_files x ON x.commit_id = c.id
       JOIN commit_paths p ON p.id = x.path
     WHERE c.id IN (SELECT value FROM json_each(?)) GROUP BY p.id ORDER BY commits DESC, p.path LIMIT ?`,
    JSON.stringify(commits.map((row) => number(row, 'id'))),
    count,
  );
  return [
    ...commits.map((row, age): Neighbour => ({
      entity: commitEntity(row),
      kind: 'wrote',
      weight: 0.9 / (1 + age / 10),
      out: true,
    })),
    ...files.map((row): Neighbour => ({
      entity: pathEntity(statements, text(row, 'path')),
      kind: 'touches',
      weight: 0.6 * (number(row, 'commits') / (number(row, 'commits') + 2)),
      out: true,
      via: commitEntityId(text(row, 'hash')),
    })),
  ];
}

function ofTask(statements: Statements, task: string): readonly Neighbour[] {
  const files = statements.all('SELECT path FROM graph_solved WHERE task = ? ORDER BY path LIMIT 200', task);
  return files.map((row) => ({
    entity: pathEntity(statements, text(row, 'path')),
    kind: 'solved',
    weight: 0.9,
    out: true,
  }));
}

/** The best `count` entities, with all edges that lead to them. */
function take(
  center: GraphCenter,
  neighbours: readonly Neighbour[],
  count: number,
): { readonly entities: Entity[]; readonly edges: Edge[] } {
  const best = new Map<string, { entity: Entity; weight: number }>();
  for (const { entity, weight } of neighbours) {
    const known = best.get(entity.id);
    if (entity.id !== center.entity.id && (known === undefined || known.weight < weight))
      best.set(entity.id, { entity, weight });
  }
  const entities = [...best.values()]
    .toSorted((one, other) => other.weight - one.weight || (one.entity.id < other.entity.id ? -1 : 1))
    .slice(0, count)
    .map(({ entity }) => entity);
  const shown = new Set([center.entity.id, ...entities.map(({ id }) => id)]);
  const edges = new Map<string, Edge>();
  for (const { entity, kind, weight, out, via } of neighbours) {
    const end = via ?? center.entity.id;
    if (!shown.has(entity.id) || !shown.has(end) || entity.id === end) continue;
    // Who wrote a commit points to it; what a commit touched is pointed to by it.
    const [from, to] = (via === undefined ? out : kind === 'touches') ? [end, entity.id] : [entity.id, end];
    const key = `${from}\n${to}\n${kind}`;
    const known = edges.get(key);
    if (known === undefined || known.weight < weight) edges.set(key, { from, to, kind, weight });
  }
  return { entities, edges: [...edges.values()].toSorted((one, other) => other.weight - one.weight) };
}
