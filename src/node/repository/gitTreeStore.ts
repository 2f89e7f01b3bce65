import { createHash } from 'node:crypto';
import { failure } from '../../base/failure.ts';
import type { Sha256 } from '../../base/hash.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Changeset } from '../../core/changes/changeset.ts';
import { changesetHash } from '../../core/changes/changesetHash.ts';
import type { PolicyJudgement } from '../../core/policy/pathPolicy.ts';
import { leavesTree } from '../../core/repository/linkTarget.ts';
import type {
  BlobKeeper,
  BlobReader,
  ImportedTree,
  IncomingChange,
  RepositoryFailure,
  Snapshot,
  TreeStore,
} from '../../core/repository/repository.ts';
import type { StorageSource } from '../../core/sandbox/housekeeping.ts';
import type { TreeFile } from '../../core/sandbox/sandbox.ts';
import { readBlobs, RepositoryReadError, streamBlobs } from './blobReader.ts';
import type { GitRepository } from './describeRepository.ts';
import { isObjectId, type TreeEntry } from './gitOutput.ts';
import { GitStore } from './gitStore.ts';
import { importTree } from './importTree.ts';
import { judgeTrees, listTree } from './judgeTrees.ts';
import { keepBlobs } from './keepBlobs.ts';
import { keepTree } from './keepTree.ts';
import { snapshotTree } from './snapshotTree.ts';
import { storeStorage, type StoreUse } from './storeStorage.ts';
import { changedFiles, patchOf } from './treeDifference.ts';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** The tree store over Git. Opening makes `<stateDirectory>/store.git` on first use. */
export async function openGitTreeStore(
  repository: GitRepository,
  stateDirectory: string,
  signal: AbortSignal,
): Promise<Result<GitTreeStore, RepositoryFailure>> {
  const store = await GitStore.open(repository, stateDirectory, signal);
  return store.ok ? ok(new GitTreeStore(store.value)) : store;
}

export class GitTreeStore implements TreeStore, BlobReader, BlobKeeper {
  private readonly store: GitStore;

  constructor(store: GitStore) {
    this.store = store;
  }

  async snapshot(signal: AbortSignal): Promise<Result<Snapshot, RepositoryFailure>> {
    await this.store.awaitCleaning();
    return snapshotTree(this.store, signal);
  }

  async paths(tree: string, signal: AbortSignal): Promise<Result<readonly string[], RepositoryFailure>> {
    const listed = await this.list(tree, signal);
    return listed.ok
      ? ok(listed.value.flatMap(({ path, mode }) => (path !== null && mode.startsWith('100') ? [path] : [])))
      : listed;
  }

  /** Throws `RepositoryReadError`, for an iteration has no other way to fail. */
  async *files(tree: string, signal: AbortSignal): AsyncGenerator<TreeFile> {
    const listed = await this.list(tree, signal);
    if (!listed.ok) {
      throw new RepositoryReadError(listed.error);
    }
    const entries = listed.value.flatMap(({ path, mode, id }) =>
      path !== null && isSandboxMode(mode) ? [{ path, mode, id }] : [],
    );
    let position = 0;
    for await (const bytes of streamBlobs(
      this.store,
      entries.map((entry) => entry.id),
      signal,
    )) {
      const entry = entries[position];
      position += 1;
      if (entry !== undefined && !(entry.mode === '120000' && leavesTree(entry.path, bytes.toString('utf8')))) {
        yield { path: entry.path, mode: entry.mode, bytes };
      }
    }
  }

  async importChanges(
    tree: string,
    changes: readonly IncomingChange[],
    signal: AbortSignal,
  ): Promise<Result<ImportedTree, RepositoryFailure>> {
    await this.store.awaitCleaning();
    return notTree(tree) ?? importTree(this.store, tree, changes, signal);
  }

  async changeset(
    baseTree: string,
    resultTree: string,
    signal: AbortSignal,
  ): Promise<Result<Changeset, RepositoryFailure>> {
    const files = notTree(baseTree, resultTree) ?? (await changedFiles(this.store, baseTree, resultTree, signal));
    const hash = changesetHash(baseTree, resultTree, sha256);
    return files.ok ? ok({ hash, baseTree, resultTree, files: files.value }) : files;
  }

  async judge(
    baseTree: string,
    resultTree: string,
    signal: AbortSignal,
  ): Promise<Result<PolicyJudgement, RepositoryFailure>> {
    const judged = notTree(baseTree, resultTree) ?? (await judgeTrees(this.store, baseTree, resultTree, signal));
    return judged.ok ? ok(judged.value.judgement) : judged;
  }

  async patch(
    baseTree: string,
    resultTree: string,
    signal: AbortSignal,
    paths?: readonly string[],
  ): Promise<Result<string, RepositoryFailure>> {
    return notTree(baseTree, resultTree) ?? patchOf(this.store, baseTree, resultTree, signal, paths);
  }

  async read(tree: string, path: string, signal: AbortSignal): Promise<Result<Uint8Array | null, RepositoryFailure>> {
    const listed = await this.list(tree, signal, path);
    if (!listed.ok) {
      return listed;
    }
    const entry = listed.value.find((one) => one.path === path && one.type === 'blob');
    if (entry === undefined) {
      return ok(null);
    }
    const blobs = await readBlobs(this.store, [entry.id], signal);
    return blobs.ok ? ok(blobs.value.get(entry.id) ?? null) : blobs;
  }

  async readBlobs(
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<string, Uint8Array>, RepositoryFailure>> {
    return notTree(...ids) ?? readBlobs(this.store, ids, signal);
  }

  async keep(name: string, tree: string, signal: AbortSignal): Promise<Result<void, RepositoryFailure>> {
    return notTree(tree) ?? keepTree(this.store, name, tree, signal);
  }

  async keepBlobs(
    name: string,
    blobs: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<Result<readonly string[], RepositoryFailure>> {
    await this.store.awaitCleaning();
    return keepBlobs(this.store, name, blobs, signal);
  }

  /** What the store keeps, for whoever cleans up. */
  storage(use: StoreUse): StorageSource {
    return storeStorage(this.store, use);
  }

  private async list(
    tree: string,
    signal: AbortSignal,
    path?: string,
  ): Promise<Result<TreeEntry[], RepositoryFailure>> {
    return notTree(tree) ?? listTree(this.store, tree, signal, path);
  }
}

function isSandboxMode(mode: string): mode is TreeFile['mode'] {
  return mode === '100644' || mode === '100755' || mode === '120000';
}

/** An id is put among Git's arguments, so nothing else may pass for one. */
function notTree(...ids: readonly string[]): { readonly ok: false; readonly error: RepositoryFailure } | undefined {
  const wrong = ids.find((id) => !isObjectId(id));
  return wrong === undefined
    ? undefined
    : fail(failure('git-failed', `"${wrong.slice(0, 80)}" is no object id. Name a tree of this store.`));
}
