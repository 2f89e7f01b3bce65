import { type Failure, failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Changeset } from '../changes/changeset.ts';
import type { FilePart } from '../changes/planFile.ts';
import { type AcceptPlace, isElsewhere, type Placement } from '../repository/history.ts';
import type { ApplyConflict, Checkout, KeptBytes } from '../repository/repository.ts';
import { decisionOf } from '../tasks/fileDecision.ts';
import type { Task } from '../tasks/task.ts';
import { isProved, undecidedPaths } from '../tasks/taskMoves.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import type { TraceEntry } from '../trace/traceEvent.ts';
import { partsToApply, type PartToApply, type WantedFile } from './chosenParts.ts';
import { lookAtMerged, type MergedFile, withMerged } from './mergeByHand.ts';
import { notPlaced, planAccept, type PlannedAccept, recorded } from './placeAccept.ts';
import { moveTask } from './taskPipeline.ts';

export interface Accepted {
  readonly applied: readonly string[];
  readonly conflicts: readonly ApplyConflict[];
  /** Protected files that still wait for an approval of their own. */
  readonly remaining: readonly string[];
  /** Where it stands beside the working tree. */
  readonly placement?: Placement;
}

interface Accepting {
  readonly checkout: Checkout;
  readonly trace: TaskTrace;
}

/**
 * Writes a ready changeset, or the named files or hunks of it, into the user's checkout. Without names, what was rejected and
 * files that policy protects are left; naming one is its approval. A conflict in any file keeps every file from being written.
 * The task is applied when nothing of it is left to decide. With `place`, it is staged or committed as well, or goes to a branch
 * of its own instead. `merged`: what a person made of files in which the two met. The signal ends it as long as nothing is
 * written.
 */
export async function acceptChanges(
  { checkout, trace }: Accepting,
  wanted: readonly WantedFile[] | undefined,
  signal: AbortSignal,
  place?: AcceptPlace,
  merged: readonly MergedFile[] = [],
): Promise<Result<Accepted, Failure>> {
  const task = trace.task();
  const { changeset } = task;
  if (task.state !== 'ready' || changeset === undefined || !isProved(task)) {
    return notReady(task);
  }
  if (place !== undefined && merged.length > 0) {
    return fail(
      failure('not-allowed', 'What was merged by hand goes into the working tree only; stage or commit it there.'),
    );
  }
  const chosen = await partsToApply({ checkout, task, changeset }, wanted, signal);
  const parts = chosen.ok ? withMerged(chosen.value, merged) : chosen;
  if (!parts.ok) {
    return parts;
  }
  const planned = await planAccept({ checkout, task, changeset }, parts.value, place, signal);
  if (!planned.ok) {
    return planned;
  }
  const { plan, placement } = planned.value;
  if (plan.conflicts.length > 0) {
    return ok({ applied: [], conflicts: plan.conflicts, remaining: protectedPaths(task) });
  }
  const key = newId('apply');
  const kept = await checkout.keepBytes(changeset, plan, `${task.id}/accept/${key}`, signal);
  if (!kept.ok) {
    return kept;
  }
  if (signal.aborted) {
    return fail(failure('aborted', 'The accept was cancelled; nothing was changed.'));
  }
  // From here on it is done as a whole: half of a change is worse than one that has to be undone.
  const never = new AbortController().signal;
  const intended = await trace.record((now) =>
    intention(now, changeset, key, { ...planned.value, kept: kept.value }, parts.value),
  );
  if (intended.openApply?.key !== key) {
    return notReady(intended);
  }
  // The look must be had even where the apply was broken off.
  const look = (why?: string) => lookAndEnd({ checkout, trace }, changeset, { key, parts: parts.value, why }, never);
  const done = await checkout.apply(changeset, plan, key, never);
  if (!done.ok) {
    await look();
    return done;
  }
  const { conflicts } = done.value;
  if (placement !== undefined && conflicts.length === 0) {
    const placed = await checkout.history?.record(placement, never);
    if (placed?.ok !== true) {
      const seen = (await look(placed?.error.message)) ?? { applied: [], conflicts: [] };
      const isNothing = seen.applied.length === 0 && seen.conflicts.length === 0;
      return placed !== undefined && isNothing ? placed : ok({ ...seen, remaining: protectedPaths(trace.task()) });
    }
  }
  const applied = [...done.value.applied, ...plan.unchanged];
  const placed = placement !== undefined && conflicts.length === 0;
  await trace.record({
    type: 'apply-ended',
    actor: 'host',
    data: { key, applied, conflicts: conflicts.map((conflict) => ({ ...conflict })), ...(placed ? { placed } : {}) },
  });
  await moveIfDecided(trace);
  const remaining = protectedPaths(trace.task());
  return ok({ applied, conflicts, remaining, ...(placed ? { placement } : {}) });
}

