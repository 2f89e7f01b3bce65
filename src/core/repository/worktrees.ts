import type { Result } from '../../base/result.ts';
import type { HistoryFailure } from './history.ts';
import type { Checkout } from './repository.ts';

export interface WorktreeWish {
  /** Absolute path of a folder that is not there yet, or is empty. */
  readonly directory: string;
  /** Name of the new branch. */
  readonly branch: string;
  /** What is checked out in it. */
  readonly commit: string;
}

export interface Worktree {
  readonly checkout: Checkout;
  /** Takes the folder and its branch away again: for one that could not be filled. Never rejects. */
  remove(): Promise<void>;
}

/** Working trees beside the user's own, made only when a person asks for one. No hook and no filter of the repository runs. */
export interface Worktrees {
  /** Absolute path of the user's own working tree. */
  readonly root: string;
  /** A new branch, checked out in a new folder. The user's own working tree, its index and branches stay as they are. */
  open(wish: WorktreeWish, signal: AbortSignal): Promise<Result<Worktree, HistoryFailure>>;
}
