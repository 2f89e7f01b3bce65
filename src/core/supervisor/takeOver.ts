import { branchWords } from '../../base/branchWords.ts';
import { type Failure, failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ChangedFile, Changeset } from '../changes/changeset.ts';
import type { Checkout, TreeStore } from '../repository/repository.ts';
import type { Worktrees } from '../repository/worktrees.ts';
import { presentTree } from '../tasks/presentTree.ts';
import type { Task } from '../tasks/task.ts';
import { activeStates, type TaskState } from '../tasks/taskState.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';

export interface TakeOverWish {
  /** Absolute path of the new folder; beside the repository, named after the goal, where absent. */
  readonly directory?: string | undefined;
  /** `nightshift/` and the words of the goal where absent. */
  readonly branch?: string | undefined;
  /** What becomes of changes to files that policy protects; where there are any, it must be said. */
  readonly protected?: 'leave' | 'write' | undefined;
}

export interface TakenOver {
  readonly directory: string;
  readonly branch: string;
  /** Files that are not as they are in the commit: the agent's changes, and what was uncommitted when it began. */
  readonly files: number;
  /** Changed files that were left out. */
  readonly left: readonly string[];
}

interface TakingOver {
  readonly store: TreeStore;
  readonly worktrees: Worktrees;
  readonly trace: TaskTrace;
}

/** Names that are tried where none was given: the goal's words, and a number behind them. */
const namesTried = 9;

/** Nothing is left of these that a person could go on with, or they have it. */
const overStates: ReadonlySet<TaskState> = new Set(['applied', 'merged', 'discarded']);

/**
 * Gives a person what the agent has in front of it, to go on with by themselves: a new branch at the commit where the task began,
 * checked out in a new folder, with everything that the agent changed as uncommitted changes. The user's own working tree stays as
 * it is, and so does the task: it can still be reviewed, or its agent go on from where it stood. The agent must be at rest.
 */
export async function takeOver(
  { store, worktrees, trace }: TakingOver,
  wish: TakeOverWish,
  signal: AbortSignal,
): Promise<Result<TakenOver, Failure>> {
  const present = presentWork(trace.task());
  if (!present.ok) {
    return present;
  }
  const { tree, base, head, excluded } = present.value;
  const whole = await store.changeset(head, tree, signal);
  if (!whole.ok) {
    return whole;
  }
  const judged = await store.judge(base, tree, signal);
  if (!judged.ok) {
    return judged;
  }
  const guarded = judged.value.protected.map(({ path }) => path);
  if (guarded.length > 0 && wish.protected === undefined) {
    const message = `The agent changed files that are protected, as they may run by themselves or steer tools: ${guarded.join(', ')}. Say whether to leave them out (--leave-protected) or to write them too (--write-protected).`;
    return fail(failure('protected-files', message));
  }
  const left = wish.protected === 'write' ? [] : guarded;
  const files = whole.value.files.filter((file) => isWritten(file, { excluded, left }));
  if (files.length === 0) {
    return fail(nothingYet(trace.task(), left));
  }
  const filled = await fillWorktree({ worktrees, trace }, { ...whole.value, files }, { head, wish }, signal);
  if (!filled.ok) {
    return filled;
  }
  const { directory, branch, conflicts } = filled.value;
  const taken = { directory, branch, files: files.length - conflicts.length, left: [...left, ...conflicts] };
  await trace.record({ type: 'taken-over', actor: 'user', data: { tree, ...taken } });
  return ok(taken);
}

interface PresentWork {
  readonly tree: string;
  /** What the agent was given, as a tree, and the commit under it. */
  readonly base: string;
  readonly head: string;
  /** Paths that the agent was not given: that they are not in its tree says nothing. */
  readonly excluded: ReadonlySet<string>;
}

/** The newest that is kept of the agent's work. */
function presentWork(task: Task): Result<PresentWork, Failure> {
  const { state, snapshot } = task;
  if (activeStates.has(state) || overStates.has(state)) {
    const why = activeStates.has(state) ? 'its agent is still at work' : 'nothing of it is left to go on with';
    return fail(failure('not-allowed', `A task that is ${state} cannot be taken over: ${why}.`));
  }
  const tree = presentTree(task);
  if (snapshot === undefined || tree === undefined || tree === snapshot.tree) {
    return fail(nothingYet(task, []));
  }
  if (snapshot.head === null) {
    const message = `The repository had no commit when the task began, and a worktree needs one. Commit something and delegate again, or take the patch: \`nightshift patch ${task.id}\`.`;
    return fail(failure('no-commit', message));
  }
  const excluded = new Set(snapshot.excluded.map(({ path }) => path));
  return ok({ tree, base: snapshot.tree, head: snapshot.head, excluded });
}

function nothingYet({ id, state }: Task, left: readonly string[]): Failure {
  const message =
    left.length > 0
      ? `Only protected files were changed: ${left.join(', ')}. Say that they are to be written too (--write-protected).`
      : `The agent has changed nothing yet that could be taken over; the task is ${state}. \`nightshift show ${id}\` tells more.`;
  return failure('nothing-to-take-over', message);
}

/** Plain files only: links and nested repositories stay as the commit has them. */
function isWritten(
  { path, baseMode, resultMode }: ChangedFile,
  { excluded, left }: { readonly excluded: ReadonlySet<string>; readonly left: readonly string[] },
): boolean {
  const isPlain = [baseMode, resultMode].every((mode) => mode === null || mode.startsWith('100'));
  return isPlain && !left.includes(path) && !(resultMode === null && excluded.has(path));
}

/** Answers the paths at which the commit has something else than a plain file by now, such as a link above them. */
async function writeAll(
  checkout: Checkout,
  changeset: Changeset,
  signal: AbortSignal,
): Promise<Result<readonly string[], Failure>> {
  const parts = changeset.files.map(({ path }) => ({ path }));
  const plan = await checkout.planApply(changeset, parts, signal);
  if (!plan.ok) {
    return plan;
  }
  const done = await checkout.apply(changeset, plan.value, newId('apply'), signal);
  if (!done.ok) {
    return done;
  }
  const [broken] = done.value.conflicts;
  return broken === undefined
    ? ok(plan.value.conflicts.map(({ path }) => path))
    : fail(failure('io', `The new folder could not be filled: ${broken.message}`));
}

async function fillWorktree(
  { worktrees, trace }: Pick<TakingOver, 'worktrees' | 'trace'>,
  changeset: Changeset,
  { head, wish }: { readonly head: string; readonly wish: TakeOverWish },
  signal: AbortSignal,
): Promise<Result<{ directory: string; branch: string; conflicts: readonly string[] }, Failure>> {
  const words = branchWords(trace.task().goal);
  const isNamed = wish.directory !== undefined || wish.branch !== undefined;
  for (let tried = 1; ; tried += 1) {
    const name = tried === 1 ? words : `${words}-${tried}`;
    const directory = wish.directory ?? `${worktrees.root}-${name}`;
    const branch = wish.branch ?? `nightshift/${name}`;
    const opened = await worktrees.open({ directory, branch, commit: head }, signal);
    if (!opened.ok && opened.error.reason === 'name-taken' && !isNamed && tried < namesTried) {
      continue;
    }
    if (!opened.ok) {
      return opened;
    }
    const written = await writeAll(opened.value.checkout, changeset, signal);
    if (!written.ok) {
      await opened.value.remove();
      return written;
    }
    return ok({ directory, branch, conflicts: written.value });
  }
}
