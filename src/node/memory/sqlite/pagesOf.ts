import type { StatementSync } from 'node:sqlite';
import { number, type Row } from './statements.ts';

/** Rows that are read in one go: some milliseconds, also where each asks other tables something. */
export const pageRows = 500;

/**
 * All rows of a table, a page at a time. `page` takes the id after which it begins and how many rows it gives, ordered by `id`. Nothing
 * is held open between two pages: what is written meanwhile is seen where it comes after.
 */
export function* pagesOf(page: StatementSync): Generator<readonly Row[]> {
  let rows: readonly Row[] = [];
  let after = 0;
  do {
    rows = page.all(after, pageRows);
    const last = rows.at(-1);
    if (last !== undefined) {
      after = number(last, 'id');
      yield rows;
    }
  } while (rows.length === pageRows);
}
