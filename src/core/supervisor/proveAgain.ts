import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { activeStates } from '../tasks/taskState.ts';
import { proofFor, type TracedProof } from '../tasks/tracedProof.ts';
import type { Assignment } from './supervisorPorts.ts';
import { proofOf, settled } from './verifyStage.ts';

/**
 * Runs the tests of a task's changeset once more, both sides in new boxes, for a person who doubts them. What they say is recorded
 * under the name of that wish and moves nothing: the task, and the statement that was signed, stand on the proof of its work. A wish
 * that has its proof already gets that one.
 */
export async function proveAgain(assignment: Assignment, wish: string): Promise<Result<TracedProof, Failure>> {
  const { trace } = assignment;
  const had = await proofFor(trace.history(), wish);
  if (had !== undefined) {
    return ok(had);
  }
  const task = trace.task();
  if (task.changeset === undefined || task.unfinished) {
    const message = `The task is ${task.state} and has no finished changes to test; \`nightshift show ${task.id}\` tells more.`;
    return fail(failure('no-changeset', message));
  }
  if (activeStates.has(task.state)) {
    return fail(failure('not-allowed', `The task is ${task.state}: its tests can be run again when it is at rest.`));
  }
  const { changeset } = task;
  const outcome = await proofOf(assignment, changeset, task, wish);
  if (assignment.signal.aborted) {
    return fail(failure('aborted', 'The tests were cancelled.'));
  }
  if (!outcome.ok) {
    return outcome;
  }
  const proof = settled(task, outcome.value);
  const data = { hash: changeset.hash, proof, again: wish };
  await trace.record({ type: 'proof-ended', actor: 'host', data });
  const recorded = await proofFor(trace.history(), wish);
  return recorded === undefined
    ? fail(failure('unreadable', `The proof of ${task.id} was recorded and cannot be read; verify its trace.`))
    : ok(recorded);
}
