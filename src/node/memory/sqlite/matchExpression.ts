import { type FileFilter, fileKinds, type WordQuestion } from '../../../core/memory/recall/recallSources.ts';
import type { QueryTerm } from '../../../core/memory/recall/understandQuery.ts';
import { tagOf } from './fileTables.ts';

/** What a table is asked: `terms` or runs of words, of which any fits. */
export interface Match extends Pick<WordQuestion, 'terms' | 'phrases'> {
  /** Words that count where they stand, and find nothing by themselves. The table has tags. */
  readonly telling?: readonly QueryTerm[];
}

/**
 * The question in the language of FTS5; undefined where it asks for nothing. Every word is in quotes, so nothing in it is an
 * operator. A word that counts double stands twice: the index scores each on its own.
 */
export function matchExpression(
  { terms, phrases, telling = [] }: Match,
  columns: string,
  filter?: FileFilter,
): string | undefined {
  const wanted = phrases === undefined ? terms.flatMap(quoteTerm) : phrases.map(quoteWords);
  if (wanted.length === 0) {
    return undefined;
  }
  // Every row has a kind: what is joined to it by OR takes nothing away, and is scored.
  const any = anyTag(fileKinds.map((kind) => tagOf('kind', kind)));
  const tags = [
    anyTag(filter?.kinds?.map((kind) => tagOf('kind', kind))),
    anyTag(filter?.languages?.map((language) => tagOf('language', language))),
  ];
  return [
    `{${columns}} : (${wanted.join(' OR ')})`,
    ...(telling.length === 0 ? [] : [`({${columns}} : (${telling.flatMap(quoteTerm).join(' OR ')}) OR ${any})`]),
    ...tags.filter((tag) => tag !== undefined),
  ].join(' AND ');
}

function anyTag(tags: readonly string[] | undefined): string | undefined {
  // No kind fits where none is asked for: a tag that nothing has.
  return tags === undefined
    ? undefined
    : `tags : (${tags.length === 0 ? '"none"' : tags.map(quoteWords).join(' OR ')})`;
}

function quoteTerm({ word, weight }: QueryTerm): string[] {
  return Array.from({ length: weight }, () => quoteWords(word));
}

/** As FTS5 reads it: words that stand side by side, whatever is in them. */
export function quoteWords(words: string): string {
  return `"${words.replaceAll('"', ' ').replaceAll('\0', ' ')}"`;
}
