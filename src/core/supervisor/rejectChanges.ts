import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { otherName } from '../changes/changeset.ts';
import type { Checkout } from '../repository/repository.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { moveIfDecided } from './acceptChanges.ts';
import { rejectedParts, type WantedFile } from './chosenParts.ts';

/**
 * Records that a person does not want these changes of a ready task, or with `restore` that they stand for choice again. Nothing is
 * written to the checkout. A task of which something was accepted and all else rejected is applied.
 */
export async function rejectChanges(
  { checkout, trace }: { readonly checkout: Checkout; readonly trace: TaskTrace },
  file: WantedFile,
  restore: boolean,
  signal: AbortSignal,
): Promise<Result<void, Failure>> {
  const task = trace.task();
  const { changeset } = task;
  if (task.state !== 'ready' || changeset === undefined) {
    const message = `The task is ${task.state}; changes are chosen from while it is ready.`;
    return fail(failure('not-ready', message));
  }
  const other = otherName(changeset, file.path);
  for (const each of other === undefined || task.applied.includes(other) ? [file] : [file, { path: other }]) {
    const parts = await rejectedParts({ checkout, task, changeset }, each, restore, signal);
    if (!parts.ok) {
      return parts;
    }
    const { hunks, of } = parts.value;
    await trace.record({
      type: 'changes-rejected',
      actor: 'user',
      data: { hash: changeset.hash, path: each.path, hunks: hunks === 'whole' ? hunks : [...hunks], of },
    });
  }
  await moveIfDecided(trace);
  return ok(undefined);
}
