import { Serializer } from '../base/async.ts';
import { errorText, type Failure, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { newId } from '../base/ids.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { acceptChanges, type Accepted, recoverAccept } from '../core/supervisor/acceptChanges.ts';
import { HostStopping, isHostStopping } from '../core/supervisor/hostStopping.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { moveTask, runTask, takeUp } from '../core/supervisor/taskPipeline.ts';
import type { Checkout } from '../core/repository/repository.ts';
import { foldTrace } from '../core/tasks/taskReducer.ts';
import { Scheduler } from '../core/tasks/scheduler.ts';
import { activeStates } from '../core/tasks/taskState.ts';
import type { Journal, TaskStore } from '../core/tasks/taskStore.ts';
import type { TraceEntry, TraceEvent } from '../core/trace/traceEvent.ts';
import { JournalWriteError } from '../node/tasks/journalWriteError.ts';
import { type DamagedTask, openTask } from './openTask.ts';
import type { StateFeed } from './stateFeed.ts';
import { type OnTaskChange, TaskRecord } from './taskRecord.ts';

export interface TaskDeskOptions {
  readonly store: TaskStore;
  readonly supervisor: SupervisorPorts;
  readonly checkout: Checkout;
  readonly feed: StateFeed;
  readonly logger: Logger;
  /** Tasks worked on at once. */
  readonly concurrency: number;
  /** Called when `busy` becomes true or false. */
  readonly onBusyChange: () => void;
}

/** Milliseconds between attempts to go on, or to record a failure: a full disk may have space again within a minute. */
const recordingPauses = [1_000, 4_000, 15_000, 40_000] as const;

/** All tasks of a workspace: keeps their journals, gives them to the supervisor, takes a person's decisions on them. */
export class TaskDesk {
  private readonly options: TaskDeskOptions;
  private readonly records = new Map<string, TaskRecord>();
  /** Tasks whose traces cannot be relied on. */
  private readonly damaged = new Map<string, DamagedTask>();
  private readonly scheduler: Scheduler;
  /** One decision at a time: two accepts could plan on the same state of a file, and a discard must not overtake an accept. */
  private readonly decisions = new Serializer();
  /** One creation at a time: the same task may be asked for twice. */
  private readonly creations = new Serializer();
  /** What must end before the journals are closed, beside the scheduler's work. */
  private readonly pending = new Set<Promise<unknown>>();
  /** Aborted by `stop`. */
  private readonly ending = new AbortController();
  private announcedBusy = false;

  constructor(options: TaskDeskOptions) {
    this.options = options;
    this.scheduler = new Scheduler(options.concurrency, () => this.announceBusy());
  }

  /** Opens every task and goes on with those that a stopped or killed host left at work. One that cannot be opened stops no other. */
  async load(): Promise<void> {
    for (const name of await this.options.store.list()) {
      try {
        await this.take(name);
      } catch (error) {
        this.leaveOut(name, {
          problem: failure('trace-unreadable', `Task ${name} cannot be opened: ${errorText(error)}.`),
        });
      }
    }
  }

  get busy(): boolean {
    return this.scheduler.busy || this.pending.size > 0;
  }

  find(id: string): Result<TaskRecord, Failure> {
    const record = this.records.get(id);
    return record === undefined
      ? fail(
          this.damaged.get(id)?.problem ??
            failure('no-such-task', `There is no task ${id} here; \`nightshift tasks\` lists them.`),
        )
      : ok(record);
  }

  /** Also true of a task whose trace cannot be relied on. */
  knows(id: string): boolean {
    return this.records.has(id) || this.damaged.has(id);
  }

  /** Nothing of the task stays when its first event cannot be written. A task that has the wanted id already is the answer. */
  create(
    created: (task: string) => TraceEntry & { readonly type: 'task-created' },
    id = newId('task'),
  ): Promise<Result<TaskRecord, Failure>> {
    return this.whileServing(() => this.creations.run(() => this.createOnce(created, id)));
  }

  private async createOnce(
    created: (task: string) => TraceEntry & { readonly type: 'task-created' },
    id: string,
  ): Promise<Result<TaskRecord, Failure>> {
    const known = this.records.get(id);
    if (known !== undefined) {
      return ok(known);
    }
    const journal = await this.options.store.create(id);
    if (!journal.ok) {
      return journal;
    }
    const begun = await this.begin(journal.value, created(id));
    if (!begun.ok) {
      return begun;
    }
    const { record, event } = begun.value;
    this.records.set(id, record);
    this.options.feed.update(record.task(), event);
    this.work(record);
    return ok(record);
  }

  /**
   * Ends a task: its work is stopped, or the move is recorded at once where nobody works on it. A result that waits for its
   * review is given up as by a discard. A task that is over stays as it is, and the answer says so.
   */
  async cancel(record: TaskRecord): Promise<Result<void, Failure>> {
    this.scheduler.withdraw(record.id);
    if (this.scheduler.has(record.id)) {
      record.controller.abort();
      return ok(undefined);
    }
    return this.decide(record, 'cancel');
  }

  discard(record: TaskRecord): Promise<Result<void, Failure>> {
    return this.decide(record, 'discard');
  }

  accept(record: TaskRecord, paths: readonly string[] | undefined): Promise<Result<Accepted, Failure>> {
    const { checkout } = this.options;
    return this.decision(record, () => acceptChanges({ checkout, trace: record }, paths, new AbortController().signal));
  }

  /**
   * Interrupts all work, waits for decisions under way and closes the journals; every task goes on from its trace when a host
   * starts again. What is asked for after this began is the failure `stopping`.
   */
  async stop(): Promise<void> {
    this.ending.abort();
    for (const record of this.records.values()) {
      record.controller.abort(new HostStopping());
    }
    await this.scheduler.settled();
    await Promise.allSettled(this.pending);
    const closed = await Promise.allSettled([...this.records.values()].map((record) => record.close()));
    for (const each of closed) {
      if (each.status === 'rejected') {
        this.options.logger.error(errorText(each.reason));
      }
    }
  }

  private async take(name: string): Promise<void> {
    const { store, feed, checkout, logger } = this.options;
    const opened = await openTask(store, name);
    if (!opened.ok) {
      await this.leaveOutOrRemove(name, opened.error);
      return;
    }
    const record = new TaskRecord(store, opened.value, this.publish);
    this.records.set(name, record);
    feed.update(record.task());
    try {
      await recoverAccept({ checkout, trace: record }, record.controller.signal);
    } catch (error) {
      logger.error(`Task ${name}: how its accept ended could not be found out: ${errorText(error)}`);
    }
    if (await this.isToBeTakenUp(record)) {
      this.work(record);
    }
  }

  /** Work goes on also where its resuming cannot be recorded now: the first event of the work meets the same disk. */
  private async isToBeTakenUp(record: TaskRecord): Promise<boolean> {
    try {
      return await takeUp(record);
    } catch (error) {
      this.options.logger.error(`Task ${record.id} could not be resumed: ${errorText(error)}`);
      return activeStates.has(record.task().state);
    }
  }

  private async leaveOutOrRemove(name: string, damage: DamagedTask): Promise<void> {
    if (damage.problem.reason !== 'no-such-task') {
      this.leaveOut(name, damage);
      return;
    }
    // A host that is killed while it creates a task leaves an empty trace: nobody was told of that task.
    this.options.logger.info(`Task ${name} was never begun; what there is of it is removed.`);
    await this.remove(name);
  }

  private leaveOut(name: string, damage: DamagedTask): void {
    this.options.logger.warn(`Task ${name} is shown as failed and never written to: ${damage.problem.message}`);
    this.damaged.set(name, damage);
    this.options.feed.showDamaged(name, damage);
  }

  private async begin(
    journal: Journal,
    created: TraceEntry & { readonly type: 'task-created' },
  ): Promise<Result<{ readonly record: TaskRecord; readonly event: TraceEvent }, Failure>> {
    const { store, logger } = this.options;
    try {
      const event = await journal.append(created);
      const task = foldTrace([event]);
      if (task === undefined) {
        throw new Error('its first event does not create it');
      }
      return ok({ record: new TaskRecord(store, { journal, task }, this.publish), event });
    } catch (error) {
      await journal.close().catch((failed: unknown) => logger.error(errorText(failed)));
      await this.remove(journal.task);
      return fail(failure('io', `The task could not be begun: ${errorText(error)}`));
    }
  }

  private async remove(name: string): Promise<void> {
    try {
      await this.options.store.remove(name);
    } catch (error) {
      this.options.logger.error(`What is left of task ${name} cannot be removed: ${errorText(error)}`);
    }
  }

  private decide(record: TaskRecord, move: 'cancel' | 'discard'): Promise<Result<void, Failure>> {
    return this.decision(record, async () => {
      const { allowed, refusal } = await moveTask({ trace: record }, { move, by: 'user' });
      return allowed ? ok(undefined) : fail(failure('not-allowed', refusal));
    });
  }

  /** Runs one decision after the other. An accept whose end could not be recorded when it was done is ended first. */
  private decision<T>(record: TaskRecord, decide: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
    return this.whileServing(() =>
      this.decisions.run(async () => {
        if (this.ending.signal.aborted) {
          return fail(stoppingFailure());
        }
        try {
          await recoverAccept({ checkout: this.options.checkout, trace: record }, new AbortController().signal);
          return await decide();
        } catch (error) {
          if (error instanceof JournalWriteError) {
            return fail(failure(error.reason, error.message));
          }
          throw error;
        }
      }),
    );
  }

  /** Keeps the desk busy, and its end waiting, for as long as the work takes. */
  private async whileServing<T>(work: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
    if (this.ending.signal.aborted) {
      return fail(stoppingFailure());
    }
    return this.keepBusy(work());
  }

  private async keepBusy<T>(work: Promise<T>): Promise<T> {
    this.pending.add(work);
    this.announceBusy();
    try {
      return await work;
    } finally {
      this.pending.delete(work);
      this.announceBusy();
    }
  }

  private announceBusy(): void {
    if (this.busy !== this.announcedBusy) {
      this.announcedBusy = this.busy;
      this.options.onBusyChange();
    }
  }

  private readonly publish: OnTaskChange = (record, event) => {
    this.options.feed.update(record.task(), event);
  };

  private work(record: TaskRecord): void {
    this.scheduler.submit(record.id, () => this.workThrough(record));
  }

  /** Where the disk refuses the trace, the task goes on from what stands in it as soon as the disk takes it again. */
  private async workThrough(record: TaskRecord): Promise<void> {
    const { logger, supervisor } = this.options;
    const { signal } = record.controller;
    let pauses = [...recordingPauses];
    while (!this.ending.signal.aborted) {
      const { steps } = record.task().usage;
      try {
        await runTask({ ports: supervisor, trace: record, signal });
        return;
      } catch (error) {
        if (!isDiskError(error) || isHostStopping(signal)) {
          this.reportDefect(record, error);
          return;
        }
        pauses = record.task().usage.steps > steps ? [...recordingPauses] : pauses;
        const pause = pauses.shift();
        logger.error(`Task ${record.id}: ${error.message}${pause === undefined ? ' The next host takes it up.' : ''}`);
        if (pause === undefined) {
          return;
        }
        await supervisor.sleep(pause, AbortSignal.any([signal, this.ending.signal]));
      }
    }
  }

  /** What reaches this is a defect of ours: the task ends visibly as soon as it can. */
  private reportDefect(record: TaskRecord, error: unknown): void {
    this.options.logger.error(`Task ${record.id}: ${error instanceof Error ? error.stack : errorText(error)}`);
    if (isHostStopping(record.controller.signal)) {
      return;
    }
    void this.keepBusy(this.recordFailure(record, error));
  }

  /** The task is nobody's meanwhile, so that it can be cancelled. What cannot be recorded at all is taken up by the next host. */
  private async recordFailure(record: TaskRecord, error: unknown): Promise<void> {
    const { logger, supervisor } = this.options;
    const reason = { code: 'internal', message: `${errorText(error)}; the agent host's log has the details.` };
    for (const pause of [...recordingPauses, undefined]) {
      if (this.ending.signal.aborted || !activeStates.has(record.task().state)) {
        return;
      }
      try {
        await moveTask({ trace: record }, { move: 'fail', by: 'host', reason });
        return;
      } catch (failed) {
        logger.error(`Task ${record.id}: the failure could not be recorded: ${errorText(failed)}`);
      }
      if (pause !== undefined) {
        await supervisor.sleep(pause, this.ending.signal);
      }
    }
  }
}

/** True for a trace that could not be written, or read again after that; false for an event that no trace can hold. */
function isDiskError(error: unknown): error is JournalWriteError {
  return error instanceof JournalWriteError && error.reason !== 'invalid';
}

function stoppingFailure(): Failure {
  return failure('stopping', 'The agent host is ending; ask again, and a new one takes the tasks up.');
}
