import type { TaskStateView, TaskView } from '../../protocol/taskView.ts';
import { changeCounts, count, taskTitle, verdictText } from './taskText.ts';

/** Something a person should hear about, once. */
export type Attention =
  | { readonly kind: 'ready'; readonly message: string }
  | { readonly kind: 'needs-person'; readonly message: string; readonly code: string };

/**
 * What a change of a task is worth saying; undefined for nothing. `before` undefined means that the task was not known: then it
 * is history, and the count in the view says enough.
 */
export function attentionFor(before: TaskStateView | undefined, task: TaskView): Attention | undefined {
  if (before === undefined || before === task.state) {
    return undefined;
  }
  if (task.state === 'ready') {
    const files = task.changeset?.files ?? [];
    const facts = [count(files.length, 'file'), changeCounts(files), verdictText(task.proof)];
    const recording = task.replay ? ' (recording)' : '';
    return { kind: 'ready', message: `Ready for review${recording}: ${taskTitle(task)} (${facts.join(', ')})` };
  }
  if (task.state === 'waiting' || task.state === 'failed') {
    const what = task.state === 'waiting' ? 'Needs you' : 'Failed';
    const { code, message } = task.reason ?? { code: '', message: 'no reason was recorded; see its trace' };
    return { kind: 'needs-person', message: `${what}: ${taskTitle(task)}: ${message}`, code };
  }
  return undefined;
}

/** Follows all tasks and calls `tell` once for each change that is worth it. */
export class AttentionWatch {
  private readonly states = new Map<string, TaskStateView>();
  private readonly tell: (task: TaskView, root: string, attention: Attention) => void;

  constructor(tell: (task: TaskView, root: string, attention: Attention) => void) {
    this.tell = tell;
  }

  update(root: string, tasks: readonly TaskView[]): void {
    for (const task of tasks) {
      const key = `${root}#${task.id}`;
      const before = this.states.get(key);
      this.states.set(key, task.state);
      const attention = attentionFor(before, task);
      if (attention !== undefined) {
        this.tell(task, root, attention);
      }
    }
  }
}