/** Decided on the newest state: a task that was discarded while the apply was planned is not written. */
function intention(
  task: Task,
  changeset: Changeset,
  key: string,
  { plan, placement, kept }: PlannedAccept & { readonly kept: readonly KeptBytes[] },
  wanted: readonly PartToApply[],
): TraceEntry {
  const open = task.openUndo !== undefined;
  if (open || task.state !== 'ready' || task.changeset?.hash !== changeset.hash || !isProved(task)) {
    const reason = `A task that is ${stateOf(task)} cannot be applied.`;
    return { type: 'move-refused', actor: 'user', data: { move: 'apply', from: task.state, allowed: [], reason } };
  }
  const writes = plan.writes.map((write, index) => {
    const bytes = kept[index];
    return { ...write, ...(bytes === undefined ? {} : { kept: { ...bytes } }) };
  });
  const merged = wanted.filter((part) => part.merged !== undefined).map(({ path }) => path);
  const parts = wanted.flatMap(({ path, to, of }) => (to === undefined ? [] : [{ path, hunks: [...to], of }]));
  const data = {
    key,
    hash: changeset.hash,
    writes,
    ...(parts.length === 0 ? {} : { parts }),
    ...(merged.length === 0 ? {} : { merged }),
    ...(placement === undefined ? {} : { placement: recorded(placement) }),
  };
  return { type: 'apply-intended', actor: 'user', data };
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
export async function recoverAccept({ checkout, trace }: Accepting, signal: AbortSignal): Promise<void> {
  const { openApply, changeset, state } = trace.task();
  if (openApply === undefined || changeset === undefined) {
    // A kill between the end of an apply and the move that follows it leaves a task ready that has nothing left to apply.
    if (state === 'ready' && changeset !== undefined) {
      await moveIfDecided(trace);
    }
    return;
  }
  const paths = openApply.placement?.paths ?? [
    ...new Set([...openApply.writes.map(({ path }) => path), ...(openApply.merged ?? [])]),
  ];
  const parts = paths.map((path) => openPart(trace.task(), path));
  await lookAndEnd({ checkout, trace }, changeset, { key: openApply.key, parts }, signal);
}

/**
 * Records which of the intended writes stand in the checkout, and whether what was to be placed beside it is there. A file that is
 * neither as it was nor as it was to be is somebody else's by now: it is named, never written again, and left to a person. Where
 * nothing can be seen now, the apply stays open. `why`: what kept it from being placed, as far as that is known.
 */
async function lookAndEnd(
  { checkout, trace }: Accepting,
  changeset: Changeset,
  { key, parts, why }: { readonly key: string; readonly parts: readonly FilePart[]; readonly why?: string | undefined },
  signal: AbortSignal,
): Promise<Omit<Accepted, 'remaining'> | undefined> {
  const placement = trace.task().openApply?.placement;
  const stands = placement === undefined ? ok(false) : await checkout.history?.stands(placement, signal);
  if (stands?.ok !== true) {
    return undefined;
  }
  const placed = stands.value;
  let seen: { applied: string[]; conflicts: ApplyConflict[] };
  if (placement !== undefined && isElsewhere(placement)) {
    seen = { applied: placed ? placement.paths : [], conflicts: [] };
  } else {
    await checkout.removeLeftovers(
      key,
      parts.map(({ path }) => path),
    );
    const merged = await lookAtMerged(checkout, trace.task());
    const others = parts.filter(({ path }) => !merged.paths.includes(path));
    const plan = await checkout.planApply(changeset, others, signal);
    if (!plan.ok) {
      return undefined;
    }
    seen = {
      applied: [...plan.value.unchanged, ...merged.applied],
      conflicts: [...plan.value.conflicts, ...merged.conflicts],
    };
    if (placement !== undefined && !placed && seen.applied.length > 0) {
      seen.conflicts.push(notPlaced(placement, why ?? 'the agent host ended in the middle of it.'));
    }
  }
  const conflicts = seen.conflicts.map((conflict) => ({ ...conflict }));
  const data = { key, applied: seen.applied, conflicts, ...(placed ? { placed } : {}) };
  await trace.record({ type: 'apply-ended', actor: 'host', data });
  await moveIfDecided(trace);
  return { ...seen, ...(placed && placement !== undefined ? { placement } : {}) };
}

/** What an open apply wrote, or was to write, at a path. */
function openPart({ openApply, decisions }: Task, path: string): FilePart {
  const from = decisionOf(decisions, path)?.accepted;
  const to = openApply?.parts?.find((part) => part.path === path)?.hunks;
  return { path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** The task is applied when nothing of its changeset is left to decide. */
export async function moveIfDecided(trace: TaskTrace): Promise<void> {
  const task = trace.task();
  const accepted = task.applied.length > 0 || task.decisions.some((decision) => decision.accepted.length > 0);
  if (accepted && undecidedPaths(task).length === 0) {
    await moveTask({ trace }, { move: 'apply', by: 'user' });
  }
}

function protectedPaths(task: Task): readonly string[] {
  const judged = new Set(task.judgement?.protected.map((item) => item.path));
  return undecidedPaths(task).filter((path) => judged.has(path));
}
