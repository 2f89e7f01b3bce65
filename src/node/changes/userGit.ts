import { fail, ok, type Result } from '../../base/result.ts';
import { failure } from '../../base/failure.ts';
import type { HistoryFailure, IndexBlob, IndexEdit } from '../../core/repository/history.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import type { GitRepository } from '../repository/describeRepository.ts';
import { type GitAnswer, type GitCall, runGit } from '../repository/git.ts';
import { type IndexEntry, isObjectId, parseIndexEntries, rawPath } from '../repository/gitOutput.ts';
import { readUserConfiguration } from '../repository/userConfiguration.ts';

type UserCall = Omit<GitCall, 'directory' | 'environment'> & {
  /** Another index than the user's own. */
  readonly index?: string;
};

/** Git on the user's repository, for what writes to it: objects, the index, branches. No hook and no filter runs. */
export class UserGit {
  readonly repository: GitRepository;
  private readonly entries: readonly (readonly [string, string])[];

  private constructor(repository: GitRepository, entries: readonly (readonly [string, string])[]) {
    this.repository = repository;
    this.entries = entries;
  }

  /** Reads the configuration of the moment: which filters are to be kept from running stands there. */
  static async open(repository: GitRepository, signal: AbortSignal): Promise<Result<UserGit, RepositoryFailure>> {
    const configuration = await readUserConfiguration(repository, signal);
    return configuration.ok ? ok(new UserGit(repository, configuration.value.entries)) : configuration;
  }

  get none(): string {
    return '0'.repeat(this.repository.objectFormat === 'sha1' ? 40 : 64);
  }

  run(call: UserCall, signal: AbortSignal): Promise<Result<GitAnswer, RepositoryFailure>> {
    const { index, ...rest } = call;
    const { root, worktreeGitDirectory } = this.repository;
    const environment = {
      GIT_DIR: worktreeGitDirectory,
      GIT_WORK_TREE: root,
      ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
    };
    const configuration = [...this.entries, ...(call.configuration ?? [])];
    return runGit({ ...rest, configuration, directory: root, environment }, signal);
  }

  /** For calls that answer one object id. */
  async id(call: UserCall, signal: AbortSignal): Promise<Result<string, RepositoryFailure>> {
    const answer = await this.run(call, signal);
    if (!answer.ok) {
      return answer;
    }
    const id = answer.value.stdout.toString('latin1').trim();
    return isObjectId(id)
      ? ok(id)
      : fail(failure('git-failed', `git ${call.arguments[0]} named no object. Update Git.`));
  }

  async entriesOf(signal: AbortSignal, index?: string): Promise<Result<IndexEntry[], RepositoryFailure>> {
    const listed = await this.run(
      {
        arguments: ['ls-files', '-s', '-z'],
        maxOutputBytes: 256 * 1024 * 1024,
        ...(index === undefined ? {} : { index }),
      },
      signal,
    );
    return listed.ok ? parseIndexEntries(listed.value.stdout) : listed;
  }

  /** Changes an index in one step: all of the edits, or nothing. What goes goes first, so that a folder can take a file's place. */
  async edit(
    edits: readonly Pick<IndexEdit, 'path' | 'after'>[],
    signal: AbortSignal,
    index?: string,
  ): Promise<Result<void, HistoryFailure>> {
    const gone = edits.filter(({ after }) => after === null).map(({ path }) => `0 ${this.none}\t${rawPath(path)}\0`);
    const put = edits.map(({ path, after }) => (after === null ? '' : `${after.mode} ${after.id}\t${rawPath(path)}\0`));
    const done = await this.run(
      {
        arguments: ['update-index', '-z', '--index-info'],
        input: Buffer.from([...gone, ...put].join(''), 'latin1'),
        expectedExitCodes: [0, 128],
        ...(index === undefined ? {} : { index }),
      },
      signal,
    );
    if (!done.ok || done.value.exitCode === 0) {
      return done.ok ? ok(undefined) : done;
    }
    const { stderr } = done.value;
    return fail(
      stderr.includes('index.lock')
        ? failure(
            'index-locked',
            'Another Git is at work in the repository (index.lock is there). Let it end, and try again.',
          )
        : failure('git-failed', `git update-index failed: ${stderr.trim().split('\n')[0]?.slice(0, 400) ?? ''}`),
    );
  }
}

export function sameBlob(one: IndexBlob | null, other: IndexBlob | null): boolean {
  return one?.id === other?.id && one?.mode === other?.mode;
}
