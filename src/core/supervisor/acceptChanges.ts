import { type Failure, failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Changeset } from '../changes/changeset.ts';
import type { ApplyConflict, ApplyPlan, Checkout } from '../repository/repository.ts';
import type { Task } from '../tasks/task.ts';
import { isProved } from '../tasks/taskMoves.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import type { TraceEntry } from '../trace/traceEvent.ts';
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
  if (task.state !== 'ready' || changeset === undefined || !isProved(task)) {
    return notReady(task);
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
  const intended = await trace.record((now) => intention(now, changeset, key, plan.value));
  if (intended.openApply?.key !== key) {
    return notReady(intended);
  }
  const done = await checkout.apply(changeset, plan.value, key, signal);
  if (!done.ok) {
    // The look must be had even where the apply was broken off.
    const look = new AbortController().signal;
    await lookAndEnd({ checkout, trace }, changeset, { key, paths: paths.value }, look);
    return done;
  }
  const { conflicts } = done.value;
  const applied = [...done.value.applied, ...plan.value.unchanged];
  await trace.record({
    type: 'apply-ended',
    actor: 'host',
    data: { key, applied, conflicts: conflicts.map((conflict) => ({ ...conflict })) },
  });
  await moveIfApplied(trace);
  return ok({ applied, conflicts, remaining: protectedPaths(trace.task()) });
}

/** Decided on the newest state: a task that was discarded while the apply was planned is not written. */
function intention(task: Task, changeset: Changeset, key: string, plan: ApplyPlan): TraceEntry {
  if (task.state !== 'ready' || task.changeset?.hash !== changeset.hash || !isProved(task)) {
    const reason = `A task that is ${stateOf(task)} cannot be applied.`;
    return { type: 'move-refused', actor: 'user', data: { move: 'apply', from: task.state, allowed: [], reason } };
  }
  const writes = plan.writes.map((write) => ({ ...write }));
  return { type: 'apply-intended', actor: 'user', data: { key, hash: changeset.hash, writes } };
}

function notReady(task: Task): Result<never, Failure> {
  const kept = task.changeset !== undefined && (task.state === 'cancelled' || task.state === 'failed');
  const way = kept ? ` \`nightshift patch ${task.id}\` prints what it has changed.` : '';
  const message = `The task is ${stateOf(task)}; only a task that is ready, with a proof of its changes, can be applied.${way}`;
  return fail(failure('not-ready', message));
}

function stateOf(task: Task): string {
  return task.state === 'ready' && !isProved(task) ? 'ready without a proof' : task.state;
}

/**
 * Ends an apply that a killed host left open: looks at the checkout which of the intended writes happened, and records that.
 * Nothing is written again; what did not happen is simply not applied yet.
 */
export async function recoverAccept(
  { checkout, trace }: { readonly checkout: Checkout; readonly trace: TaskTrace },
  signal: AbortSignal,
): Promise<void> {
  const { openApply, changeset, state } = trace.task();
  if (openApply === undefined || changeset === undefined) {
    // A kill between the end of an apply and the move that follows it leaves a task ready that has nothing left to apply.
    if (state === 'ready' && changeset !== undefined) {
      await moveIfApplied(trace);
    }
    return;
  }
  const paths = openApply.writes.map((write) => write.path);
  await lookAndEnd({ checkout, trace }, changeset, { key: openApply.key, paths }, signal);
}

/**
 * Records which of the intended writes stand in the checkout. A file that is neither as it was nor as it was to be is somebody
 * else's by now: it is named, never written again, and left to a person. Where nothing can be seen now, the apply stays open.
 */
async function lookAndEnd(
  { checkout, trace }: { readonly checkout: Checkout; readonly trace: TaskTrace },
  changeset: Changeset,
  { key, paths }: { readonly key: string; readonly paths: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  await checkout.removeLeftovers(key, paths);
  const plan = await checkout.planApply(changeset, paths, signal);
  if (!plan.ok) {
    return;
  }
  const applied = [...plan.value.unchanged];
  const conflicts = plan.value.conflicts.map((conflict) => ({ ...conflict }));
  await trace.record({ type: 'apply-ended', actor: 'host', data: { key, applied, conflicts } });
  await moveIfApplied(trace);
}

/** The task is applied when nothing of its changeset is left to apply. */
async function moveIfApplied(trace: TaskTrace): Promise<void> {
  if (unappliedPaths(trace.task()).length === 0) {
    await moveTask({ trace }, { move: 'apply', by: 'user' });
  }
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
