import { Serializer } from '../base/async.ts';
import { errorText, type Failure, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { newId } from '../base/ids.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { acceptChanges, type Accepted, recoverAccept } from '../core/supervisor/acceptChanges.ts';
import { HostStopping, isHostStopping } from '../core/supervisor/hostStopping.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { moveTask, runTask } from '../core/supervisor/taskPipeline.ts';
import type { Checkout } from '../core/repository/repository.ts';
import { Scheduler } from '../core/tasks/scheduler.ts';
import { activeStates } from '../core/tasks/taskState.ts';
import type { JournalFailure, TaskStore } from '../core/tasks/taskStore.ts';
import type { TraceEntry } from '../core/trace/traceEvent.ts';
import type { StateFeed } from './stateFeed.ts';
import { TaskRecord } from './taskRecord.ts';

export interface TaskDeskOptions {
  readonly store: TaskStore;
  readonly supervisor: SupervisorPorts;
  readonly checkout: Checkout;
  readonly feed: StateFeed;
  readonly logger: Logger;
  /** Tasks worked on at once. */
  readonly concurrency: number;
  /** Called when work begins or ends. */
  readonly onBusyChange: () => void;
}

/** All tasks of a workspace: keeps their journals open, gives them to the supervisor, takes a person's decisions on them. */
export class TaskDesk {
  private readonly options: TaskDeskOptions;
  private readonly records = new Map<string, TaskRecord>();
  /** Tasks whose traces cannot be opened, with why. */
  private readonly damaged = new Map<string, JournalFailure>();
  private readonly scheduler: Scheduler;
  /** One accept at a time: two of them could plan on the same state of a file. */
  private readonly accepts = new Serializer();
  private stopping = false;

  constructor(options: TaskDeskOptions) {
    this.options = options;
    this.scheduler = new Scheduler(options.concurrency, options.onBusyChange);
  }

  /** Opens every task and goes on with those that a stopped or killed host left at work. */
  async load(): Promise<void> {
    for (const name of await this.options.store.list()) {
      const record = await this.open(name);
      if (!record.ok) {
        this.options.logger.warn(`Task ${name} is left out: ${record.error.message}`);
        this.damaged.set(name, record.error);
        this.options.feed.showDamaged(name, record.error);
        continue;
      }
      const { value } = record;
      this.records.set(name, value);
      this.options.feed.update(value.task());
      await recoverAccept({ checkout: this.options.checkout, trace: value }, value.controller.signal);
      if (activeStates.has(value.task().state)) {
        this.work(value);
      }
    }
  }

  private async open(name: string): Promise<Result<TaskRecord, JournalFailure>> {
    const journal = await this.options.store.open(name);
    if (!journal.ok) {
      return journal;
    }
    const record = TaskRecord.open(this.options.store, journal.value, this.publish);
    if (record === undefined) {
      await journal.value.close();
      const message = `The trace of ${name} does not begin with the creation of a task; delegate the task again.`;
      return fail(failure('corrupt', message));
    }
    return ok(record);
  }

  get busy(): boolean {
    return this.scheduler.busy;
  }

  find(id: string): Result<TaskRecord, Failure> {
    const record = this.records.get(id);
    return record === undefined
      ? fail(
          this.damaged.get(id) ??
            failure('no-such-task', `There is no task ${id} here; \`nightshift tasks\` lists them.`),
        )
      : ok(record);
  }

  /** Also true of a task whose trace cannot be opened. */
  knows(id: string): boolean {
    return this.records.has(id) || this.damaged.has(id);
  }

  async create(
    created: (task: string) => TraceEntry & { readonly type: 'task-created' },
  ): Promise<Result<TaskRecord, JournalFailure>> {
    const id = newId('task');
    const journal = await this.options.store.create(id);
    if (!journal.ok) {
      return journal;
    }
    const event = await journal.value.append(created(id));
    const record = TaskRecord.open(this.options.store, journal.value, this.publish);
    if (record === undefined) {
      return fail(failure('corrupt', `The trace of task ${id} could not be begun; look at the agent host's log.`));
    }
    this.records.set(id, record);
    this.options.feed.update(record.task(), event);
    this.work(record);
    return ok(record);
  }

  /** Ends a task's work. A task that has a result is discarded instead; one that is over stays as it is. */
  async cancel(record: TaskRecord): Promise<Result<void, Failure>> {
    const withdrawn = this.scheduler.withdraw(record.journal.task);
    if (this.scheduler.has(record.journal.task)) {
      record.controller.abort();
      return ok(undefined);
    }
    const { state } = record.task();
    if (!withdrawn && activeStates.has(state)) {
      return fail(failure('not-running', `The task is ${state} but nobody works on it; start it again.`));
    }
    return this.decide(record, 'cancel');
  }

  discard(record: TaskRecord): Promise<Result<void, Failure>> {
    return this.decide(record, 'discard');
  }

  accept(record: TaskRecord, paths: readonly string[] | undefined): Promise<Result<Accepted, Failure>> {
    const { checkout } = this.options;
    return this.accepts.run(() => acceptChanges({ checkout, trace: record }, paths, new AbortController().signal));
  }

  /** Interrupts all work and closes the journals; every task goes on from its trace when a host starts again. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const record of this.records.values()) {
      record.controller.abort(new HostStopping());
    }
    await this.scheduler.settled();
    await Promise.all([...this.records.values()].map((record) => record.journal.close()));
  }

  private async decide(record: TaskRecord, move: 'cancel' | 'discard'): Promise<Result<void, Failure>> {
    const { state } = record.task();
    return (await moveTask({ trace: record }, { move, by: 'user' }))
      ? ok(undefined)
      : fail(
          failure('not-allowed', `A task that is ${state} cannot be ${move === 'cancel' ? 'cancelled' : 'discarded'}.`),
        );
  }

  private readonly publish = (record: TaskRecord, event: Parameters<StateFeed['update']>[1]): void => {
    this.options.feed.update(record.task(), event);
  };

  private work(record: TaskRecord): void {
    this.scheduler.submit(record.journal.task, async () => {
      const { signal } = record.controller;
      if (this.stopping) {
        return;
      }
      try {
        await runTask({ ports: this.options.supervisor, trace: record, signal });
      } catch (error) {
        await this.reportDefect(record, error, signal);
      }
    });
  }

  /** What reaches this is a defect of ours, or a journal that cannot be written: the task ends visibly if it can. */
  private async reportDefect(record: TaskRecord, error: unknown, signal: AbortSignal): Promise<void> {
    this.options.logger.error(
      `Task ${record.journal.task}: ${error instanceof Error ? error.stack : errorText(error)}`,
    );
    if (isHostStopping(signal)) {
      return;
    }
    const reason = { code: 'internal', message: `${errorText(error)}; the agent host's log has the details.` };
    try {
      await moveTask({ trace: record }, { move: 'fail', by: 'host', reason });
    } catch (failed) {
      this.options.logger.error(`Task ${record.journal.task}: the failure could not be recorded: ${errorText(failed)}`);
    }
  }
}
