import { Emitter, type Event } from '../../base/event.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { TaskReference } from '../host/taskHost.ts';
import type { Memory } from './rememberedTasks.ts';
import { isActive } from './taskText.ts';

/** Kinds of tasks that the list is narrowed to, in the order in which it shows them. */
export const taskKinds = ['needsYou', 'working', 'failed', 'done', 'archived'] as const;
export type TaskKind = (typeof taskKinds)[number];

export function kindOf(task: TaskView): TaskKind {
  if (task.archived === true) return 'archived';
  if (task.state === 'ready' || task.state === 'waiting') return 'needsYou';
  if (isActive(task) || task.state === 'paused') return 'working';
  return task.state === 'failed' ? 'failed' : 'done';
}

const key = 'nightshift.taskFilter';

/** Which kinds of tasks the Tasks view shows; kept for this window's folder. None chosen shows all but the archive. */
export class TaskFilter {
  private readonly memory: Memory;
  private readonly changed = new Emitter<void>();
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  get kinds(): readonly TaskKind[] {
    const kept = this.memory.get(key, []);
    return taskKinds.filter((kind) => kept.includes(kind));
  }

  async set(kinds: readonly TaskKind[]): Promise<void> {
    await this.memory.update(key, kinds);
    this.changed.fire();
  }

  /** The tasks that are shown: those that need a person first, what is over last, and the newest first of each kind. */
  shown(tasks: readonly TaskReference[]): readonly TaskReference[] {
    const { kinds } = this;
    const wanted = kinds.length === 0 ? taskKinds.filter((kind) => kind !== 'archived') : kinds;
    return wanted.flatMap((kind) => tasks.filter(({ task }) => kindOf(task) === kind));
  }
}
