import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { FoundText } from '../../../core/memory/recall/wordsOfTexts.ts';
import { headBytes, skippedByContent } from '../../../core/memory/watching/sourceContent.ts';
import { skippedByName } from '../../../core/memory/watching/sourceNames.ts';
import type { RepositoryFailure } from '../../../core/repository/repository.ts';
import { type FolderLooks, lookAt, readBeginning } from './fileLook.ts';
import { openGitTruth } from './gitTruth.ts';
import { IgnoreFiles } from './ignoreFiles.ts';
import { searchSources } from './searchSources.ts';

export interface SearchedTree {
  readonly root: string;
  /** Globs of what is not indexed, beside what Git ignores. */
  readonly exclude: readonly string[];
  /** Files and folders that a person had forgotten. */
  readonly forgotten: readonly string[];
}

/** Files with a word, from which on it tells none of them apart. */
const mostHaving = 500;

/** Files that are read, and bytes of each and of all. */
const mostFiles = 20;
const mostBytes = 512 * 1024;
const mostBytesOfAll = 2 * 1024 * 1024;

/**
 * The files of a working tree that Git finds the rarest of the words in, best first, of those that an index would have taken in. Where
 * the signal ends it, what the first words found until then.
 */
export async function findTexts(
  { root, exclude, forgotten }: SearchedTree,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly FoundText[], RepositoryFailure>> {
  const truth = await openGitTruth(root, signal);
  if (!truth.ok) {
    return truth;
  }
  if (truth.value === undefined) {
    return fail(failure('not-a-repository', `${root} is in no repository that Git knows: nothing can be found there.`));
  }
  const opened = truth.value;
  const rules = new IgnoreFiles(opened.root, opened, exclude);
  const scores = new Map<string, number>();
  // One after the other: each has all cores, and where the time is over the first ones are whole.
  for (const word of words) {
    const paths = signal.aborted ? [] : await searchSources(opened, [word], mostHaving, signal);
    for (const path of paths.length < mostHaving ? paths : []) {
      scores.set(path, (scores.get(path) ?? 0) + Math.log(1 + mostHaving / paths.length));
    }
  }
  const isForgotten = (path: string): boolean => forgotten.some((each) => path === each || path.startsWith(`${each}/`));
  const found: FoundText[] = [];
  const folders: FolderLooks = new Map();
  let left = mostBytesOfAll;
  for (const [path] of [...scores].sort((one, other) => other[1] - one[1])) {
    if (found.length >= mostFiles || left <= 0) {
      break;
    }
    if (skippedByName(path) === undefined && rules.excludedBy(path) === undefined && !isForgotten(path)) {
      const bytes = contentOf(opened.root, path, folders);
      left -= bytes?.length ?? 0;
      found.push(...(bytes === undefined ? [] : [{ path, text: new TextDecoder().decode(bytes) }]));
    }
  }
  return ok(found);
}

/** Undefined for what is no source: a link, what is too large, what a tool wrote. */
function contentOf(root: string, path: string, folders: FolderLooks): Uint8Array | undefined {
  const look = lookAt(root, path, folders);
  if (look.kind !== 'file' || look.bytes > mostBytes) {
    return undefined;
  }
  const bytes = readBeginning(root, path, look.bytes + 1);
  return bytes === undefined || skippedByContent(path, bytes.subarray(0, headBytes)) !== undefined ? undefined : bytes;
}
