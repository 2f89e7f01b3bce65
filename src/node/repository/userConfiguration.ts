import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import { runGit } from './git.ts';
import type { GitRepository } from './describeRepository.ts';

/** What of the user's own configuration bears on which files are there and which of them are changed. */
export interface UserConfiguration {
  /** Handed to calls on the user's repository, which otherwise see no configuration of the user. */
  readonly entries: readonly (readonly [key: string, value: string])[];
  /** `core.hooksPath` where it is inside the working tree, relative to its root. */
  readonly hookDirectories: readonly string[];
}

const honoured = ['core.autocrlf', 'core.eol', 'core.excludesfile', 'core.attributesfile', 'core.longpaths'];

/**
 * Reads it with a plain `git config`, which executes nothing. Every filter driver that is named anywhere is switched off, so that
 * comparing a file with the index runs no program of anybody's.
 */
export async function readUserConfiguration(
  repository: GitRepository,
  signal: AbortSignal,
): Promise<Result<UserConfiguration, RepositoryFailure>> {
  const [answer, hooks] = await Promise.all([
    askConfiguration(repository, ['--get-regexp', '^(core\\.[a-z]+|filter\\..*)$'], signal),
    readHookDirectories(repository, signal),
  ]);
  if (!answer.ok) {
    return answer;
  }
  if (!hooks.ok) {
    return hooks;
  }
  const values = new Map<string, string>();
  for (const { scope, text } of answer.value) {
    const [key = '', ...value] = text.split('\n');
    if (scope !== 'command') {
      // A key without a value is Git's short way to say true.
      values.set(key, value.length === 0 ? 'true' : value.join('\n'));
    }
  }
  const entries = honoured.flatMap((key): [string, string][] => {
    const value = values.get(key);
    return value === undefined ? [] : [[key, value]];
  });
  const filters = new Set(
    [...values.keys()].filter((key) => key.startsWith('filter.')).map((key) => key.slice(0, key.lastIndexOf('.'))),
  );
  for (const filter of filters) {
    entries.push(
      [`${filter}.clean`, ''],
      [`${filter}.smudge`, ''],
      [`${filter}.process`, ''],
      [`${filter}.required`, 'false'],
    );
  }
  return ok({ entries, hookDirectories: hooks.value });
}

/** Asked of Git itself, which knows what `~/`, `~user/` and `%(prefix)/` stand for. */
async function readHookDirectories(
  repository: GitRepository,
  signal: AbortSignal,
): Promise<Result<string[], RepositoryFailure>> {
  const answer = await askConfiguration(repository, ['--type=path', '--get-all', 'core.hooksPath'], signal);
  if (!answer.ok) {
    return answer;
  }
  const hooksPath = answer.value.findLast(({ scope }) => scope !== 'command')?.text;
  if (hooksPath === undefined || hooksPath === '') {
    return ok([]);
  }
  const directory = resolve(repository.root, hooksPath);
  const spellings = [directory, await realpath(directory).catch(() => directory)];
  const inside = spellings.map((path) => relative(repository.root, path).replaceAll('\\', '/'));
  return ok([...new Set(inside)].filter((path) => path !== '' && !/^\.\.(\/|$)/.test(path) && !isAbsolute(path)));
}

/** What a `git config` lists, in Git's order; the hardened settings of the call itself have the scope `command`. */
async function askConfiguration(
  repository: GitRepository,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Result<{ scope: string; text: string }[], RepositoryFailure>> {
  const answer = await runGit(
    {
      arguments: ['config', '-z', '--show-scope', ...words],
      directory: repository.root,
      environment: { GIT_DIR: repository.worktreeGitDirectory, GIT_WORK_TREE: repository.root },
      userConfiguration: true,
      // 1: nothing of that name is set.
      expectedExitCodes: [0, 1],
      deadlineMs: 20_000,
    },
    signal,
  );
  if (!answer.ok) {
    return answer;
  }
  const parts = answer.value.stdout.toString('utf8').split('\0');
  const found: { scope: string; text: string }[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    found.push({ scope: parts[index] ?? '', text: parts[index + 1] ?? '' });
  }
  return ok(found);
}
