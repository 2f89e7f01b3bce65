import type { DatabaseSync } from 'node:sqlite';
import type { RowLimits } from '../../../core/memory/recall/leadingTerms.ts';
import { quoteWords } from './matchExpression.ts';

/** Words whose counts are kept. */
const mostKept = 20_000;

/** Counts the rows of a full-text table. What it counted is kept until something is written. */
export interface WordRows {
  /** Rows with the word in one of these columns; not counted on behind `limits`. */
  readonly rowsOf: (word: string, columns: string) => number;
  readonly limits: () => RowLimits;
}

/** `source`: the table that has a row for each of `words`. */
export function createWordRows(connection: DatabaseSync, words: string, source: string, most: number): WordRows {
  const count = connection.prepare(
    `SELECT count(*) AS count FROM (SELECT 1 FROM ${words} WHERE ${words} MATCH ? LIMIT ?)`,
  );
  const all = connection.prepare(`SELECT count(*) AS count FROM ${source}`);
  const changes = connection.prepare('SELECT total_changes() AS changes');
  const kept = new Map<string, number>();
  let limits: RowLimits = { most, half: 0 };
  let mark: unknown;

  function refresh(): void {
    const now = changes.get()?.['changes'];
    if (mark !== now || kept.size >= mostKept) {
      mark = now;
      kept.clear();
      limits = { most, half: Math.ceil(Number(all.get()?.['count'] ?? 0) / 2) };
    }
  }

  return {
    rowsOf: (word, columns) => {
      refresh();
      const match = `{${columns}} : ${quoteWords(word)}`;
      const rows = kept.get(match) ?? Number(count.get(match, Math.max(most, limits.half) + 1)?.['count'] ?? 0);
      kept.set(match, rows);
      return rows;
    },
    limits: () => {
      refresh();
      return limits;
    },
  };
}
