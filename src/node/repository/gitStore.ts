import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Serializer } from '../../base/async.ts';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import type { GitRepository } from './describeRepository.ts';
import { type GitAnswer, type GitCall, runGit } from './git.ts';

type StoreCall = Omit<GitCall, 'directory' | 'environment'> & {
  /** Our own index file. */
  readonly index?: string;
  /** Where new objects go instead of the store. */
  readonly quarantine?: string;
};

/**
 * The bare repository of our own where trees live, `<stateDirectory>/store.git`. What the user's repository has is found there
 * without a copy; nothing is ever written to it.
 */
export class GitStore {
  readonly repository: GitRepository;
  readonly directory: string;
  /** Naming trees and clearing up take turns: a tree's objects must not go between its packing and its naming. */
  readonly keeping = new Serializer();
  private readonly workDirectory: string;
  private readonly userObjects: string;

  private constructor(repository: GitRepository, stateDirectory: string) {
    this.repository = repository;
    this.directory = join(stateDirectory, repository.objectFormat === 'sha1' ? 'store.git' : 'store-sha256.git');
    this.workDirectory = join(stateDirectory, 'work');
    this.userObjects = join(repository.gitDirectory, 'objects');
  }

  /** Opens the store, making it on first use. */
  static async open(
    repository: GitRepository,
    stateDirectory: string,
    signal: AbortSignal,
  ): Promise<Result<GitStore, RepositoryFailure>> {
    const store = new GitStore(repository, stateDirectory);
    try {
      await mkdir(store.workDirectory, { recursive: true, mode: 0o700 });
      await removeStale(store.workDirectory);
    } catch (error) {
      return fail(
        failure('io', `"${stateDirectory}" cannot be written (${errorText(error)}). Free or allow it, and try again.`),
      );
    }
    const format = `--object-format=${repository.objectFormat}`;
    const made = await runGit(
      { arguments: ['init', '--quiet', '--bare', '--template=', format, store.directory], directory: stateDirectory },
      signal,
    );
    return made.ok ? ok(store) : made;
  }

  /** Before objects are written: what is cleaned away at this moment must not be mistaken for being there. */
  async awaitCleaning(): Promise<void> {
    await this.keeping.run(async () => undefined);
  }

  /** A folder for one piece of work; the caller removes it. */
  async makeWorkDirectory(): Promise<string> {
    return mkdtemp(join(this.workDirectory, 'work-'));
  }

  /** Runs Git on the store. The user's working tree and configuration play no part. */
  run(call: StoreCall, signal: AbortSignal): Promise<Result<GitAnswer, RepositoryFailure>> {
    return runGit(this.describe(call), signal);
  }

  /** A call on the store, for those who read the answer as it comes. */
  describe(call: StoreCall): GitCall {
    const { index, quarantine, ...rest } = call;
    const elsewhere =
      quarantine === undefined ? [this.userObjects] : [join(this.directory, 'objects'), this.userObjects];
    return {
      ...rest,
      directory: this.directory,
      environment: {
        GIT_DIR: this.directory,
        GIT_ALTERNATE_OBJECT_DIRECTORIES: elsewhere.map(quoteAlternate).join(delimiter),
        ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
        ...(quarantine === undefined ? {} : { GIT_OBJECT_DIRECTORY: quarantine }),
      },
    };
  }

  /** Runs Git on the user's repository, reading only; with `index` on a copy of the user's index. */
  runOnUser(call: Omit<StoreCall, 'quarantine'>, signal: AbortSignal): Promise<Result<GitAnswer, RepositoryFailure>> {
    const { index, ...rest } = call;
    const environment = {
      GIT_DIR: this.repository.worktreeGitDirectory,
      GIT_WORK_TREE: this.repository.root,
      ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
    };
    return runGit({ ...rest, directory: this.repository.root, environment }, signal);
  }
}

/** The list of alternates is split at colons; a quoted entry may hold any character. */
function quoteAlternate(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}

/** What a killed process left behind. A store has one process at a time: the lock of the workspace sees to that. */
async function removeStale(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
}
