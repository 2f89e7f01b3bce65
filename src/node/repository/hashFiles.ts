import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import { quotePath } from './gitOutput.ts';
import type { GitStore } from './gitStore.ts';

/** What Git says of a file that went away or closed up after it was listed. */
const fileTrouble = /could not open|cannot open|unable to (open|stat|read|hash|get)|short read|read error|changed/i;

/**
 * Writes files into the store as they are, no filter asked, with one Git process. `paths` are absolute paths of regular files.
 * Answers an object id for each; null for one that could not be read.
 */
export async function hashFiles(
  store: GitStore,
  paths: readonly string[],
  signal: AbortSignal,
  quarantine?: string,
): Promise<Result<(string | null)[], RepositoryFailure>> {
  const ids: (string | null)[] = [];
  while (ids.length < paths.length) {
    const answer = await store.run(
      {
        arguments: ['hash-object', '-w', '--no-filters', '--stdin-paths'],
        input: Buffer.from(
          paths
            .slice(ids.length)
            .map((path) => `${quotePath(path)}\n`)
            .join(''),
        ),
        expectedExitCodes: [0, 128],
        deadlineMs: 10 * 60 * 1000,
        ...(quarantine === undefined ? {} : { quarantine }),
      },
      signal,
    );
    if (!answer.ok) {
      return answer;
    }
    const { exitCode, stdout, stderr } = answer.value;
    ids.push(...stdout.toString('latin1').split('\n').slice(0, -1));
    if (exitCode !== 0) {
      if (!fileTrouble.test(stderr)) {
        return fail(failure('git-failed', `git hash-object failed: ${stderr.trim().split('\n').at(-1) ?? ''}`));
      }
      ids.push(null);
    }
  }
  return ok(ids);
}
