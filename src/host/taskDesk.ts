import { Serializer } from '../base/async.ts';
import { errorText, type Failure, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { newId } from '../base/ids.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { acceptChanges, type Accepted, recoverAccept } from '../core/supervisor/acceptChanges.ts';
import { HostStopping, isHostStopping } from '../core/supervisor/hostStopping.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { resumeTask } from '../core/supervisor/resumeTask.ts';
import { moveTask, takeUp } from '../core/supervisor/taskPipeline.ts';
import type { Checkout } from '../core/repository/repository.ts';
import type { ResumeWish } from '../core/tasks/resumption.ts';
import { labelNames } from '../core/sandbox/profiles.ts';
import type { SandboxSpec } from '../core/sandbox/sandboxSpec.ts';
import { Scheduler } from '../core/tasks/scheduler.ts';
import { activeStates } from '../core/tasks/taskState.ts';
import type { TaskStore } from '../core/tasks/taskStore.ts';
import type { TraceEntry } from '../core/trace/traceEvent.ts';
import { JournalWriteError } from '../node/tasks/journalWriteError.ts';
import { beginTask, removeTask } from './beginTask.ts';
import { type DamagedTask, openTask } from './openTask.ts';
import { recordDefect } from './recordDefect.ts';
import type { StateFeed } from './stateFeed.ts';
import { type OnTaskChange, TaskRecord } from './taskRecord.ts';
import { workThrough } from './workThrough.ts';

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

  /** Tells in a task's trace that its next box has to wait, and for what. */
  noteDelay({ labels, profile }: SandboxSpec, message: string): void {
    const record = this.records.get(labels[labelNames.task] ?? '');
    const recording = record?.record({ type: 'sandbox-delayed', actor: 'host', data: { profile, message } });
    recording?.catch((error: unknown) => this.options.logger.warn(`Not recorded: ${errorText(error)}`));
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
    const { store, logger } = this.options;
    const journal = await store.create(id);
    if (!journal.ok) {
      return journal;
    }
    const begun = await beginTask({ store, logger }, journal.value, created(id));
    if (!begun.ok) {
      return begun;
    }
    const { opened, event } = begun.value;
    const record = new TaskRecord(store, opened, this.publish);
    this.records.set(id, record);
    this.options.feed.update(record.task(), event, record.head);
    this.work(record);
    return ok(record);
  }

  /**
   * Ends a task: its work is stopped, or the move is recorded at once where nobody works on it. A result that waits for its
   * review can no longer be applied, and is kept until a discard. A task that is over stays as it is, and the answer says so.
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

  /** Lets a task go on that failed, waits or is paused. */
  resume(record: TaskRecord, wish: ResumeWish): Promise<Result<void, Failure>> {
    return this.decision(record, async () => {
      const resumed = await resumeTask(record, wish);
      if (resumed.ok) {
        record.renew();
        this.work(record);
      }
      return resumed;
    });
  }

  accept(record: TaskRecord, paths: readonly string[] | undefined): Promise<Result<Accepted, Failure>> {
    const { checkout } = this.options;
    return this.decision(record, () => acceptChanges({ checkout, trace: record }, paths, new AbortController().signal));
  }

  /**
   * Records that the user agreed to an environment. A task that waits for its review without a proof then gets one; answers whether
   * it does.
   */
  proveAgain(
    record: TaskRecord,
    { definition, hosts }: { readonly definition: string; readonly hosts: readonly string[] },
  ): Promise<Result<boolean, Failure>> {
    return this.decision(record, async () => {
      const { state, proof } = record.task();
      const data = { subject: 'environment' as const, definition, hosts: [...hosts] };
      await record.record({ type: 'approval-given', actor: 'user', data });
      if (state !== 'ready' || proof?.verdict !== 'unverified') {
        return ok(false);
      }
      const reason = { code: 'environment-approved', message: 'The environment was agreed to; the tests run again.' };
      const { allowed, refusal } = await moveTask({ trace: record }, { move: 'revise', by: 'user', reason });
      if (!allowed) {
        return fail(failure('not-allowed', refusal));
      }
      this.work(record);
      return ok(true);
    });
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
    feed.update(record.task(), undefined, record.head);
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
    await removeTask({ store: this.options.store, logger: this.options.logger }, name);
  }

  private leaveOut(name: string, damage: DamagedTask): void {
    this.options.logger.warn(`Task ${name} is shown as failed and never written to: ${damage.problem.message}`);
    this.damaged.set(name, damage);
    this.options.feed.showDamaged(name, damage);
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
    this.options.feed.update(record.task(), event, record.head);
  };

  private work(record: TaskRecord): void {
    this.scheduler.submit(record.id, async () => {
      if (!activeStates.has(record.task().state)) {
        return;
      }
      const { supervisor: ports, logger } = this.options;
      const ended = await workThrough(record, { ports, logger, ending: this.ending.signal });
      if (ended !== undefined) {
        this.reportDefect(record, ended.defect);
      }
    });
  }

  private reportDefect(record: TaskRecord, error: unknown): void {
    this.options.logger.error(`Task ${record.id}: ${error instanceof Error ? error.stack : errorText(error)}`);
    if (isHostStopping(record.controller.signal)) {
      return;
    }
    const { logger, supervisor } = this.options;
    const { signal } = this.ending;
    void this.keepBusy(recordDefect(record, error, { logger, sleep: supervisor.sleep, signal }));
  }
}

function stoppingFailure(): Failure {
  return failure('stopping', 'The agent host is ending; ask again, and a new one takes the tasks up.');
}
