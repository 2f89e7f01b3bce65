import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { roundLimits } from '../tasks/resumption.ts';
import { activeStates } from '../tasks/taskState.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { moveTask } from './taskPipeline.ts';

/**
 * The user says something to the agent of a task. One at work is told it with its next step, one that rests when it goes on; a result
 * that waits for its review goes back to the agent with it. Answers whether the task is to be worked on because of it.
 */
export async function sayToAgent(trace: TaskTrace, text: string): Promise<Result<boolean, Failure>> {
  const { state } = trace.task();
  if (!(activeStates.has(state) || ['ready', 'paused', 'waiting', 'failed'].includes(state))) {
    const message = `The task is ${state}, and no agent works on it any more; delegate what is left as a new task.`;
    return fail(failure('not-allowed', message));
  }
  const said = await trace.record({ type: 'user-said', actor: 'user', data: { text } });
  return said.state === 'ready' ? goBack(trace, 'user-said') : ok(false);
}

const reasons = {
  'user-said': 'You said more about it.',
  'review-sent': 'You sent a review.',
} as const;

/** Sends a result back to its agent, with as much to spend as a task has at first. */
export async function goBack(trace: TaskTrace, code: keyof typeof reasons): Promise<Result<boolean, Failure>> {
  const extension = roundLimits(trace.task());
  if (extension !== undefined) {
    await trace.record(extension);
  }
  const reason = { code, message: reasons[code] };
  const { allowed, refusal } = await moveTask({ trace }, { move: 'revise', by: 'user', reason });
  // The host was just about to do the same.
  const goesOn = !allowed && activeStates.has(trace.task().state);
  return allowed || goesOn ? ok(allowed) : fail(failure('not-allowed', refusal));
}
