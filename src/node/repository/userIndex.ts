import { copyFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ExcludedFile, RepositoryFailure } from '../../core/repository/repository.ts';
import {
  type GitPath,
  type IndexEntry,
  parseIndexEntries,
  parsePaths,
  parseRawDiff,
  type RawChange,
} from './gitOutput.ts';
import type { GitStore } from './gitStore.ts';
import type { UserConfiguration } from './userConfiguration.ts';

/** What Git knows of the working tree. */
export interface UserIndex {
  readonly entries: readonly IndexEntry[];
  /** Files that differ from their index entry. */
  readonly changes: readonly RawChange[];
  readonly untracked: readonly GitPath[];
  readonly unreadable: readonly ExcludedFile[];
}

const listingBytes = 256 * 1024 * 1024;

/**
 * Copies the user's index to `index`, brings the copy up to date with the working tree, and lists it. The user's own index is
 * only read.
 */
export async function readUserIndex(
  store: GitStore,
  index: string,
  configuration: UserConfiguration,
  signal: AbortSignal,
): Promise<Result<UserIndex, RepositoryFailure>> {
  const copied = await copyIndex(join(store.repository.worktreeGitDirectory, 'index'), index);
  if (!copied.ok) {
    return copied;
  }
  const run = (words: readonly string[], expectedExitCodes: readonly number[] = [0]) =>
    store.runOnUser(
      {
        arguments: words,
        index,
        configuration: configuration.entries,
        maxOutputBytes: listingBytes,
        expectedExitCodes,
      },
      signal,
    );
  // Exit code 1 says that some files are changed, which is what is asked next.
  const refreshed = await run(['update-index', '-q', '--refresh'], [0, 1]);
  if (!refreshed.ok) {
    return refreshed;
  }
  const [entries, changes, untracked] = await Promise.all([
    run(['ls-files', '-s', '-z']),
    run(['diff-files', '--raw', '-z', '--no-renames', '--ignore-submodules=all', '--no-ext-diff', '--no-textconv']),
    run(['ls-files', '-o', '-z', '--exclude-standard']),
  ]);
  if (!entries.ok || !changes.ok || !untracked.ok) {
    return [entries, changes, untracked].find((one) => !one.ok) ?? fail(failure('git-failed', 'Git gave no listing.'));
  }
  const parsedEntries = parseIndexEntries(entries.value.stdout);
  if (!parsedEntries.ok) {
    return parsedEntries;
  }
  const parsedChanges = parseRawDiff(changes.value.stdout);
  if (!parsedChanges.ok) {
    return parsedChanges;
  }
  return ok({
    entries: parsedEntries.value,
    changes: parsedChanges.value.changes,
    untracked: parsePaths(untracked.value.stdout),
    unreadable: [...untracked.value.stderr.matchAll(/could not open directory '([^']+)'/g)].map(
      ([, directory = '']): ExcludedFile => ({ path: directory.replace(/\/$/, ''), reason: 'unreadable' }),
    ),
  });
}

/**
 * Git takes an entry for unchanged without reading the file when the file is older than the index. The copy must not look younger
 * than the original, or a change made in the same instant would be missed; a whole second older only costs a few comparisons.
 */
async function copyIndex(from: string, to: string): Promise<Result<void, RepositoryFailure>> {
  try {
    const { mtimeMs } = await stat(from);
    await copyFile(from, to);
    const seconds = Math.floor(mtimeMs / 1000);
    await utimes(to, seconds, seconds);
    return ok(undefined);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return ok(undefined);
    }
    return fail(
      failure(
        'unreadable',
        `The index of the repository cannot be read (${errorText(error)}). Allow it, and try again.`,
      ),
    );
  }
}
