import { setTimeout as sleep } from 'node:timers/promises';
import { wordsAsWritten } from '../core/memory/recall/wordsAsWritten.ts';
import type { OpenIndex } from './openIndex.ts';

/** Milliseconds that a question waits for the files that it is about; agents wait 1.5 s for the whole answer. */
const patienceMs = 1_200;

/** Milliseconds that Git may look for them, so that they are there when the question is asked again. */
const searchMs = 30_000;

/** Files that go before the others; of so many nobody waits for the rest. */
const mostFiles = 40;

interface FileSearch {
  readonly words: string;
  readonly found: Promise<readonly string[]>;
  readonly stop: AbortController;
}

/** What Git looks for now, or looked for last: one question at a time. */
const searches = new WeakMap<OpenIndex, FileSearch>();

/**
 * While a repository is looked at for the first time: what a question is about is indexed before the rest, so that from the first
 * second on a word is found wherever it stands. Git says which files hold it.
 */
export async function indexFirst(index: OpenIndex, question: string, asked: AbortSignal): Promise<void> {
  const words = wordsAsWritten(question);
  if (index.isScanned() || words.length === 0 || asked.aborted) {
    return;
  }
  const signal = AbortSignal.any([asked, AbortSignal.timeout(patienceMs)]);
  const patience = new Promise<readonly string[]>((resolve) => {
    signal.addEventListener('abort', () => resolve([]), { once: true });
  });
  let missing = missingOf(index, await Promise.race([searchFor(index, words), patience]));
  while (missing.length > 0 && !signal.aborted && !index.isScanned()) {
    await sleep(20);
    missing = missingOf(index, missing);
  }
}

function searchFor(index: OpenIndex, words: readonly string[]): Promise<readonly string[]> {
  const key = words.join(' ');
  const current = searches.get(index);
  if (current?.words === key) {
    return current.found;
  }
  current?.stop.abort();
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(searchMs)]);
  const found = index.watcher.search(words, mostFiles, signal).then((paths) => {
    index.watcher.hint(missingOf(index, paths));
    if (paths.length === 0 && searches.get(index) === search) {
      // Perhaps Git could not be asked yet.
      searches.delete(index);
    }
    return paths;
  });
  const search = { words: key, found, stop };
  searches.set(index, search);
  return found;
}

function missingOf({ database, files, skipped }: OpenIndex, paths: readonly string[]): string[] {
  return paths.filter((path) => {
    const known = database.read(() => files.describe(path));
    return known.ok && known.value === undefined && !skipped.has(path);
  });
}
