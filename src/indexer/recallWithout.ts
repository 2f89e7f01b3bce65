import { fileKinds } from '../core/memory/recall/recallSources.ts';
import { timeSpanOf } from '../core/memory/recall/fileFilter.ts';
import { recallWithoutIndex, type WithoutIndex } from '../core/memory/recall/recallWithoutIndex.ts';
import { wordRoot } from '../core/memory/recall/wordRoot.ts';
import { wordsAsWritten } from '../core/memory/recall/wordsAsWritten.ts';
import { findTexts } from '../node/memory/watching/findTexts.ts';
import type { IndexerParams } from '../protocol/indexer.ts';
import type { Episode, RecallQuery, RecallResult } from '../protocol/memory.ts';
import { readForgotten } from './forgottenPaths.ts';
import { tracedIn } from './recallIn.ts';

/** Milliseconds that Git may look for words: of 50,000 files it takes up to a second for each. Agents wait 1.5 s for the whole answer. */
const patienceMs = { person: 10_000, model: 1_200 } as const;

/** Shorter ones stand in too many files. */
const shortestWord = 4;

export interface RecallWithoutContext {
  readonly settings: IndexerParams<'open'>;
  readonly episodes: readonly Episode[];
  /** Why there is no index. */
  readonly why: string;
}

/** Searches what was solved, and the working tree by Git, where the index cannot be opened. */
export async function recallWithout(
  { settings, episodes, why }: RecallWithoutContext,
  query: RecallQuery,
  signal: AbortSignal,
): Promise<RecallResult> {
  const files = await filesFor(query, settings, signal);
  return recallWithoutIndex(query, { why, episodes, ...files }, tracedIn(query));
}

async function filesFor(
  query: RecallQuery,
  { root, exclude, directory }: IndexerParams<'open'>,
  asked: AbortSignal,
): Promise<Pick<WithoutIndex, 'texts' | 'unsearched'>> {
  const wanted = fileKinds.some((kind) => query.kinds?.includes(kind) ?? true);
  if (!wanted) {
    return { texts: [] };
  }
  if (timeSpanOf(query) !== undefined) {
    return { texts: [], unsearched: 'only the index knows when they changed.' };
  }
  // What a person had forgotten is not found in another way, either.
  const forgotten = await readForgotten(directory);
  if (!forgotten.ok) {
    return { texts: [], unsearched: forgotten.error.message };
  }
  const patience = patienceMs[query.reader ?? 'person'];
  const late = AbortSignal.timeout(patience);
  const words = [...new Set(wordsAsWritten(query.query).map(withoutEnding))];
  const found = await findTexts({ root, exclude, forgotten: forgotten.value }, words, AbortSignal.any([asked, late]));
  const unsearched = late.aborted
    ? `Git was not done with them after ${patience / 1_000} s; ask for fewer words.`
    : found.ok
      ? undefined
      : found.error.message;
  return { texts: found.ok ? found.value : [], ...(unsearched === undefined ? {} : { unsearched }) };
}

/** So that other forms of the word are found as well. */
function withoutEnding(word: string): string {
  const root = wordRoot(word.toLowerCase());
  return root.length < shortestWord ? word : root;
}
