import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { Changeset } from '../changes/changeset.ts';
import type { FilePart } from '../changes/planFile.ts';
import type { ApplyConflict, RepositoryFailure } from './repository.ts';

/** Where an accept goes that is more than a write to the working tree. */
export type AcceptPlace =
  /** Into the working tree, and into the index. */
  | { readonly kind: 'staged' }
  /** Into the working tree, and as a commit on what is checked out; what is staged beside it stays staged. */
  | { readonly kind: 'commit' }
  /** As a commit on a new branch; nothing that is checked out changes. */
  | { readonly kind: 'branch'; readonly name: string }
  /** The same, checked out in a new folder. `directory` is absolute; the branch has the folder's name unless told. */
  | { readonly kind: 'worktree'; readonly directory: string; readonly name?: string | undefined };

export interface IndexBlob {
  readonly mode: string;
  readonly id: string;
}

/** An entry of the index before and after; null where there is none. */
export interface IndexEdit {
  readonly path: string;
  readonly before: IndexBlob | null;
  readonly after: IndexBlob | null;
}

/** What an accept does beside its writes to the working tree, planned down to the object ids before anything of it is done. */
export interface Placement {
  readonly kind: AcceptPlace['kind'];
  /** All files that are accepted by it. */
  readonly paths: readonly string[];
  /** Changes of the user's index. */
  readonly index: readonly IndexEdit[];
  /** The commit, made but named by nothing yet. `branch` is null where HEAD is detached, `before` where the branch is new. */
  readonly commit?: { readonly id: string; readonly before: string | null; readonly branch: string | null } | undefined;
  /** Absolute path of the new working tree. */
  readonly directory?: string | undefined;
}

export type HistoryFailure =
  | RepositoryFailure
  | Failure<
      'no-identity' | 'bad-name' | 'name-taken' | 'moved-on' | 'merge-open' | 'nothing-to-commit' | 'index-locked'
    >;

/**
 * The user's index and branches, changed only by an accept that a person asked to go there. No hook and no filter of the repository
 * runs, and nothing is signed.
 */
export interface History {
  /**
   * Plans three-way, on the index or on the commit that is checked out as each of them is. Writes objects that nothing names, and
   * nothing else. `message` is that of a commit.
   */
  plan(
    changeset: Changeset,
    parts: readonly FilePart[],
    wish: { readonly place: AcceptPlace; readonly message: string },
    signal: AbortSignal,
  ): Promise<Result<{ placement: Placement; conflicts: readonly ApplyConflict[] }, HistoryFailure>>;
  /** Does such a plan where index and branch are still as they were planned on, or fails without having done anything of it. */
  record(placement: Placement, signal: AbortSignal): Promise<Result<void, HistoryFailure>>;
  /** Whether a plan was done: its branch has its commit; without one, the index its entries. */
  stands(placement: Placement, signal: AbortSignal): Promise<Result<boolean, HistoryFailure>>;
  /**
   * Puts index entries back as they were before these edits, given newest first. Answers the paths that were changed since: they
   * are left as they are.
   */
  unstage(edits: readonly IndexEdit[], signal: AbortSignal): Promise<Result<readonly string[], HistoryFailure>>;
}

/** Whether an accept leaves the working tree as it is. */
export function isElsewhere({ kind }: { readonly kind: AcceptPlace['kind'] }): boolean {
  return kind === 'branch' || kind === 'worktree';
}
