import { Serializer } from '../base/async.ts';
import { foldTask, foldTrace } from '../core/tasks/taskReducer.ts';
import type { Task } from '../core/tasks/task.ts';
import type { Journal, TaskStore } from '../core/tasks/taskStore.ts';
import type { TaskTrace } from '../core/tasks/taskTrace.ts';
import type { TraceEntry, TraceEvent } from '../core/trace/traceEvent.ts';

/** A task with its journal open. The folded task is always exactly the fold of what the journal holds. */
export class TaskRecord implements TaskTrace {
  readonly journal: Journal;
  /** Aborted by a cancel or by the end of the host. */
  controller = new AbortController();
  private readonly store: TaskStore;
  private readonly onEvent: (record: TaskRecord, event: TraceEvent) => void;
  private readonly appends = new Serializer();
  private current: Task;

  private constructor(
    store: TaskStore,
    journal: Journal,
    task: Task,
    onEvent: (record: TaskRecord, event: TraceEvent) => void,
  ) {
    this.store = store;
    this.journal = journal;
    this.current = task;
    this.onEvent = onEvent;
  }

  /** Undefined for a journal that does not begin with the creation of a task. */
  static open(
    store: TaskStore,
    journal: Journal,
    onEvent: (record: TaskRecord, event: TraceEvent) => void,
  ): TaskRecord | undefined {
    const task = foldTrace(journal.events);
    return task === undefined ? undefined : new TaskRecord(store, journal, task, onEvent);
  }

  task(): Task {
    return this.current;
  }

  record(entry: TraceEntry): Promise<Task> {
    return this.appends.run(async () => {
      const event = await this.journal.append(entry);
      this.current = foldTask(this.current, event);
      this.onEvent(this, event);
      return this.current;
    });
  }

  putArtifact(bytes: Uint8Array): Promise<{ sha256: string; bytes: number }> {
    return this.store.putArtifact(this.journal.task, bytes);
  }
}
