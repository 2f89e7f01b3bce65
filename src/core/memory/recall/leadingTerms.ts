import type { QueryTerm } from './understandQuery.ts';

export interface LeadingTerms {
  /** What is found has one of them at least. */
  readonly leading: readonly QueryTerm[];
  /** Too frequent to be looked for; they tell apart what was found. */
  readonly telling: readonly QueryTerm[];
}

export interface RowLimits {
  /** Rows that the leading words may have together. */
  readonly most: number;
  /** Of all rows half: a word with more of them scores nothing by BM25. */
  readonly half: number;
}

/** Words that tell apart as many rows as may be led to; fewer where one word alone leads to more. */
const mostTelling = 12;

/**
 * The rarest words of a question, and the more frequent ones: a row that has none but frequent words is no answer where there are
 * rarer ones. The rarest leads however frequent it is, and words that no row has are left out. The index takes a time in proportion to
 * rows times words, so that this is what is limited. `rowsOf`: rows that have the word; may stop counting behind `half` and `most`.
 */
export function leadingTerms(
  terms: readonly QueryTerm[],
  rowsOf: (word: string) => number,
  { most, half }: RowLimits,
): LeadingTerms {
  const counted = terms
    .map((term) => ({ term, rows: rowsOf(term.word) }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => a.rows - b.rows);
  let sum = 0;
  let count = 0;
  for (const { rows } of counted) {
    if (count > 0 && sum + rows > most) {
      break;
    }
    sum += rows;
    count += 1;
  }
  const telling = counted.slice(count).filter(({ rows }) => rows <= half);
  const affordable = Math.floor((most * (1 + mostTelling)) / Math.max(sum, most)) - 1;
  return {
    leading: counted.slice(0, count).map(({ term }) => term),
    telling: telling.slice(0, affordable).map(({ term }) => term),
  };
}
