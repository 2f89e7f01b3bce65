import { Serializer } from '../base/async.ts';
import type { Result } from '../base/result.ts';
import { isHostStopping } from '../core/supervisor/interruptions.ts';
import type { Task } from '../core/tasks/task.ts';
import { foldTask } from '../core/tasks/taskReducer.ts';
import { settledStates } from '../core/tasks/taskState.ts';
import type { JournalFailure, TaskStore } from '../core/tasks/taskStore.ts';
import type { TaskTrace } from '../core/tasks/taskTrace.ts';
import type { TraceEntry, TraceEvent } from '../core/trace/traceEvent.ts';
import { JournalWriteError } from '../node/tasks/journalWriteError.ts';
import { type OpenedTask, openTask } from './openTask.ts';

/** Called after each change; the event is absent when the trace was read again. */
export type OnTaskChange = (record: TaskRecord, event?: TraceEvent) => void;

/** A task with its journal. The folded task is always exactly the fold of what the journal holds. */
export class TaskRecord implements TaskTrace {
  readonly id: string;
  private current = new AbortController();
  private readonly store: TaskStore;
  private readonly onChange: OnTaskChange;
  private readonly appends = new Serializer();
  private opened: OpenedTask;
  /** Set from the moment a journal is given up until its trace could be read again. */
  private stale = false;

  constructor(store: TaskStore, opened: OpenedTask, onChange: OnTaskChange) {
    this.id = opened.task.id;
    this.store = store;
    this.opened = opened;
    this.onChange = onChange;
  }

  /** Aborted by a cancel or by the end of the host. */
  get controller(): AbortController {
    return this.current;
  }

  /** A cancel that came when the task had just failed, and a pause, say nothing of the work after a resume; the end of the host does. */
  renew(): void {
    if (this.current.signal.aborted && !isHostStopping(this.current.signal)) {
      this.current = new AbortController();
    }
  }

  task(): Task {
    return this.opened.task;
  }

  /**
   * A function decides on the newest fold: nothing is recorded between its look at the task and its entry. A journal that was
   * given up after a disk error is read again first. Throws `JournalWriteError`.
   */
  record(entry: TraceEntry | ((task: Task) => TraceEntry)): Promise<Task> {
    return this.appends.run(async () => {
      await this.readAgainIfBroken();
      const { journal, task } = this.opened;
      const event = await journal.append(typeof entry === 'function' ? entry(task) : entry);
      this.opened = { journal, task: foldTask(task, event) };
      this.onChange(this, event);
      if (settledStates.has(this.opened.task.state)) {
        await journal.rest();
      }
      return this.opened.task;
    });
  }

  /**
   * After a disk error, makes the task what its trace holds: the event that failed may stand in it. Who decides by the state of
   * the task asks for this first. Throws `JournalWriteError`.
   */
  refresh(): Promise<void> {
    return this.appends.run(() => this.readAgainIfBroken());
  }

  /** A page of its trace, from event number `from` on; empty at the end. */
  events(from: number): Promise<Result<readonly TraceEvent[], JournalFailure>> {
    return this.store.read(this.id, from);
  }

  async *history(): AsyncIterable<TraceEvent> {
    for (let from = 0; ;) {
      const page = await this.events(from);
      if (!page.ok) {
        throw new JournalWriteError('io', page.error.message);
      }
      if (page.value.length === 0) {
        return;
      }
      yield* page.value;
      from += page.value.length;
    }
  }

  /** Undefined for a payload that was never kept, was removed, or was changed. */
  artifact(sha256: string): Promise<Uint8Array | undefined> {
    return this.store.getArtifact(this.id, sha256);
  }

  /** Hash of the last line of its trace. */
  get head(): string | undefined {
    return this.opened.journal.head?.hash;
  }

  putArtifact(bytes: Uint8Array): Promise<{ sha256: string; bytes: number }> {
    return this.store.putArtifact(this.id, bytes);
  }

  close(): Promise<void> {
    return this.opened.journal.close();
  }

  private async readAgainIfBroken(): Promise<void> {
    if (this.stale || this.opened.journal.broken) {
      await this.reopen();
    }
  }

  /** The event whose sync failed may stand in the trace or not: what is read is what holds. */
  private async reopen(): Promise<void> {
    this.stale = true;
    await this.opened.journal.close();
    const opened = await openTask(this.store, this.id);
    if (!opened.ok) {
      throw new JournalWriteError('closed', opened.error.problem.message);
    }
    this.opened = opened.value;
    this.stale = false;
    this.onChange(this);
  }
}
