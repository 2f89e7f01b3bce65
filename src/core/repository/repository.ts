import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { Changeset } from '../changes/changeset.ts';
import type { Hunk } from '../changes/hunks.ts';
import type { FilePart } from '../changes/planFile.ts';
import type { PolicyJudgement } from '../policy/pathPolicy.ts';
import type { TreeFile } from '../sandbox/sandbox.ts';
import type { History } from './history.ts';

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

/** Keeps contents from being collected under a name of ours, and answers the object id of each. */
export interface BlobKeeper {
  keepBlobs(
    name: string,
    blobs: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<Result<readonly string[], RepositoryFailure>>;
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
  readonly reason:
    | 'changed-meanwhile'
    | 'deleted-meanwhile'
    | 'exists-already'
    | 'not-writable'
    | 'path-unsafe'
    /** Written to the working tree, and not staged or committed as it was to be. */
    | 'not-placed'
    /** Accepted as a commit, which no undo takes back. */
    | 'committed';
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
  /** What was planned. */
  readonly parts: readonly FilePart[];
  readonly writes: readonly PlannedWrite[];
  readonly conflicts: readonly ApplyConflict[];
  /** Already as the result wants them. */
  readonly unchanged: readonly string[];
}

/** The sides of a merge by hand. `over` is the SHA-256 of `checkout`; `base` is empty where the change adds the file. */
export interface MergeSides {
  readonly base: Uint8Array;
  readonly result: Uint8Array;
  readonly checkout: Uint8Array;
  /** SHA-256 of what stands in the checkout; null for nothing. */
  readonly over: string | null;
}

/** The bytes on both sides of a write as object ids in the host's store, and the permission bits of the file before. */
export interface KeptBytes {
  readonly before: string | null;
  readonly after: string | null;
  readonly permissions: number | null;
}

/** A file whose accepts are undone, with what each of them wrote, oldest first. */
export interface FileToUndo {
  readonly path: string;
  readonly steps: readonly { readonly kept: KeptBytes; readonly mode: string | null }[];
}

export interface CheckoutUndo {
  readonly files: readonly FileToUndo[];
  readonly writes: readonly PlannedWrite[];
  readonly conflicts: readonly ApplyConflict[];
  /** Nothing of the accepts is in them. */
  readonly unchanged: readonly string[];
}

/** The user's working tree, touched only by an accept and its undo. */
export interface Checkout {
  /** The index and the branches that belong to it; absent where only the files are at hand. */
  readonly history?: History;
  /**
   * Keeps, under a name of ours, the bytes that a plan writes and those that it writes over, in the order of its writes. Fails where
   * a file is no longer what was planned for. Nothing else puts them back once the plan is done.
   */
  keepBytes(
    changeset: Changeset,
    plan: ApplyPlan,
    name: string,
    signal: AbortSignal,
  ): Promise<Result<readonly KeptBytes[], RepositoryFailure>>;
  /** Plans to take accepts back out of files, three-way; touches nothing. */
  planUndo(files: readonly FileToUndo[], signal: AbortSignal): Promise<Result<CheckoutUndo, RepositoryFailure>>;
  /** Does such a plan as `apply` does one; a file that is no longer as planned is a conflict, and the others are undone. */
  undo(
    plan: CheckoutUndo,
    key: string,
    signal: AbortSignal,
  ): Promise<Result<{ undone: readonly string[]; conflicts: readonly ApplyConflict[] }, RepositoryFailure>>;
  /** Which of these writes stand in the checkout now: as they were to be, as it was before them, or neither. */
  look(writes: readonly PlannedWrite[]): Promise<readonly ('after' | 'before' | 'neither')[]>;
  /** The hunks of a changed file; undefined for a change that is taken as a whole: an added, deleted or binary file. */
  hunks(
    changeset: Changeset,
    path: string,
    signal: AbortSignal,
  ): Promise<Result<readonly Hunk[] | undefined, RepositoryFailure>>;
  /** What a person needs to merge a part of a change by hand; undefined where these are not three texts. */
  mergeSides(
    changeset: Changeset,
    part: FilePart,
    signal: AbortSignal,
  ): Promise<Result<MergeSides | undefined, RepositoryFailure>>;
  /** Plans a three-way apply of the files, or of parts of them; touches nothing. */
  planApply(
    changeset: Changeset,
    parts: readonly FilePart[],
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
