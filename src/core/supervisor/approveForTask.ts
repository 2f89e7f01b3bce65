import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { EnvironmentApproval } from '../environments/environments.ts';
import type { Task } from '../tasks/task.ts';
import { isProved } from '../tasks/taskMoves.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { moveTask } from './taskPipeline.ts';

/**
 * The user agrees to an environment for a task: recorded first, then kept by `keep`. A task that waits for its review without a proof
 * by tests is sent back for one; answers whether it is. The caller then works on it.
 */
export async function approveForTask(
  trace: TaskTrace,
  { definition, hosts }: EnvironmentApproval,
  keep: () => Promise<Result<void, Failure>>,
): Promise<Result<boolean, Failure>> {
  const data = { subject: 'environment' as const, definition, hosts: [...hosts] };
  await trace.record({ type: 'approval-given', actor: 'user', data });
  const kept = await keep();
  if (!kept.ok || !lacksProof(trace.task())) {
    return kept.ok ? ok(false) : kept;
  }
  const reason = { code: 'environment-approved', message: 'The environment was agreed to; the tests run again.' };
  const { allowed, refusal } = await moveTask({ trace }, { move: 'revise', by: 'user', reason });
  return allowed ? ok(true) : fail(failure('not-allowed', refusal));
}

function lacksProof(task: Task): boolean {
  return task.state === 'ready' && (!isProved(task) || task.proof?.verdict === 'unverified');
}
