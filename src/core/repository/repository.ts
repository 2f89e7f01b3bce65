import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { Changeset } from '../changes/changeset.ts';
import type { PolicyJudgement } from '../policy/pathPolicy.ts';
import type { TreeFile } from '../sandbox/sandbox.ts';

export type RepositoryFailure = Failure<
  'not-a-repository' | 'bare-repository' | 'git-missing' | 'git-failed' | 'unreadable' | 'too-large' | 'io' | 'aborted'
>;

export interface RepositoryInfo {
  /** Absolute path of the working tree's root, links resolved. */
  readonly root: string;
  /** Absolute path of the common git directory. */
  readonly gitDirectory: string;
  /** Null in a repository without commits. */
  readonly head: string | null;
  /** Null when HEAD is detached. */
  readonly branch: string | null;
}

export interface ExcludedFile {
  readonly path: string;
  readonly reason:
    | 'secret'
    | 'too-large'
    | 'over-total'
    | 'unreadable'
    | 'link-outside'
    | 'special'
    | 'nested-repository';
}

/** The user's work as a tree in the host-owned store: HEAD, dirty and untracked-not-ignored files. */
export interface Snapshot {
  readonly tree: string;
  readonly head: string | null;
  readonly branch: string | null;
  readonly files: number;
  readonly bytes: number;
  /** Files that are dirty or untracked, part of the tree. */
  readonly uncommitted: number;
  readonly excluded: readonly ExcludedFile[];
}

/** A changed file as it came out of a sandbox; hostile until judged. */
export interface IncomingChange {
  readonly path: string;
  readonly op: 'write' | 'delete';
  readonly mode: string | null;
  readonly bytes: Uint8Array | null;
}

export interface ImportedTree {
  readonly tree: string;
  readonly judgement: PolicyJudgement;
}

/**
 * The host-owned object store of one workspace. It reads the user's repository and never writes to it; no hook, filter or
 * fsmonitor of any repository runs on what it imports.
 */
export interface TreeStore {
  snapshot(signal: AbortSignal): Promise<Result<Snapshot, RepositoryFailure>>;
  /** Paths of all regular files, sorted by bytes. */
  paths(tree: string, signal: AbortSignal): Promise<Result<readonly string[], RepositoryFailure>>;
  /** Regular files and links that stay inside the tree; submodules are left out. */
  files(tree: string, signal: AbortSignal): AsyncIterable<TreeFile>;
  /** Writes the changes over `tree` in quarantine; a refused change is left out of the tree and named in the judgement. */
  importChanges(
    tree: string,
    changes: readonly IncomingChange[],
    signal: AbortSignal,
  ): Promise<Result<ImportedTree, RepositoryFailure>>;
  changeset(baseTree: string, resultTree: string, signal: AbortSignal): Promise<Result<Changeset, RepositoryFailure>>;
  /** What policy says of everything between two trees. */
  judge(baseTree: string, resultTree: string, signal: AbortSignal): Promise<Result<PolicyJudgement, RepositoryFailure>>;
  /** The unified diff as `git apply` reads it, binary files included. */
  patch(
    baseTree: string,
    resultTree: string,
    signal: AbortSignal,
    paths?: readonly string[],
  ): Promise<Result<string, RepositoryFailure>>;
  /** Content of a path in a tree; null when it is not there. */
  read(tree: string, path: string, signal: AbortSignal): Promise<Result<Uint8Array | null, RepositoryFailure>>;
  /** Keeps a tree and all it needs from being collected, under a name of ours. */
  keep(name: string, tree: string, signal: AbortSignal): Promise<Result<void, RepositoryFailure>>;
}

/** Contents by Git object id, many at once. */
export interface BlobReader {
  readBlobs(
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<string, Uint8Array>, RepositoryFailure>>;
}

export interface ApplyConflict {
  readonly path: string;
  readonly reason: 'changed-meanwhile' | 'deleted-meanwhile' | 'exists-already' | 'not-writable' | 'path-unsafe';
  readonly message: string;
}

/** One write that an apply will do, planned before anything is touched. Hashes are SHA-256 of the file's bytes, null = absent. */
export interface PlannedWrite {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly mode: string | null;
}

export interface ApplyPlan {
  readonly writes: readonly PlannedWrite[];
  readonly conflicts: readonly ApplyConflict[];
  /** Already as the result wants them. */
  readonly unchanged: readonly string[];
}

/** The user's working tree, touched only by an accept. */
export interface Checkout {
  /** Plans a three-way apply of the files; touches nothing. */
  planApply(
    changeset: Changeset,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<ApplyPlan, RepositoryFailure>>;
  /**
   * Does a plan: each file is written beside its target, synced, and renamed over it, after a last check that the target still
   * has its `before` hash. Stops at the first file that does not, and answers what was done. An abort in the middle is the
   * failure `aborted`: some files may be written then, and planning again shows which. `key` names this apply, in lower case
   * letters, digits and hyphens; what it writes beside a target carries it.
   */
  apply(
    changeset: Changeset,
    plan: ApplyPlan,
    key: string,
    signal: AbortSignal,
  ): Promise<Result<{ applied: readonly string[]; conflicts: readonly ApplyConflict[] }, RepositoryFailure>>;
  /**
   * Removes what an apply of this key, killed on its way, can have left beside these paths: plain files of its own name, reached
   * through no link, and nothing else. What cannot be removed stays, and no snapshot takes it.
   */
  removeLeftovers(key: string, paths: readonly string[]): Promise<void>;
}
