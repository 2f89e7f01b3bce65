import type { Failure } from '../base/failure.ts';
import { ok, type Result } from '../base/result.ts';
import type { Checkout } from '../core/repository/repository.ts';
import { decisionOf, hunkStatus } from '../core/tasks/fileDecision.ts';
import type { Task } from '../core/tasks/task.ts';
import type { HunkView } from '../protocol/taskView.ts';

/** The hunks of a changed file, undefined where it is taken as a whole, and what was decided of them. */
export async function viewHunks(
  checkout: Checkout,
  { changeset, applied, decisions }: Task,
  path: string,
): Promise<Result<readonly HunkView[] | undefined, Failure>> {
  if (changeset === undefined) {
    return ok(undefined);
  }
  const hunks = await checkout.hunks(changeset, path, new AbortController().signal);
  if (!hunks.ok) {
    return hunks;
  }
  const decision = decisionOf(decisions, path);
  return ok(hunks.value?.map((hunk) => ({ ...hunk, status: hunkStatus(hunk, decision, applied.includes(path)) })));
}
