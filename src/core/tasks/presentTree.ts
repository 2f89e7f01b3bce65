import type { Task } from './task.ts';

/** The newest that is kept of the agent's work, as a tree; undefined where it has not begun. */
export function presentTree({ state, changeset, checkpoint, snapshot }: Task): string | undefined {
  // A result that waits for its review is what counts, whatever was tried after it.
  return state === 'ready' ? changeset?.resultTree : (checkpoint ?? changeset?.resultTree ?? snapshot?.tree);
}
