import { type Failure, failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Changeset } from '../changes/changeset.ts';
import type { ApplyConflict, Checkout } from '../repository/repository.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { moveTask } from './taskPipeline.ts';

export interface Accepted {
  readonly applied: readonly string[];
  readonly conflicts: readonly ApplyConflict[];
  /** Protected files that still wait for an approval of their own. */
  readonly remaining: readonly string[];
}

/**
 * Writes a ready changeset, or the named files of it, into the user's checkout. Without names, files that policy protects are
 * left for an approval of their own; naming one is that approval. A conflict in any file keeps every file from being written.
 * The task is applied when each of its files is.
 */
export async function acceptChanges(
  { checkout, trace }: { readonly checkout: Checkout; readonly trace: TaskTrace },
  named: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Result<Accepted, Failure>> {
  const task = trace.task();
  const { changeset } = task;
  if (task.state !== 'ready' || changeset === undefined) {
    return fail(failure('not-ready', `The task is ${task.state}; only a task that is ready can be applied.`));
  }
  const paths = pathsToApply(task, named);
  if (!paths.ok) {
    return paths;
  }
  const plan = await checkout.planApply(changeset, paths.value, signal);
  if (!plan.ok) {
    return plan;
  }
  if (plan.value.conflicts.length > 0) {
    return ok({ applied: [], conflicts: plan.value.conflicts, remaining: protectedPaths(task) });
  }
  const key = newId('apply');
  await trace.record({
    type: 'apply-intended',
    actor: 'user',
    data: { key, hash: changeset.hash, writes: plan.value.writes.map((write) => ({ ...write })) },
  });
  const done = await checkout.apply(changeset, plan.value, signal);
  const applied = done.ok
    ? [...done.value.applied, ...plan.value.unchanged]
    : await writtenAlready(checkout, changeset, paths.value, signal);
  const conflicts = done.ok ? done.value.conflicts : [];
  await trace.record({
    type: 'apply-ended',
    actor: 'host',
    data: { key, applied, conflicts: conflicts.map((conflict) => ({ ...conflict })) },
  });
  if (!done.ok) {
    return done;
  }
  await moveIfApplied(trace);
  return ok({ applied, conflicts, remaining: protectedPaths(trace.task()) });
}

/**
 * Ends an apply that a killed host left open: looks at the checkout which of the intended writes happened, and records that.
 * Nothing is written again; what did not happen is simply not applied yet.
 */
export async function recoverAccept(
  { checkout, trace }: { readonly checkout: Checkout; readonly trace: TaskTrace },
  signal: AbortSignal,
): Promise<void> {
  const { openApply, changeset } = trace.task();
  if (openApply === undefined || changeset === undefined) {
    return;
  }
  const paths = openApply.writes.map((write) => write.path);
  const applied = await writtenAlready(checkout, changeset, paths, signal);
  await trace.record({ type: 'apply-ended', actor: 'host', data: { key: openApply.key, applied, conflicts: [] } });
  await moveIfApplied(trace);
}

/** The task is applied when nothing of its changeset is left to apply. */
async function moveIfApplied(trace: TaskTrace): Promise<void> {
  if (unappliedPaths(trace.task()).length === 0) {
    await moveTask({ trace }, { move: 'apply', by: 'user' });
  }
}

/** Which of the paths stand in the checkout as the result wants them. */
async function writtenAlready(
  checkout: Checkout,
  changeset: Changeset,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const plan = await checkout.planApply(changeset, paths, signal);
  return plan.ok ? [...plan.value.unchanged] : [];
}

function pathsToApply(task: Task, named: readonly string[] | undefined): Result<readonly string[], Failure> {
  const all = task.changeset?.files.map((file) => file.path) ?? [];
  const unknown = named?.find((path) => !all.includes(path));
  if (unknown !== undefined) {
    return fail(
      failure('not-in-changeset', `${unknown} is not changed by this task; its files are: ${all.join(', ')}.`),
    );
  }
  const waiting = protectedPaths(task);
  const wanted = named ?? all.filter((path) => !waiting.includes(path));
  return ok(wanted.filter((path) => !task.applied.includes(path)));
}

function unappliedPaths(task: Task): readonly string[] {
  return task.changeset?.files.map((file) => file.path).filter((path) => !task.applied.includes(path)) ?? [];
}

function protectedPaths(task: Task): readonly string[] {
  const judged = new Set(task.judgement?.protected.map((item) => item.path));
  return unappliedPaths(task).filter((path) => judged.has(path));
}
