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
  'tools-unsupported',
  'unknown-driver',
  'bad-host',
  'git-missing',
]);

/** Of a task that was run to its end: done means that there is a changeset whose proof is green. */
export function runExitCode(task: TaskView): number {
  if (task.state === 'ready' && task.proof?.verdict === 'green') {
    return exitCode.done;
  }
  // What a model's server answered is a reason of its own, with `model-` before it.
  const code = task.reason?.code ?? '';
  const isMissing = environmentReasons.has(code) || environmentReasons.has(code.replace(/^model-/, ''));
  return task.state === 'failed' && isMissing ? exitCode.environment : exitCode.failed;
}
