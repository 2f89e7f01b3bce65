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
  // The hardened settings of the call itself are in the answer too: their scope tells them apart.
  const answer = await runGit(
    {
      arguments: ['config', '-z', '--show-scope', '--get-regexp', '^(core\\.[a-z]+|filter\\..*)$'],
      directory: repository.root,
      environment: { GIT_DIR: repository.worktreeGitDirectory, GIT_WORK_TREE: repository.root },
      userConfiguration: true,
      expectedExitCodes: [0, 1],
      deadlineMs: 20_000,
    },
    signal,
  );
  if (!answer.ok) {
    return answer;
  }
  const parts = answer.value.stdout.toString('utf8').split('\0');
  const values = new Map<string, string>();
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [key = '', ...value] = (parts[index + 1] ?? '').split('\n');
    if (parts[index] !== 'command') {
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
  return ok({ entries, hookDirectories: hookDirectories(repository.root, values.get('core.hookspath')) });
}

function hookDirectories(root: string, hooksPath: string | undefined): string[] {
  if (hooksPath === undefined || hooksPath === '' || hooksPath.startsWith('~')) {
    return [];
  }
  const inside = relative(root, resolve(root, hooksPath)).replaceAll('\\', '/');
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? [] : [inside];
}
