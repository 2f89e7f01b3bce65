import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { endedStates } from '../tasks/taskState.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';

/** Puts a task that is over out of the lists, or back. Nothing of it is removed, and it does not go on for this. */
export async function archiveTask(trace: TaskTrace, archived: boolean): Promise<Result<boolean, Failure>> {
  const { state } = trace.task();
  if (archived && !endedStates.has(state)) {
    return fail(failure('not-allowed', `The task is ${state}; accept, discard or cancel it first, then archive it.`));
  }
  await trace.record({ type: 'task-archived', actor: 'user', data: { archived } });
  return ok(false);
}
