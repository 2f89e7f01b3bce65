import { type Failure, failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { otherName } from '../changes/changeset.ts';
import type { ApplyConflict, Checkout, CheckoutUndo, FileToUndo } from '../repository/repository.ts';
import type { Task } from '../tasks/task.ts';
import { undecidedPaths } from '../tasks/taskMoves.ts';
import { activeStates } from '../tasks/taskState.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import type { TraceEntry } from '../trace/traceEvent.ts';
import { committedPaths } from './placeAccept.ts';
import { moveTask } from './taskPipeline.ts';

export interface Undone {
  readonly undone: string[];
  /** Files that were left as they are; they count as accepted still. */
  readonly conflicts: ApplyConflict[];
}

interface Undoing {
  readonly checkout: Checkout;
  readonly trace: TaskTrace;
}

/**
 * Takes what was accepted of a task, or of the named files of it, back out of the user's checkout: bytes and modes are as before
 * the accept, and what the user changed since is kept. A file where the two touch is left as it is and named. The task is ready
 * again. The signal ends it as long as nothing is written.
 */
export async function undoAccept(
  { checkout, trace }: Undoing,
  wanted: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Result<Undone, Failure>> {
  const files = filesToUndo(trace.task(), wanted);
  if (!files.ok) {
    return files;
  }
  const committed = committedPaths(trace.task());
  const history = files.value.flatMap(({ path }) => committed.get(path) ?? []);
  const open = files.value.filter(({ path }) => !committed.has(path));
  const plan = await checkout.planUndo(open, signal);
  if (!plan.ok) {
    return plan.error.reason === 'unreadable' ? fail(nothingKept('What was accepted', 'is no longer kept')) : plan;
  }
  const paths = [...plan.value.unchanged, ...plan.value.writes.map(({ path }) => path)];
  if (paths.length === 0) {
    return ok({ undone: [], conflicts: [...history, ...plan.value.conflicts] });
  }
  if (signal.aborted) {
    return fail(failure('aborted', 'The undo was cancelled; nothing was changed.'));
  }
  const never = new AbortController().signal;
  const key = newId('apply');
  const intended = await trace.record((now) => intention(now, key, paths, plan.value));
  if (intended.openUndo?.key !== key) {
    return notUndoable(intended);
  }
  const done = await checkout.undo(plan.value, key, never);
  if (!done.ok) {
    await recoverUndo({ checkout, trace });
    return done;
  }
  const undone = [...plan.value.unchanged, ...done.value.undone];
  const conflicts = [...plan.value.conflicts, ...done.value.conflicts].map((conflict) => ({ ...conflict }));
  const staged = await unstage({ checkout, trace }, undone, never);
  await trace.record({
    type: 'undo-ended',
    actor: 'host',
    data: { key, undone, conflicts: [...conflicts, ...staged] },
  });
  await moveIfUndone(trace);
  return ok({ undone, conflicts: [...history, ...conflicts, ...staged] });
}

/**
 * Ends an undo that a killed host left open: looks which of its writes stand in the checkout, and records that. Nothing is written
 * again; a file that is neither as it was nor as it was to be is named and counts as accepted still. What is staged of the others
 * is taken out of the index where it is there just as it was staged.
 */
export async function recoverUndo({ checkout, trace }: Undoing): Promise<void> {
  const { openUndo } = trace.task();
  if (openUndo !== undefined) {
    const { key, paths, writes } = openUndo;
    await checkout.removeLeftovers(key, paths);
    const standing = await checkout.look(writes);
    const missing = new Set(writes.filter((_, index) => standing[index] !== 'after').map(({ path }) => path));
    const strange = writes.filter((_, index) => standing[index] === 'neither');
    const conflicts = strange.map(({ path }) => ({
      path,
      reason: 'changed-meanwhile',
      message: `${path} was changed while its accept was undone; it was left as it is. Look at it, and undo again.`,
    }));
    const undone = paths.filter((path) => !missing.has(path));
    const staged = await unstage({ checkout, trace }, undone, new AbortController().signal);
    await trace.record({
      type: 'undo-ended',
      actor: 'host',
      data: { key, undone, conflicts: [...conflicts, ...staged] },
    });
  }
  await moveIfUndone(trace);
}

/** Takes what accepts staged of these files out of the index again; tells of what stays staged, since it was changed since. */
async function unstage(
  { checkout, trace }: Undoing,
  undone: readonly string[],
  signal: AbortSignal,
): Promise<ApplyConflict[]> {
  const edits = trace.task().placements.flatMap(({ index }) => index.filter(({ path }) => undone.includes(path)));
  if (edits.length === 0) {
    return [];
  }
  const left = await checkout.history?.unstage(edits.toReversed(), signal);
  const paths = left?.ok === true ? left.value : [...new Set(edits.map(({ path }) => path))];
  const why = left?.ok === false ? ` (${left.error.message})` : '';
  return paths.map((path) => {
    const message = `${path} is undone in the working tree, and what is staged of it stays${why}. \`git restore --staged\` unstages it.`;
    return { path, reason: 'changed-meanwhile', message };
  });
}

/** A task of which something is left to decide again is ready. */
async function moveIfUndone(trace: TaskTrace): Promise<void> {
  const task = trace.task();
  if (task.state === 'applied' && undecidedPaths(task).length > 0) {
    await moveTask({ trace }, { move: 'undo', by: 'user' });
  }
}

function filesToUndo(task: Task, wanted: readonly string[] | undefined): Result<readonly FileToUndo[], Failure> {
  const parts = task.decisions.filter(({ accepted }) => accepted.length > 0).map(({ path }) => path);
  const accepted = [...new Set([...task.applied, ...parts])];
  if (!mayUndo(task) || accepted.length === 0) {
    return notUndoable(task);
  }
  const stranger = wanted?.find((path) => !accepted.includes(path));
  if (stranger !== undefined) {
    return fail(failure('not-accepted', `${stranger} was not accepted; accepted are: ${accepted.join(', ')}.`));
  }
  const files: FileToUndo[] = [];
  for (const path of wanted === undefined ? accepted : bothNames(task, wanted, accepted)) {
    const writes = task.accepts.filter((write) => write.path === path);
    const steps = writes.flatMap(({ kept, mode }) => (kept === undefined ? [] : [{ kept, mode }]));
    if (steps.length !== writes.length) {
      return fail(nothingKept(path, 'was accepted by an earlier version, which kept nothing to undo it with'));
    }
    files.push({ path, steps });
  }
  return ok(files);
}

/** A renamed file goes back with its other name. */
function bothNames({ changeset }: Task, paths: readonly string[], accepted: readonly string[]): ReadonlySet<string> {
  const others = paths.flatMap((path) => (changeset === undefined ? [] : (otherName(changeset, path) ?? [])));
  return new Set([...paths, ...others.filter((path) => accepted.includes(path))]);
}

function nothingKept(what: string, why: string): Failure {
  return failure('nothing-kept', `${what} ${why}. Take it back with git.`);
}

function mayUndo({ state, openApply, openUndo }: Task): boolean {
  const rests = !activeStates.has(state) && state !== 'merged';
  return rests && openApply === undefined && openUndo === undefined;
}

/** Decided on the newest state: what is at work again by then is not written under. */
function intention(task: Task, key: string, paths: readonly string[], { writes }: CheckoutUndo): TraceEntry {
  if (!mayUndo(task)) {
    const reason = `The accept of a task that is ${task.state} cannot be undone now.`;
    return { type: 'move-refused', actor: 'user', data: { move: 'undo', from: task.state, allowed: [], reason } };
  }
  const data = { key, paths: [...paths], writes: writes.map((write) => ({ ...write })) };
  return { type: 'undo-intended', actor: 'user', data };
}

function notUndoable(task: Task): Result<never, Failure> {
  const message = mayUndo(task)
    ? `Nothing of this task stands accepted; \`nightshift show ${task.id}\` tells how it stands.`
    : `The task is ${task.state}; an accept is undone while nobody works on it. Wait for it, or cancel it first.`;
  return fail(failure('not-undoable', message));
}
