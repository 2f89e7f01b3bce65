import { t } from '@vscode/l10n';
import type { TaskStateView, TaskView } from '../../protocol/taskView.ts';
import { changeCounts, count, isAsking, taskTitle, verdictText } from './taskText.ts';

/** Something a person should hear about, once. */
export type Attention =
  | { readonly kind: 'ready'; readonly message: string }
  | { readonly kind: 'asks'; readonly message: string; readonly options: readonly string[] }
  | { readonly kind: 'needs-person'; readonly message: string; readonly code: string };

/**
 * What a change of a task is worth saying; undefined for nothing. `before` undefined means that the task was not known: then it
 * is history, and the count in the view says enough, unless it lacks no more than the person's word.
 */
export function attentionFor(
  before: TaskStateView | undefined,
  task: TaskView,
  neededBefore?: NonNullable<TaskView['awaits']>['need'],
  askedBefore?: string,
): Attention | undefined {
  if (task.question !== undefined && isAsking(task)) {
    const { text, options } = task.question;
    return text === askedBefore
      ? undefined
      : { kind: 'asks', message: t`Question: ${taskTitle(task)}: ${text}`, options };
  }
  const needsWord = task.state === 'waiting' && task.awaits?.need === 'consent' && neededBefore !== 'consent';
  if ((before === undefined || before === task.state) && !needsWord) {
    return undefined;
  }
  if (task.state === 'ready' && before === 'applied') {
    // The person undid the accept a moment ago.
    return undefined;
  }
  if (task.state === 'ready' && task.reason !== undefined) {
    const message = `${taskTitle(task)}: ${task.reason.message}`;
    return task.reason.code === 'revision-cancelled' ? undefined : { kind: 'ready', message };
  }
  if (task.state === 'ready') {
    const files = task.changeset?.files ?? [];
    const facts = [count(files.length, 'file'), changeCounts(files), verdictText(task.proof)];
    const recording = task.replay ? ' (recording)' : '';
    return { kind: 'ready', message: t`Ready for review${recording}: ${taskTitle(task)} (${facts.join(', ')})` };
  }
  if (task.state === 'waiting' || task.state === 'failed') {
    const what = task.state === 'waiting' ? t('Needs you') : t('Failed');
    const { code, message } = task.reason ?? { code: '', message: t('no reason was recorded; see its trace') };
    return { kind: 'needs-person', message: `${what}: ${taskTitle(task)}: ${message}`, code };
  }
  return undefined;
}

/** Follows all tasks and calls `tell` once for each change that is worth it. */
export class AttentionWatch {
  private readonly seen = new Map<string, Pick<TaskView, 'state' | 'awaits' | 'question'>>();
  private readonly tell: (task: TaskView, root: string, attention: Attention) => void;

  constructor(tell: (task: TaskView, root: string, attention: Attention) => void) {
    this.tell = tell;
  }

  update(root: string, tasks: readonly TaskView[]): void {
    for (const task of tasks) {
      const key = `${root}#${task.id}`;
      const before = this.seen.get(key);
      this.seen.set(key, { state: task.state, awaits: task.awaits, question: task.question });
      const attention = attentionFor(before?.state, task, before?.awaits?.need, before?.question?.text);
      if (attention !== undefined) {
        this.tell(task, root, attention);
      }
    }
  }
}
