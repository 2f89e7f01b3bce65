import { encodeBase64 } from '../base/base64.ts';
import { type Event, Emitter } from '../base/event.ts';
import { type Failure, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { TreeStore } from '../core/repository/repository.ts';
import type { Task } from '../core/tasks/task.ts';
import { formatModelId } from '../core/models/modelId.ts';
import type { HostParams, HostResult, HostState, StateDelta } from '../protocol/host.ts';
import { taskCreation } from './taskCreation.ts';
import { chooseModel } from './modelChoice.ts';
import type { HostFailure, HostService, ServiceMethod } from './rpc/hostService.ts';
import { type StateFeed, toTraceLine } from './stateFeed.ts';
import type { TaskDesk } from './taskDesk.ts';
import type { TaskRecord } from './taskRecord.ts';

export interface WorkspaceServiceOptions {
  readonly desk: TaskDesk;
  readonly feed: StateFeed;
  readonly store: TreeStore;
  readonly logger: Logger;
  readonly workspace: string;
  readonly product: string;
  /** Reads a task's trace from disk again and checks its chain. */
  readonly verifyTrace: (task: string) => Promise<Result<HostResult<'verifyTrace'>, Failure>>;
}

type Methods = {
  readonly [M in ServiceMethod]: (params: HostParams<M>) => Promise<Result<HostResult<M>, HostFailure>>;
};

/** Failures that mean something is missing on this machine, not that the request was wrong. */
const missingParts: ReadonlySet<string> = new Set([
  'unreachable',
  'model-missing',
  'tools-unsupported',
  'unknown-driver',
  'bad-host',
]);

/** Failures that mean that a model was named wrongly. */
const wrongNames: ReadonlySet<string> = new Set(['bad-model-id', 'bad-script']);

/** What clients can ask of one workspace. */
export class WorkspaceService implements HostService {
  readonly onDidChange: Event<StateDelta>;
  readonly onDidChangeBusy: Event<boolean>;
  private readonly options: WorkspaceServiceOptions;
  private readonly busyEmitter = new Emitter<boolean>();
  private readonly never = new AbortController().signal;

  constructor(options: WorkspaceServiceOptions) {
    this.options = options;
    this.onDidChange = options.feed.onDidChange;
    this.onDidChangeBusy = this.busyEmitter.event;
  }

  state(): HostState {
    return this.options.feed.state();
  }

  get busy(): boolean {
    return this.options.desk.busy;
  }

  /** Called by the desk when its work changes. */
  announceBusy(): void {
    this.busyEmitter.fire(this.busy);
  }

  call<M extends ServiceMethod>(method: M, params: HostParams<M>): Promise<Result<HostResult<M>, HostFailure>> {
    return this.methods[method](params);
  }

  close(): Promise<void> {
    return this.options.desk.stop();
  }

  private readonly methods: Methods = {
    createTask: (params) => this.createTask(params),
    getTask: async ({ task }) => this.withTask(task, async (record) => ok({ task: this.view(record.task()) })),
    listTasks: async () => ok({ tasks: this.options.feed.state().tasks }),
    cancelTask: async ({ task }) => this.decide(task, (record) => this.options.desk.cancel(record)),
    discardTask: async ({ task }) => this.decide(task, (record) => this.options.desk.discard(record)),
    applyTask: async ({ task, paths }) =>
      this.withTask(task, async (record) => {
        const accepted = await this.options.desk.accept(record, paths);
        if (!accepted.ok) {
          return accepted;
        }
        const { applied, conflicts, remaining } = accepted.value;
        return ok({
          task: this.view(record.task()),
          applied: [...applied],
          conflicts: conflicts.map((conflict) => ({ ...conflict })),
          remaining: [...remaining],
        });
      }),
    patch: async ({ task, paths }) =>
      this.withChangeset(task, async ({ baseTree, resultTree }) => {
        const patch = await this.options.store.patch(baseTree, resultTree, this.never, paths);
        return patch.ok ? ok({ patch: patch.value }) : patch;
      }),
    readSide: async ({ task, path, side }) =>
      this.withChangeset(task, async ({ baseTree, resultTree }) => {
        const bytes = await this.options.store.read(side === 'base' ? baseTree : resultTree, path, this.never);
        return bytes.ok ? ok({ bytes: bytes.value === null ? null : encodeBase64(bytes.value) }) : bytes;
      }),
    traceLines: async ({ task, from }) =>
      this.withTask(task, async (record) => {
        const events = await record.events(from);
        return events.ok ? ok({ lines: events.value.map(toTraceLine) }) : events;
      }),
    verifyTrace: async ({ task }) => {
      // A damaged trace cannot be opened, and is exactly what this is for.
      const known = this.options.desk.knows(task) ? ok(task) : this.options.desk.find(task);
      return known.ok ? this.options.verifyTrace(task) : known;
    },
    shutdown: async ({ force }) => {
      if (this.busy && !force) {
        return fail(
          failure('busy', 'Tasks are at work; cancel them first, or stop with --force and they go on later.'),
        );
      }
      return ok({ stopping: true });
    },
  };

  private async createTask(params: HostParams<'createTask'>): Promise<Result<HostResult<'createTask'>, HostFailure>> {
    const made = params.task === undefined ? undefined : this.options.desk.find(params.task);
    if (made?.ok === true) {
      return ok({ task: this.view(made.value.task()) });
    }
    const { ollamaHost } = params.settings;
    const { logger } = this.options;
    const host = ollamaHost === undefined ? {} : { ollamaHost };
    const model = await chooseModel(params.model, { ...host, logger }, this.never);
    if (!model.ok) {
      return fail(withExitCode(model.error));
    }
    this.options.logger.info(`Delegated with ${formatModelId(model.value.id)}.`);
    const created = (task: string): ReturnType<typeof taskCreation> =>
      taskCreation(task, params, model.value, this.options);
    const record = await this.options.desk.create(created, params.task);
    return record.ok ? ok({ task: this.view(record.value.task()) }) : record;
  }

  private async decide(
    task: string,
    decision: (record: TaskRecord) => Promise<Result<void, Failure>>,
  ): Promise<Result<{ task: HostResult<'getTask'>['task'] }, HostFailure>> {
    return this.withTask(task, async (record) => {
      const decided = await decision(record);
      return decided.ok ? ok({ task: this.view(record.task()) }) : decided;
    });
  }

  private async withTask<T>(
    task: string,
    use: (record: TaskRecord) => Promise<Result<T, HostFailure>>,
  ): Promise<Result<T, HostFailure>> {
    const record = this.options.desk.find(task);
    return record.ok ? use(record.value) : record;
  }

  private async withChangeset<T>(
    task: string,
    use: (changeset: NonNullable<Task['changeset']>) => Promise<Result<T, HostFailure>>,
  ): Promise<Result<T, HostFailure>> {
    return this.withTask(task, async (record) => {
      const { changeset, state } = record.task();
      return changeset === undefined
        ? fail(
            failure(
              'no-changeset',
              `The task is ${state} and has no changes yet; \`nightshift show ${task}\` tells more.`,
            ),
          )
        : use(changeset);
    });
  }

  private view(task: Task): HostResult<'getTask'>['task'] {
    return this.options.feed.view(task);
  }
}

function withExitCode(error: Failure): HostFailure {
  if (wrongNames.has(error.reason)) {
    return { ...error, exitCode: 2 };
  }
  return missingParts.has(error.reason) ? { ...error, exitCode: 3 } : error;
}
