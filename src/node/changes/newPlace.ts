import { readdir, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HistoryFailure } from '../../core/repository/history.ts';
import type { UserGit } from './userGit.ts';

/** Whether a branch of this name can be made; answers the name. */
export async function checkNewBranch(
  git: UserGit,
  name: string,
  signal: AbortSignal,
): Promise<Result<string, HistoryFailure>> {
  const reference = `refs/heads/${name}`;
  const valid = await git.run({ arguments: ['check-ref-format', reference], expectedExitCodes: [0, 1] }, signal);
  if (!valid.ok) {
    return valid;
  }
  if (valid.value.exitCode !== 0 || name.startsWith('-') || name === 'HEAD') {
    return fail(failure('bad-name', `"${name}" cannot name a branch. Use letters, digits, "-", "." and "/".`));
  }
  const words = ['show-ref', '--verify', '--quiet', reference];
  const taken = await git.run({ arguments: words, expectedExitCodes: [0, 1] }, signal);
  if (!taken.ok) {
    return taken;
  }
  return taken.value.exitCode === 0
    ? fail(failure('name-taken', `There is a branch ${name} already. Choose another name.`))
    : ok(name);
}

/** Why a working tree cannot be made in a folder; undefined where it can. */
export async function checkNewFolder(directory: string): Promise<HistoryFailure | undefined> {
  if (!isAbsolute(directory)) {
    return failure('bad-name', `"${directory}" is no absolute path of a folder. Name one.`);
  }
  try {
    const found = await stat(directory);
    const free = found.isDirectory() && (await readdir(directory)).length === 0;
    return free ? undefined : failure('name-taken', `"${directory}" is there already. Choose a folder that is not.`);
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return absent ? undefined : failure('io', `"${directory}" cannot be used (${errorText(error)}). Choose another.`);
  }
}
