import type { RelatedPath } from '../../../core/memory/graph/relatedPath.ts';
import { scopeOf } from './graphQuestions.ts';
import { fileEntity } from './graphCenter.ts';
import {
  callees,
  callers,
  documents,
  importers,
  imports,
  type Neighbour,
  partners,
  testedFiles,
  testFiles,
} from './graphNeighbours.ts';
import { number, type Statements, text } from './statements.ts';

/** Of one kind of edge of one file. */
const mostOfKind = 20;

/** Files that belong to these by edges, best first; `most` of them. The same file may come by several edges. */
export function relatedPaths(statements: Statements, paths: readonly string[], most: number): readonly RelatedPath[] {
  const given = new Set(paths);
  const found = [...given].flatMap((path) => relatedTo(statements, path));
  const best = new Map<string, RelatedPath>();
  for (const related of found) {
    const key = `${related.kind}\n${related.path}`;
    const known = best.get(key);
    if (!given.has(related.path) && (known === undefined || known.weight < related.weight)) best.set(key, related);
  }
  return [...best.values()]
    .toSorted((one, other) => other.weight - one.weight || (one.path < other.path ? -1 : 1))
    .slice(0, most);
}

function relatedTo(statements: Statements, path: string): readonly RelatedPath[] {
  const row = statements.get('SELECT id, path, kind, title FROM graph_files WHERE path = ?', path);
  if (row === undefined) return [];
  const scope = scopeOf(statements, { kind: 'file', entity: fileEntity(row), file: number(row, 'id'), path });
  const together = partners(statements, path, mostOfKind).map(({ row: partner, commits, weight }) => ({
    path: text(partner, 'path'),
    kind: 'changed-with' as const,
    weight,
    through: `changed with ${path} in ${commits === 1 ? '1 commit' : `${commits} commits`}`,
  }));
  return [
    ...together,
    ...spoken(imports(statements, scope), () => `imported by ${path}`),
    ...spoken(importers(statements, scope), () => `imports ${path}`),
    ...spoken(callees(statements, scope), ({ entity }) => `${entity.label} is called by ${path}`),
    ...spoken(callers(statements, scope, false), ({ entity }) =>
      entity.kind === 'symbol' ? `${entity.label} calls ${path}` : `calls ${path}`,
    ),
    ...spoken(testFiles(statements, scope), () => `tests ${path}`),
    ...spoken(testedFiles(statements, scope), () => `tested by ${path}`),
    ...spoken(documents(statements, scope), ({ kind }) =>
      kind === 'decides' ? `decides on ${path}` : `names ${path}`,
    ),
  ];
}

function spoken(neighbours: readonly Neighbour[], say: (neighbour: Neighbour) => string): readonly RelatedPath[] {
  return neighbours.slice(0, mostOfKind).flatMap((neighbour) => {
    const { entity, kind, weight } = neighbour;
    return entity.path === undefined ? [] : [{ path: entity.path, kind, weight, through: say(neighbour) }];
  });
}
