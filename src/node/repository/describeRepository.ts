import { readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure, RepositoryInfo } from '../../core/repository/repository.ts';
import { runGit } from './git.ts';
import { isObjectId } from './gitOutput.ts';

/** What our own Git calls need beyond what clients are told. */
export interface GitRepository extends RepositoryInfo {
  /** The working tree's own git directory: differs from the common one in a linked worktree. */
  readonly worktreeGitDirectory: string;
  readonly objectFormat: 'sha1' | 'sha256';
}

/** Finds the repository that a path is in. Every refusal says in one line what is wrong and what to do. */
export async function describeRepository(
  path: string,
  signal: AbortSignal,
): Promise<Result<GitRepository, RepositoryFailure>> {
  const directory = await directoryOf(path);
  if (!directory.ok) {
    return directory;
  }
  const found = await runGit(
    {
      arguments: [
        'rev-parse',
        '--is-bare-repository',
        '--is-inside-work-tree',
        '--show-object-format',
        '--absolute-git-dir',
      ].concat(['--git-common-dir', '--show-toplevel']),
      directory: directory.value,
      // Whose repositories the user trusts stands in the user's own configuration.
      userConfiguration: true,
      expectedExitCodes: [0, 128],
      deadlineMs: 20_000,
    },
    signal,
  );
  if (!found.ok) {
    return found;
  }
  const [bare, inside, format, gitDirectory, commonDirectory, root, ...rest] = lines(found.value.stdout);
  if (found.value.exitCode !== 0 || root === undefined) {
    return fail(whyNot(directory.value, bare, inside, found.value.stderr));
  }
  if (rest.length > 0) {
    // Git writes these paths as they are, one a line.
    const message = `The path of the repository at "${directory.value}" has a line break in it. Rename that folder.`;
    return fail(failure('unreadable', message));
  }
  if (gitDirectory === undefined || commonDirectory === undefined || (format !== 'sha1' && format !== 'sha256')) {
    return fail(
      failure('git-failed', `Git described "${directory.value}" in a way this version does not know. Update Git.`),
    );
  }
  const owned = await checkOwnTree(root, gitDirectory);
  if (!owned.ok) {
    return owned;
  }
  const head = await describeHead(root, gitDirectory, signal);
  return head.ok
    ? ok({
        root: await realpath(root),
        gitDirectory: await realpath(resolve(directory.value, commonDirectory)),
        worktreeGitDirectory: gitDirectory,
        objectFormat: format,
        ...head.value,
      })
    : head;
}

/**
 * A repository's own configuration can move its working tree anywhere, such as to the user's home. The tree of a repository is
 * taken for what it says only when the tree says the same: its `.git` is, or names, that git directory.
 */
async function checkOwnTree(root: string, gitDirectory: string): Promise<Result<void, RepositoryFailure>> {
  const named = join(root, '.git');
  try {
    const target = (await stat(named)).isFile() ? await readGitFile(named) : named;
    if (target !== undefined && (await realpath(resolve(root, target))) === (await realpath(gitDirectory))) {
      return ok(undefined);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) {
      return fail(failure('unreadable', `"${named}" cannot be read (${errorText(error)}). Allow it, and try again.`));
    }
  }
  return fail(
    failure(
      'unreadable',
      `The repository in "${gitDirectory}" has its files moved to "${root}", which does not belong to it. Remove "worktree" from the file "config" there, or use a fresh clone.`,
    ),
  );
}

/** Where a gitfile points to, as `gitdir: <path>`, absolute or relative to the folder it is in. */
async function readGitFile(path: string): Promise<string | undefined> {
  return /^gitdir: ([^\n]+?)[\r\n]*$/.exec(await readFile(path, 'utf8'))?.[1];
}

/** The commit and the branch that the working tree is on now. */
export async function describeHead(
  root: string,
  gitDirectory: string,
  signal: AbortSignal,
): Promise<Result<{ head: string | null; branch: string | null }, RepositoryFailure>> {
  const environment = { GIT_DIR: gitDirectory, GIT_WORK_TREE: root };
  const ask = (...words: string[]) =>
    runGit(
      { arguments: words, directory: root, environment, expectedExitCodes: [0, 1, 128], deadlineMs: 20_000 },
      signal,
    );
  const [commit, reference] = await Promise.all([
    ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}'),
    ask('symbolic-ref', '--quiet', 'HEAD'),
  ]);
  if (!commit.ok) {
    return commit;
  }
  if (!reference.ok) {
    return reference;
  }
  const head = commit.value.stdout.toString('utf8').trim();
  const branch = reference.value.stdout.toString('utf8').trim();
  return ok({
    head: commit.value.exitCode === 0 && isObjectId(head) ? head : null,
    branch: branch === '' ? null : branch.replace(/^refs\/heads\//, ''),
  });
}

function lines(output: Buffer): string[] {
  return output.toString('utf8').split('\n').slice(0, -1);
}

async function directoryOf(path: string): Promise<Result<string, RepositoryFailure>> {
  const absolute = resolve(path);
  try {
    const found = await stat(absolute);
    return ok(found.isDirectory() ? absolute : join(absolute, '..'));
  } catch (error) {
    return fail(
      failure('not-a-repository', `"${absolute}" cannot be opened (${errorText(error)}). Name an existing folder.`),
    );
  }
}

function whyNot(
  directory: string,
  bare: string | undefined,
  inside: string | undefined,
  stderr: string,
): RepositoryFailure {
  if (/dubious ownership|unsafe repository/.test(stderr)) {
    return failure(
      'unreadable',
      `Git does not trust "${directory}" because another user owns it. If you do: git config --global --add safe.directory "${directory}"`,
    );
  }
  if (bare === 'true') {
    return failure(
      'bare-repository',
      `"${directory}" is a bare repository, without files to work on. Clone it, and use the clone.`,
    );
  }
  if (inside === 'false') {
    return failure('not-a-repository', `"${directory}" is inside Git's own data. Use the folder that holds the files.`);
  }
  if (/not a git repository/.test(stderr)) {
    return failure(
      'not-a-repository',
      `"${directory}" is not in a Git repository. Run "git init" there, or choose another folder.`,
    );
  }
  return failure(
    'git-failed',
    `Git cannot read the repository at "${directory}": ${stderr.trim().split('\n')[0] ?? ''}`,
  );
}
