import type { RelatedPath } from '../../../core/memory/graph/relatedPath.ts';
import { lastParts, modulePath } from '../../../core/memory/graph/modulePath.ts';
import type { TraceGraph } from '../../../core/memory/recall/traceEvidence.ts';
import type { GraphQuery, GraphResult } from '../../../protocol/memory.ts';
import { askGraph } from './graphQuestions.ts';
import { relatedPaths } from './graphRelated.ts';
import type { MemoryDatabase } from './openMemoryDatabase.ts';
import { makeStatements, number, type Statements, text } from './statements.ts';

/** Files of one name that a frame may mean. */
const mostNamed = 500;

/** A commit that changed more files is a rename or a new format, and tells nothing of any of them. */
const mostChanged = 50;

/** Reads the entity graph. What is noted as stale answers as it was; call its methods inside `MemoryDatabase.read`. */
export class GraphReader implements TraceGraph {
  private readonly statements: Statements;

  constructor(database: MemoryDatabase) {
    this.statements = makeStatements(database.connection);
  }

  ask(query: GraphQuery): GraphResult {
    return askGraph(this.statements, query);
  }

  /** Files that belong to these, with reasons; for recall to look further. */
  related(paths: readonly string[], most = 100): readonly RelatedPath[] {
    return relatedPaths(this.statements, paths, most);
  }

  pathsNamed(path: string): readonly string[] {
    // Two parts, so that `cart/index.ts` is asked for as `cart`.
    const name = lastParts(modulePath(lastParts(path, 2)), 1);
    return this.statements
      .all(
        `SELECT path FROM graph_files WHERE path = ? UNION
         SELECT f.path FROM graph_offers o JOIN graph_files f ON f.id = o.file WHERE o.key = ? LIMIT ?`,
        path,
        `n:${name}`,
        mostNamed,
      )
      .map((row) => text(row, 'path'));
  }

  symbolAt(
    path: string,
    line: number | undefined,
    name: string | undefined,
  ): { qualified: string; line: number } | undefined {
    const bare = name?.split('.').at(-1) ?? '';
    const row = this.statements.get(
      `SELECT s.qualified, s.start_line FROM graph_symbols s JOIN graph_files f ON f.id = s.file
       WHERE f.path = ? AND s.kind <> 'heading' AND (? BETWEEN s.start_line AND s.end_line OR s.name = ?)
       ORDER BY NOT (? BETWEEN s.start_line AND s.end_line), s.qualified <> ?, s.end_line - s.start_line LIMIT 1`,
      path,
      line ?? 0,
      bare,
      line ?? 0,
      name ?? '',
    );
    return row === undefined ? undefined : { qualified: text(row, 'qualified'), line: number(row, 'start_line') };
  }

  commitsOf(path: string, count: number): readonly { hash: string; subject: string }[] {
    return this.statements
      .all(
        `SELECT c.hash, c.subject FROM commit_paths p JOIN commit_files x ON x.path = p.id JOIN commits c ON c.id = x.commit_id
         WHERE p.path = ? AND c.files <= ? ORDER BY c.time DESC, c.hash LIMIT ?`,
        path,
        mostChanged,
        count,
      )
      .map((row) => ({ hash: text(row, 'hash'), subject: text(row, 'subject') }));
  }

  tasksOf(path: string, count: number): readonly { id: string; weight: number }[] {
    return this.statements
      .all(
        `SELECT k.id, k.weight FROM graph_solved s JOIN graph_tasks k ON k.id = s.task WHERE s.path = ?
         ORDER BY k.weight DESC, k.time DESC LIMIT ?`,
        path,
        count,
      )
      .map((row) => ({ id: text(row, 'id'), weight: number(row, 'weight') }));
  }

  /** Counts every row: for a status a few times a minute, not for each key that is pressed. */
  counts(): { readonly symbols: number; readonly edges: number } {
    const count = (table: string): number =>
      number(this.statements.get(`SELECT count(*) AS count FROM ${table}`) ?? {}, 'count');
    const symbols = count('graph_symbols');
    return {
      symbols,
      edges: symbols + count('graph_targets') + count('graph_callees') + count('graph_solved') + count('commit_files'),
    };
  }
}
