import { encodeBase64 } from '../base/base64.ts';
import { type Event, Emitter } from '../base/event.ts';
import { type Failure, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { TreeStore } from '../core/repository/repository.ts';
import type { Task } from '../core/tasks/task.ts';
import { formatModelId } from '../core/models/modelId.ts';
import type { HostParams, HostResult, HostState, StateDelta, TraceHead } from '../protocol/host.ts';
import type { EnvironmentDesk } from './environmentDesk.ts';
import { taskCreation } from './taskCreation.ts';
import { chooseModel } from './modelChoice.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { HostFailure, HostService, ServiceMethod } from './rpc/hostService.ts';
import { type StateFeed, toTraceLine } from './stateFeed.ts';
import type { TaskDesk } from './taskDesk.ts';
import type { TaskRecord } from './taskRecord.ts';

export interface WorkspaceServiceOptions {
  readonly desk: TaskDesk;
  readonly feed: StateFeed;
  readonly store: TreeStore;
  readonly environments: EnvironmentDesk;
  readonly logger: Logger;
  readonly workspace: string;
  readonly product: string;
  readonly housekeeping: Pick<Housekeeping, 'cleanUp'>;
  /** Names the path rules in force. */
  readonly policy: string;
  /** Reads a task's trace from disk again and checks it, also against a place in it that the client knows. */
  readonly verifyTrace: (task: string, known?: TraceHead) => Promise<Result<HostResult<'verifyTrace'>, Failure>>;
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
  private readonly endings: (() => Promise<void>)[] = [];

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

  /** Adds what ends after the tasks do. */
  onClose(end: () => Promise<void>): void {
    this.endings.push(end);
  }

  async close(): Promise<void> {
    await this.options.desk.stop();
    for (const end of this.endings) {
      await end();
    }
  }

  private readonly methods: Methods = {
    createTask: (params) => this.createTask(params),
    getTask: async ({ task }) => this.withTask(task, async (record) => ok({ task: this.view(record.task()) })),
    listTasks: async () => ok({ tasks: this.options.feed.state().tasks }),
    cancelTask: async ({ task }) => this.decide(task, (record) => this.options.desk.cancel(record)),
    resumeTask: async ({ task, limits, note }) =>
      this.decide(task, (record) =>
        this.options.desk.resume(record, { note, ...(limits === undefined ? {} : { limits }) }),
      ),
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
    traceStatement: async ({ task }) =>
      this.withTask(task, async (record) => {
        const { statement, state } = record.task();
        const bytes = statement === undefined ? undefined : await record.artifact(statement.artifact.sha256);
        if (bytes !== undefined) {
          return ok({ envelope: new TextDecoder().decode(bytes) });
        }
        const why =
          statement === undefined ? `is ${state}; a statement is signed when it is ready` : 'lost its statement';
        return fail(failure('no-statement', `The task ${why}. \`nightshift show ${task}\` tells more.`));
      }),
    environment: async ({ task }) =>
      this.ofTree(task, async (tree) => {
        const environment = await this.options.environments.view(tree);
        return environment.ok ? ok({ environment: environment.value }) : environment;
      }),
    approveEnvironment: async ({ definition, hosts, task }) =>
      this.ofTree(task, async (tree) => {
        const { desk, environments } = this.options;
        const approval = { definition, hosts };
        const plan = await environments.toApprove(approval, tree);
        if (!plan.ok) {
          return plan;
        }
        const keep = (): Promise<Result<void, Failure>> => environments.keep(approval);
        const proving =
          task === undefined
            ? withValue(await keep(), false)
            : await this.withTask(task, (record) => desk.approveEnvironment(record, approval, keep));
        return proving.ok
          ? ok({ environment: await environments.toView(plan.value), proving: proving.value })
          : proving;
      }),
    verifyTrace: async ({ task, known: remembered }) => {
      // A damaged trace cannot be opened, and is exactly what this is for.
      const known = this.options.desk.knows(task) ? ok(task) : this.options.desk.find(task);
      return known.ok ? this.options.verifyTrace(task, remembered) : known;
    },
    cleanUp: async (request) => ok(await this.options.housekeeping.cleanUp(request)),
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

  /** The tree that a task's proof is about: its changeset, else its snapshot; undefined for the checkout as it is now. */
  private async ofTree<T>(
    task: string | undefined,
    use: (tree: string | undefined) => Promise<Result<T, HostFailure>>,
  ): Promise<Result<T, HostFailure>> {
    if (task === undefined) {
      return use(undefined);
    }
    return this.withTask(task, async (record) => {
      const { changeset, snapshot } = record.task();
      return use(changeset?.resultTree ?? snapshot?.tree);
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

function withValue<T>(result: Result<void, Failure>, value: T): Result<T, Failure> {
  return result.ok ? ok(value) : result;
}

function withExitCode(error: Failure): HostFailure {
  if (wrongNames.has(error.reason)) {
    return { ...error, exitCode: 2 };
  }
  return missingParts.has(error.reason) ? { ...error, exitCode: 3 } : error;
}
