import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { proposeMove } from '../tasks/taskMoves.ts';
import { extendLimits, type ResumeWish } from '../tasks/resumption.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { moveTask } from './taskPipeline.ts';

/**
 * The user lets a task go on that failed, waits or is paused. The caller then works on it: it goes on from its newest checkpoint, what
 * was spent stays spent, and the detectors start afresh.
 */
export async function resumeTask(trace: TaskTrace, wish: ResumeWish): Promise<Result<void, Failure>> {
  const task = trace.task();
  // Limits of a task that cannot go on are not raised.
  if (proposeMove(task, 'resume', 'user').allowed) {
    const extension = extendLimits(task, wish);
    if (!extension.ok) {
      return extension;
    }
    if (extension.value !== undefined) {
      await trace.record(extension.value);
    }
  }
  const { note } = wish;
  const end = { move: 'resume', by: 'user', ...(note === undefined ? {} : { note }) } as const;
  const { allowed, refusal } = await moveTask({ trace }, end);
  return allowed ? ok(undefined) : fail(failure('not-allowed', refusal));
}
