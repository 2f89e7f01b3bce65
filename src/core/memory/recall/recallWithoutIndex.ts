import { ok } from '../../../base/result.ts';
import type { Episode, RecallHit, RecallQuery, RecallResult } from '../../../protocol/memory.ts';
import { recall, type RecallExtras } from './recall.ts';
import { type FoundText, wordsOfTexts } from './wordsOfTexts.ts';

/** What there is where the index cannot be opened. */
export interface WithoutIndex {
  /** One line for a person: why there is no index, and the way out. */
  readonly why: string;
  /** What was solved, which lies in files of its own and is little. */
  readonly episodes: readonly Episode[];
  /** Files that Git found words of the question in. */
  readonly texts: readonly FoundText[];
  /** Why no files, or not all, were looked at; absent where they were. */
  readonly unsearched?: string;
}

const indexed = 'names, commits, the graph and meaning';

/** Says of every file that it was found in another way, and in every answer what was not searched, and why. */
export async function recallWithoutIndex(
  query: RecallQuery,
  { why, episodes, texts, unsearched }: WithoutIndex,
  extras: RecallExtras = {},
): Promise<RecallResult> {
  const words = wordsOfTexts(texts, episodes);
  const found = await recall(query, { words, vectors: async () => ok([]) }, extras);
  const missing =
    unsearched === why
      ? [`files, ${indexed}: ${why}`]
      : [`${indexed}: ${why}`, ...(unsearched === undefined ? [] : [`files: ${unsearched}`])];
  // Part of a sentence of whoever shows it.
  const parts = missing.map((part) => part.replace(/\.$/, ''));
  return { ...found, hits: found.hits.map(labelled), missing: [...found.missing, ...parts] };
}

function labelled(hit: RecallHit): RecallHit {
  const [first, ...others] = hit.reasons;
  return hit.path === undefined || first === undefined
    ? hit
    : { ...hit, reasons: [{ ...first, text: `${first.text}, found by git grep without the index` }, ...others] };
}
