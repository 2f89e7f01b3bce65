import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';

/** Records that a person has looked at a changed file, or takes that back. Decides nothing; the task does not go on for it. */
export async function markReviewed(
  trace: TaskTrace,
  path: string,
  reviewed: boolean,
): Promise<Result<boolean, Failure>> {
  const { changeset } = trace.task();
  if (changeset === undefined || !changeset.files.some((file) => file.path === path)) {
    const files = (changeset?.files ?? []).map((file) => file.path).join(', ');
    return fail(failure('not-in-changeset', `${path} is not changed by this task; its files are: ${files || 'none'}.`));
  }
  await trace.record({ type: 'file-reviewed', actor: 'user', data: { hash: changeset.hash, path, reviewed } });
  return ok(false);
}
