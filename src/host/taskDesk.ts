import { Serializer } from '../base/async.ts';
import { errorText, type Failure, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { newId } from '../base/ids.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { acceptChanges, type Accepted, recoverAccept } from '../core/supervisor/acceptChanges.ts';
import { recoverUndo, undoAccept, type Undone } from '../core/supervisor/undoAccept.ts';
import type { WantedFile } from '../core/supervisor/chosenParts.ts';
import { type MergedFile, mergeSidesOf } from '../core/supervisor/mergeByHand.ts';
import { rejectChanges } from '../core/supervisor/rejectChanges.ts';
import type { HunkView } from '../protocol/taskView.ts';
import { takeOver, type TakenOver, type TakeOverWish } from '../core/supervisor/takeOver.ts';
import { approveForTask } from '../core/supervisor/approveForTask.ts';
import { HostStopping, isHostStopping, Pausing } from '../core/supervisor/interruptions.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { resumeTask } from '../core/supervisor/resumeTask.ts';
import { endTask } from '../core/supervisor/taskPipeline.ts';
import type { EnvironmentApproval } from '../core/environments/environments.ts';
import type { AcceptPlace } from '../core/repository/history.ts';
import type { Checkout, MergeSides } from '../core/repository/repository.ts';
import type { Worktrees } from '../core/repository/worktrees.ts';
import type { ResumeWish } from '../core/tasks/resumption.ts';
import { labelNames } from '../core/sandbox/profiles.ts';
import type { SandboxSpec } from '../core/sandbox/sandboxSpec.ts';
import { Scheduler } from '../core/tasks/scheduler.ts';
import type { ModelId } from '../core/models/languageModel.ts';
import type { MissingAccess } from '../core/models/modelAccess.ts';
import { awaitedModel, lookForModel } from '../core/supervisor/awaitedModel.ts';
import { activeStates } from '../core/tasks/taskState.ts';
import type { TaskTrace } from '../core/tasks/taskTrace.ts';
import type { TaskStore } from '../core/tasks/taskStore.ts';
import type { TraceEntry } from '../core/trace/traceEvent.ts';
import { JournalWriteError } from '../node/tasks/journalWriteError.ts';
import { beginTask } from './beginTask.ts';
import { loadTasks } from './loadTasks.ts';
import type { DamagedTask } from './openTask.ts';
import { OpenWork } from './openWork.ts';
import { recordDefect } from './recordDefect.ts';
import type { StateFeed } from './stateFeed.ts';
import { type OnTaskChange, TaskRecord } from './taskRecord.ts';
import { viewHunks } from './viewHunks.ts';
import { workThrough } from './workThrough.ts';

export interface TaskDeskOptions {
  readonly store: TaskStore;
  readonly supervisor: SupervisorPorts;
  readonly checkout: Checkout;
  readonly worktrees: Worktrees;
  readonly feed: StateFeed;
  readonly logger: Logger;
  /** What is lacking before a model of the editor can be asked; absent where tasks use none. */
  readonly missingModel?: (model: ModelId) => MissingAccess | undefined;
  /** Tasks worked on at once. */
  readonly concurrency: number;
  /** Called when `busy` becomes true or false. */
  readonly onBusyChange: () => void;
}

const never = new AbortController().signal;

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
  private readonly open = new OpenWork(() => this.announceBusy());
  private announcedBusy = false;

  constructor(options: TaskDeskOptions) {
    this.options = options;
    this.scheduler = new Scheduler(options.concurrency, () => this.announceBusy());
  }

  /** Opens every task and goes on with those that a stopped or killed host left at work. */
  load(): Promise<void> {
    const { store, checkout, logger, feed } = this.options;
    return loadTasks({
      store,
      checkout,
      logger,
      onTaskChange: this.publish,
      add: (record) => {
        this.records.set(record.id, record);
        this.publish(record);
      },
      leaveOut: (name, damage) => {
        this.damaged.set(name, damage);
        feed.showDamaged(name, damage);
      },
      goOn: (record) => this.work(record),
    });
  }

  get busy(): boolean {
    return this.scheduler.busy || this.open.busy;
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
    return this.open.serve(() => this.creations.run(() => this.createOnce(created, id)));
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
   * review can no longer be applied, and is kept until a discard; one that its agent goes over waits for its review again. A task that
   * is over stays as it is, and the answer says so.
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
        this.work(record);
      }
      return resumed;
    });
  }

  /** Stops the work on a task until it is resumed. What it did until then stays. */
  async pause(record: TaskRecord): Promise<Result<void, Failure>> {
    this.scheduler.withdraw(record.id);
    if (this.scheduler.has(record.id)) {
      record.controller.abort(new Pausing());
      return ok(undefined);
    }
    return this.decide(record, 'pause');
  }

  /** The user says or decides something in the trace of a task; it is worked on where `act` answers true. */
  converse(
    record: TaskRecord,
    act: (trace: TaskTrace) => Promise<Result<boolean, Failure>>,
  ): Promise<Result<void, Failure>> {
    return this.decision(record, async () => {
      const goesOn = await act(record);
      if (goesOn.ok && goesOn.value) {
        this.work(record);
      }
      return goesOn.ok ? ok(undefined) : goesOn;
    });
  }

  /** Looks again at tasks that wait for a model of the editor. */
  wake(): void {
    for (const record of this.records.values()) {
      this.lookForModel(record);
    }
  }

  accept(
    record: TaskRecord,
    files: readonly WantedFile[] | undefined,
    place?: AcceptPlace,
    merged: readonly MergedFile[] = [],
    signal = never,
  ): Promise<Result<Accepted, Failure>> {
    const { checkout } = this.options;
    return this.decision(record, () => acceptChanges({ checkout, trace: record }, files, signal, place, merged));
  }

  mergeSides(
    record: TaskRecord,
    files: readonly WantedFile[] | undefined,
    path: string,
  ): Promise<Result<MergeSides | undefined, Failure>> {
    return mergeSidesOf(this.options.checkout, record.task(), files, path);
  }

  undo(record: TaskRecord, paths?: readonly string[], signal = never): Promise<Result<Undone, Failure>> {
    const { checkout } = this.options;
    return this.decision(record, () => undoAccept({ checkout, trace: record }, paths, signal));
  }

  /** With `restore`, what was rejected stands for choice again. */
  reject(record: TaskRecord, file: WantedFile, restore: boolean): Promise<Result<void, Failure>> {
    const { checkout } = this.options;
    return this.decision(record, () => rejectChanges({ checkout, trace: record }, file, restore, never));
  }

  /** The hunks of a changed file, undefined where it is taken as a whole, and what was decided of them. */
  hunks(record: TaskRecord, path: string): Promise<Result<readonly HunkView[] | undefined, Failure>> {
    return viewHunks(this.options.checkout, record.task(), path);
  }

  /** Gives a person the agent's work in a working tree of its own; an agent at work is paused first. */
  takeOver(record: TaskRecord, wish: TakeOverWish, signal = never): Promise<Result<TakenOver, Failure>> {
    const { supervisor, worktrees } = this.options;
    return this.open.serve(async () => {
      if (activeStates.has(record.task().state)) {
        await this.pause(record);
        await this.scheduler.ended(record.id);
      }
      const ports = { store: supervisor.store, worktrees, trace: record };
      return this.decision(record, () => takeOver(ports, wish, signal));
    });
  }

  /** Takes the user's word on an environment, which `keep` keeps; answers whether the task is proved again. */
  approveEnvironment(
    record: TaskRecord,
    approval: EnvironmentApproval,
    keep: () => Promise<Result<void, Failure>>,
  ): Promise<Result<boolean, Failure>> {
    return this.decision(record, async () => {
      const proving = await approveForTask(record, approval, keep);
      if (proving.ok && proving.value) {
        this.work(record);
      }
      return proving;
    });
  }

  /** Work for a client beside the tasks: the host stays for it, and it is aborted when the host ends. */
  beside<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    return this.open.serve(async () => {
      try {
        return await work(AbortSignal.any([signal, this.open.ending]));
      } catch (error) {
        return journalFailure(error);
      }
    });
  }

  /**
   * Interrupts all work, waits for decisions under way and closes the journals; every task goes on from its trace when a host
   * starts again. What is asked for after this began is the failure `stopping`.
   */
  async stop(): Promise<void> {
    this.open.end();
    for (const record of this.records.values()) {
      record.controller.abort(new HostStopping());
    }
    await this.scheduler.settled();
    await this.open.settled();
    const closed = await Promise.allSettled([...this.records.values()].map((record) => record.close()));
    for (const each of closed) {
      if (each.status === 'rejected') {
        this.options.logger.error(errorText(each.reason));
      }
    }
  }

  private decide(record: TaskRecord, move: 'cancel' | 'discard' | 'pause'): Promise<Result<void, Failure>> {
    return this.decision(record, async () => {
      const { allowed, refusal } = await endTask({ trace: record }, { move, by: 'user' });
      return allowed ? ok(undefined) : fail(failure('not-allowed', refusal));
    });
  }

  /** Runs one decision after the other. An accept whose end could not be recorded when it was done is ended first. */
  private decision<T>(record: TaskRecord, decide: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
    const { checkout } = this.options;
    const once = async (): Promise<Result<T, Failure>> => {
      try {
        await recoverAccept({ checkout, trace: record }, new AbortController().signal);
        await recoverUndo({ checkout, trace: record });
        return await decide();
      } catch (error) {
        return journalFailure(error);
      }
    };
    return this.open.serve(() => this.decisions.run(() => this.open.unlessEnding(once)));
  }

  /** A task whose model can be asked now goes on; of one that lacks something else than before that is said. */
  private lookForModel(record: TaskRecord): void {
    const { missingModel, logger } = this.options;
    if (missingModel === undefined || awaitedModel(record.task()) === undefined) {
      return;
    }
    this.decision(record, async () => {
      if (await lookForModel(record, missingModel)) {
        this.work(record);
      }
      return ok(undefined);
    }).catch((error: unknown) => logger.error(`Task ${record.id}: ${errorText(error)}`));
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
    record.renew();
    this.scheduler.submit(record.id, async () => {
      if (!activeStates.has(record.task().state)) {
        return;
      }
      const { supervisor: ports, logger } = this.options;
      const ended = await workThrough(record, { ports, logger, ending: this.open.ending });
      if (ended !== undefined) {
        this.reportDefect(record, ended.defect);
      }
      // Its window may have come just before it was at rest.
      this.lookForModel(record);
    });
  }

  private reportDefect(record: TaskRecord, error: unknown): void {
    this.options.logger.error(`Task ${record.id}: ${error instanceof Error ? error.stack : errorText(error)}`);
    if (isHostStopping(record.controller.signal)) {
      return;
    }
    const { logger, supervisor } = this.options;
    const { ending: signal } = this.open;
    void this.open.keepBusy(recordDefect(record, error, { logger, sleep: supervisor.sleep, signal }));
  }
}

function journalFailure(error: unknown): Result<never, Failure> {
  if (error instanceof JournalWriteError) {
    return fail(failure(error.reason, error.message));
  }
  throw error;
}
