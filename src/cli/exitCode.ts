import type { TaskView } from '../protocol/taskView.ts';

/** 0 only when what was asked for holds. */
export const exitCode = { done: 0, failed: 1, usage: 2, environment: 3, interrupted: 130 } as const;

/** Reasons of a failed task that say that something is missing on this machine. */
const environmentReasons: ReadonlySet<string> = new Set([
  'engine-unavailable',
  'runtime-unavailable',
  'image-missing',
  'unreachable',
  'model-missing',
  'model-unfit',
  'tools-unsupported',
  'unknown-driver',
  'bad-host',
  'git-missing',
]);

/** Of a task that was run to its end: done means that there is a changeset whose proof is green. */
export function runExitCode(task: TaskView): number {
  // A result that is ready for a reason is the one from before a revision that came to nothing.
  if (task.state === 'ready' && task.reason === undefined && task.proof?.verdict === 'green') {
    return exitCode.done;
  }
  return task.state === 'failed' && isEnvironmentReason(task.reason?.code ?? '')
    ? exitCode.environment
    : exitCode.failed;
}

/** Whether a task failed for want of something on this machine. */
export function isEnvironmentReason(code: string): boolean {
  // What a model's server answered is a reason of its own, with `model-` before it.
  return environmentReasons.has(code) || environmentReasons.has(code.replace(/^model-/, ''));
}
