import { t } from '@vscode/l10n';
import type { ChangedFileView, ProofView, TaskStateView, TaskView } from '../../protocol/taskView.ts';

/** Words for a task, the same in the tree, the status bar and notifications. */

export const stateWords: Readonly<Record<TaskStateView, string>> = {
  queued: 'queued',
  preparing: 'preparing',
  working: 'working',
  verifying: 'testing',
  reviewing: 'reviewing',
  ready: t('ready for review'),
  revising: 'revising',
  waiting: t('needs you'),
  paused: 'paused',
  applied: 'accepted',
  merged: 'merged',
  discarded: 'discarded',
  failed: 'failed',
  cancelled: 'cancelled',
};

const active: ReadonlySet<TaskStateView> = new Set([
  'queued',
  'preparing',
  'working',
  'verifying',
  'reviewing',
  'revising',
]);

/** An agent is at it. */
export function isActive(task: TaskView): boolean {
  return active.has(task.state);
}

export function isCancellable(task: TaskView): boolean {
  return isActive(task) || task.state === 'waiting' || task.state === 'paused';
}

export function isDiscardable(task: TaskView): boolean {
  return task.state === 'ready' || task.state === 'failed' || (task.state === 'cancelled' && hasChanges(task));
}

/** A person can let it go on. */
/** Nothing is kept of a task that was discarded, and before its agent begins there is nothing yet. */
export function hasFiles({ state }: TaskView): boolean {
  return !['queued', 'preparing', 'discarded'].includes(state);
}

/** A queued one has nothing yet, and of one that is over nothing is left to go on with. */
export function isTakeable(task: TaskView): boolean {
  return (isActive(task) && task.state !== 'queued') || task.state === 'ready' || isResumable(task);
}

export function isResumable({ state }: TaskView): boolean {
  return state === 'failed' || state === 'waiting' || state === 'paused';
}

/** Its agent asks the user something, and waits. */
export function isAsking({ state, question }: TaskView): boolean {
  return state === 'waiting' && question !== undefined;
}

/** The person took its result, or gave it up. */
export function isDecided({ state }: TaskView): boolean {
  return state === 'applied' || state === 'merged' || state === 'discarded';
}

/** There is something to review, whatever became of the task. */
export function hasChanges({ changeset }: TaskView): boolean {
  return changeset !== undefined && changeset.files.length > 0;
}

/** The goal's first line, at most `length` characters of it. */
export function taskTitle(task: TaskView, length = 70): string {
  const [first = ''] = task.goal.trim().split('\n');
  const line = first.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1).trimEnd()}…` : line;
}

export function changeCounts(files: readonly ChangedFileView[]): string {
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return `+${additions} −${deletions}`;
}

const verdictWords: Readonly<Record<ProofView['verdict'], string>> = {
  green: t('tests green'),
  red: t('tests red'),
  unverified: 'unverified',
};

export function verdictText(proof: ProofView | undefined): string {
  return verdictWords[proof?.verdict ?? 'unverified'];
}

/** `1 of 4 failed before, 4 of 4 pass now`; says plainly where no test ran. */
export function proofText(proof: ProofView): string {
  const { base, patched } = proof;
  if (patched.total === 0) {
    return proof.reason;
  }
  const now = patched.failed === 0 ? `${patched.passed} passed` : t`${patched.failed} of ${patched.total} failed`;
  const before =
    base.total === 0
      ? t('no tests')
      : base.failed === 0
        ? `${base.passed} passed`
        : t`${base.failed} of ${base.total} failed`;
  return t`${now} (before: ${before})`;
}

/** What stands behind the title in the list, most important first since a narrow side bar cuts its end: where the task stands, and for a result its proof and its size. */
export function taskDescription(task: TaskView): string {
  const words = [...standing(task), ...(task.replay ? ['recording'] : [])];
  return words.join(' · ');
}

function standing(task: TaskView): readonly string[] {
  const { state, reason, activity, changeset, proof } = task;
  const word = stateWords[state];
  if (state === 'ready' || state === 'applied' || state === 'merged') {
    // Its agent went over it in vain.
    const vain = state === 'ready' && reason !== undefined ? [t('as before its revision')] : [];
    const files = changeset?.files ?? [];
    const marked = state === 'ready' ? files.filter(({ reviewed }) => reviewed === true).length : 0;
    const marks = marked === 0 ? [] : [t`${marked}/${files.length} reviewed`];
    return [...vain, ...(state === 'ready' ? [] : [word]), verdictText(proof), ...marks, changeCounts(files)];
  }
  if (task.question !== undefined && isAsking(task)) {
    return [t`asks: ${task.question.text.replace(/\s+/g, ' ').trim()}`];
  }
  // The reason of a failed or waiting task is a row of its own.
  if (state === 'paused') {
    const taken = task.takenOver === undefined ? [] : [t('taken over')];
    return [word, ...taken, ...(reason === undefined ? [] : [reason.message])];
  }
  return isActive(task) && activity !== '' ? [activity] : [word];
}

/** Everything worth knowing about a task, one fact a line. */
export function taskFacts(task: TaskView): readonly string[] {
  const { usage, limits, proof } = task;
  const number = (value: number): string => value.toLocaleString('en-US');
  return [
    t`State: ${stateWords[task.state]}${task.reason === undefined ? '' : ` (${task.reason.message})`}`,
    task.replay ? t`Model: ${task.model}: a recording is played back, no model is at work` : t`Model: ${task.model}`,
    ...(task.runtime === undefined
      ? []
      : [
          task.runtime.isolatedKernel
            ? t`Sandbox: ${task.runtime.name}, with a kernel of its own`
            : t`Sandbox: ${task.runtime.name}, shared kernel: the container uses the kernel of this machine`,
          ...(task.runtime.unenforced === undefined
            ? []
            : [t`Limits not enforced by the engine: ${task.runtime.unenforced.join(', ')}`]),
        ]),
    ...(proof === undefined
      ? []
      : [t`Proof: ${verdictText(proof)}: ${proofText(proof)}`, t`Command: ${proof.command.join(' ')}`]),
    t`Used: ${number(usage.newTokens)} of ${number(limits.newTokens)} tokens, ${usage.steps} of ${limits.steps} steps, ${Math.round(usage.seconds)} of ${limits.seconds} s`,
    ...(task.takenOver === undefined ? [] : [t`Taken over in: ${task.takenOver.directory}`]),
    ...(task.excluded.length === 0 ? [] : [t`Not given to the agent: ${count(task.excluded.length, 'file')}`]),
    t`Id: ${task.id}`,
  ];
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
