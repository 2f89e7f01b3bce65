import { encodeBase64 } from '../base/base64.ts';
import { type Event, Emitter } from '../base/event.ts';
import { type Failure, failure } from '../base/failure.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { TreeStore } from '../core/repository/repository.ts';
import { answerQuestion } from '../core/supervisor/answerQuestion.ts';
import { archiveTask } from '../core/supervisor/archiveTask.ts';
import { markReviewed } from '../core/supervisor/markReviewed.ts';
import { sayToAgent } from '../core/supervisor/sayToAgent.ts';
import { resolveComment, sendReview } from '../core/supervisor/sendReview.ts';
import type { Task } from '../core/tasks/task.ts';
import type { MachineMemory } from '../core/models/memoryNeed.ts';
import { formatModelId } from '../core/models/modelId.ts';
import type { HostParams, HostResult, HostState, StateDelta, TraceHead } from '../protocol/host.ts';
import type { EnvironmentDesk } from './environmentDesk.ts';
import { taskCreation } from './taskCreation.ts';
import type { ModelKeys } from './modelKeys.ts';
import type { ModelDesk } from './models/modelDesk.ts';
import type { ModelGrades } from './models/modelGrades.ts';
import type { ModelSupply } from './models/modelSettings.ts';
import { withVideoMemory } from './models/automaticModel.ts';
import { chooseTaskModels } from './models/roleModels.ts';
import type { FindingDesk } from './findingDesk.ts';
import type { GuidanceDesk } from './guidanceDesk.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { LentModels } from './lentModels.ts';
import type { MemoryDesk } from './memory/memoryDesk.ts';
import type { HostFailure, HostService, RequestContext, ServiceMethod } from './rpc/hostService.ts';
import type { LendingWindow } from './rpc/lendingWindow.ts';
import { modelAnswer, placedView, statementOf, withFiles, withValue } from './serviceAnswers.ts';
import { type StateFeed, toTraceLine } from './stateFeed.ts';
import type { TaskDesk } from './taskDesk.ts';
import { readMerged, viewSides } from './mergedFiles.ts';
import { readSide } from './readSide.ts';
import { viewComments } from './viewComments.ts';
import type { TerminalDesk } from './terminalDesk.ts';
import type { TestDesk } from './testDesk.ts';
import type { TaskRecord } from './taskRecord.ts';
import { timelineDetail, timelineRow } from './trace/timelineRow.ts';
import { withExitCode } from './withExitCode.ts';

export interface WorkspaceServiceOptions {
  readonly desk: TaskDesk;
  readonly tests: TestDesk;
  readonly terminals: TerminalDesk;
  readonly feed: StateFeed;
  readonly store: TreeStore;
  readonly environments: EnvironmentDesk;
  readonly guidance: GuidanceDesk;
  readonly findings: FindingDesk;
  readonly logger: Logger;
  readonly workspace: string;
  readonly product: string;
  readonly housekeeping: Pick<Housekeeping, 'cleanUp'>;
  /** Keys of model servers. */
  readonly keys: ModelKeys;
  readonly windows: LentModels;
  readonly supply: ModelSupply;
  readonly models: Pick<ModelDesk, 'list' | 'probe' | 'pull'>;
  readonly grades: Pick<ModelGrades, 'known'>;
  readonly memory: MemoryDesk;
  readonly machine: () => MachineMemory;
  /** Names the path rules in force. */
  readonly policy: string;
  /** Reads a task's trace from disk again and checks it, also against a place in it that the client knows. */
  readonly verifyTrace: (task: string, known?: TraceHead) => Promise<Result<HostResult<'verifyTrace'>, Failure>>;
}

type Answer<M extends ServiceMethod> = Promise<Result<HostResult<M>, HostFailure>>;

type Methods = {
  readonly [M in ServiceMethod]: (params: HostParams<M>, context: RequestContext) => Answer<M>;
};

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

  call<M extends ServiceMethod>(
    method: M,
    params: HostParams<M>,
    context: RequestContext = { signal: this.never, gone: this.never, report: () => undefined },
  ): Answer<M> {
    return this.methods[method](params, context);
  }

  addWindow(window: LendingWindow): Disposable {
    return this.options.windows.add(window);
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
    createTask: (params, { signal }) => this.createTask(params, signal),
    getTask: async ({ task }) => this.withTask(task, async (record) => ok({ task: this.view(record.task()) })),
    listTasks: async () => ok({ tasks: this.options.feed.state().tasks }),
    cancelTask: async ({ task }) => this.decide(task, (record) => this.options.desk.cancel(record)),
    resumeTask: async ({ task, limits, note }) =>
      this.decide(task, (record) =>
        this.options.desk.resume(record, { note, ...(limits === undefined ? {} : { limits }) }),
      ),
    discardTask: async ({ task }) => this.decide(task, (record) => this.options.desk.discard(record)),
    applyTask: async ({ task, files, place, merged = [] }, { signal }) =>
      this.withTask(task, async (record) => {
        const whole = readMerged(merged);
        const accepted = whole.ok ? await this.options.desk.accept(record, files, place, whole.value, signal) : whole;
        if (!accepted.ok) {
          return fail(withExitCode(accepted.error));
        }
        const { applied, conflicts, remaining, placement } = accepted.value;
        return ok({
          task: this.view(record.task()),
          applied: [...applied],
          conflicts: conflicts.map((conflict) => ({ ...conflict })),
          remaining: [...remaining],
          ...(placement === undefined ? {} : { placed: placedView(placement) }),
        });
      }),
    mergeSides: async ({ task, files, path }) =>
      this.withTask(task, async (record) => viewSides(await this.options.desk.mergeSides(record, files, path))),
    undoAccept: async ({ task, paths }, { signal }) =>
      this.withTask(task, async (record) => {
        const result = await this.options.desk.undo(record, paths, signal);
        return result.ok ? ok({ task: this.view(record.task()), ...result.value }) : fail(withExitCode(result.error));
      }),
    rejectChanges: async ({ task, file, restore }) =>
      this.decide(task, (record) => this.options.desk.reject(record, file, restore)),
    takeOver: async ({ task, ...wish }, { signal }) =>
      this.withTask(task, async (record) => {
        const taken = await this.options.desk.takeOver(record, wish, signal);
        return taken.ok
          ? ok({ task: this.view(record.task()), ...taken.value, left: [...taken.value.left] })
          : fail(withExitCode(taken.error));
      }),
    markReviewed: async ({ task, path, reviewed }) =>
      this.decide(task, (record) => this.options.desk.converse(record, (trace) => markReviewed(trace, path, reviewed))),
    archiveTask: async ({ task, archived }) =>
      this.decide(task, (record) => this.options.desk.converse(record, (trace) => archiveTask(trace, archived))),
    pauseTask: async ({ task }) => this.decide(task, (record) => this.options.desk.pause(record)),
    say: async ({ task, text }) =>
      this.decide(task, (record) => this.options.desk.converse(record, (trace) => sayToAgent(trace, text))),
    answer: async ({ task, text, question }) =>
      this.decide(task, (record) =>
        this.options.desk.converse(record, (trace) => answerQuestion(trace, text, question)),
      ),
    sendReview: async ({ task, hash, comments }) =>
      this.decide(task, (record) =>
        this.options.desk.converse(record, (trace) =>
          sendReview({ ...this.options, trace }, hash, comments, this.never),
        ),
      ),
    resolveComment: async ({ task, comment, resolved }) =>
      this.decide(task, (record) =>
        this.options.desk.converse(record, (trace) => resolveComment(trace, comment, resolved)),
      ),
    comments: async ({ task }) =>
      this.withTask(task, async (record) => {
        const comments = await viewComments(this.options.store, record, this.never);
        return comments.ok ? ok({ comments: [...comments.value] }) : comments;
      }),
    hunks: async ({ task, path }) =>
      this.withTask(task, async (record) => {
        const hunks = await this.options.desk.hunks(record, path);
        return hunks.ok ? ok({ hunks: hunks.value === undefined ? null : [...hunks.value] }) : hunks;
      }),
    patch: async ({ task, paths }) =>
      this.withChangeset(task, async ({ baseTree, resultTree }) => {
        const patch = await this.options.store.patch(baseTree, resultTree, this.never, paths);
        return patch.ok ? ok({ patch: patch.value }) : patch;
      }),
    readSide: async ({ task, path, side }) =>
      this.withChangeset(task, async (changeset, folded) => {
        const bytes = await readSide(this.options.store, changeset, folded, { path, side }, this.never);
        return bytes.ok ? ok({ bytes: bytes.value === null ? null : encodeBase64(bytes.value) }) : bytes;
      }),
    proofs: async ({ task }) =>
      this.withTask(task, async (record) => ok({ proofs: [...(await this.options.tests.proofs(record))] })),
    proveAgain: async ({ task, wish }, context) =>
      this.withTask(task, async (record) => {
        const proof = await this.options.tests.proveAgain(record, wish, context);
        return proof.ok ? ok({ proof: proof.value }) : proof;
      }),
    openTerminal: (params, context) =>
      this.withTask(params.task, (record) => this.options.terminals.open(record, params, context)),
    readTerminal: ({ terminal }, { signal }) => this.options.terminals.read(terminal, signal),
    writeTerminal: async ({ terminal, input }) => this.options.terminals.write(terminal, input),
    resizeTerminal: (params) => this.options.terminals.resize(params),
    closeTerminal: async ({ terminal }) => this.options.terminals.close(terminal),
    runTests: ({ settings }, context) => this.options.tests.runTests(settings, context),
    traceLines: async ({ task, from }) =>
      this.withTask(task, async (record) => {
        const events = await record.events(from);
        return events.ok ? ok({ lines: events.value.map(toTraceLine) }) : events;
      }),
    timeline: async ({ task, from }) =>
      this.withTask(task, async (record) => {
        const events = await record.events(from);
        return events.ok ? ok({ rows: events.value.map(timelineRow) }) : events;
      }),
    timelineDetail: async ({ task, seq }) =>
      this.withTask(task, async (record) => {
        const events = await record.events(seq);
        if (!events.ok) {
          return events;
        }
        const [event] = events.value;
        return ok({
          detail: event === undefined ? '' : await timelineDetail(event, (sha256) => record.artifact(sha256)),
        });
      }),
    traceStatement: async ({ task }) => this.withTask(task, statementOf),
    environment: async ({ task }) =>
      this.ofTree(task, async (tree) => {
        const environment = await this.options.environments.view(tree);
        return environment.ok ? ok({ environment: environment.value }) : environment;
      }),
    approveEnvironment: async ({ definition, hosts, task }, { signal }) =>
      this.ofTree(task, async (tree) => {
        const { desk, environments } = this.options;
        const approval = { definition, hosts };
        const plan = await environments.toApprove(approval, tree);
        if (!plan.ok || signal.aborted) {
          return plan.ok ? fail(failure('aborted', 'Nothing was agreed to.')) : plan;
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
    guidance: async ({ texts }) => withFiles(await this.options.guidance.view(texts)),
    pinGuidance: async (pin) => withFiles(await this.options.guidance.pin(pin)),
    unpinGuidance: async ({ path }) => withFiles(await this.options.guidance.unpin(path)),
    listFindings: () => this.options.findings.list(),
    importFindings: ({ file }, { signal }) => this.options.findings.import(file, signal),
    dismissFinding: ({ id, reason }) => this.options.findings.decide(id, reason),
    restoreFinding: ({ id }) => this.options.findings.decide(id),
    exportFindings: () => this.options.findings.export(),
    verifyTrace: async ({ task, known: remembered }) => {
      // A damaged trace cannot be opened, and is exactly what this is for.
      const known = this.options.desk.knows(task) ? ok(task) : this.options.desk.find(task);
      return known.ok ? this.options.verifyTrace(task, remembered) : known;
    },
    cleanUp: async (request, { signal }) => ok(await this.options.housekeeping.cleanUp(request, signal)),
    setModelKey: async ({ baseUrl, key }) => {
      const set = this.options.keys.set(baseUrl, key);
      return set.ok ? ok({}) : set;
    },
    listModels: async ({ settings }, { signal }) => ok(await this.options.models.list(settings, signal)),
    probeModel: async ({ model, settings }, context) =>
      modelAnswer(await this.options.models.probe(model, settings, context)),
    pullModel: async ({ name, settings }, context) =>
      modelAnswer(await this.options.models.pull(name, settings, context)),
    recall: (params, context) => this.options.memory.recall(params, context),
    graph: (params, context) => this.options.memory.graph(params, context),
    memoryStatus: (params, context) => this.options.memory.memoryStatus(params, context),
    explainPath: (params, context) => this.options.memory.explainPath(params, context),
    memorySettle: (params, context) => this.options.memory.memorySettle(params, context),
    pauseMemory: (params, context) => this.options.memory.pauseMemory(params, context),
    rebuildMemory: (params, context) => this.options.memory.rebuildMemory(params, context),
    episodes: (params, context) => this.options.memory.episodes(params, context),
    forget: (params, context) => this.options.memory.forget(params, context),
    memoryHint: (params, context) => this.options.memory.memoryHint(params, context),
    setMemory: (params, context) => this.options.memory.setMemory(params, context),
    fetchEmbedding: (params, context) => this.options.memory.fetchEmbedding(params, context),
    importEmbedding: (params, context) => this.options.memory.importEmbedding(params, context),
    shutdown: async ({ force }) => {
      if (this.busy && !force) {
        return fail(
          failure('busy', 'Tasks are at work; cancel them first, or stop with --force and they go on later.'),
        );
      }
      return ok({ stopping: true });
    },
  };

  private async createTask(params: HostParams<'createTask'>, signal: AbortSignal): Answer<'createTask'> {
    const made = params.task === undefined ? undefined : this.options.desk.find(params.task);
    if (made?.ok === true) {
      return ok({ task: this.view(made.value.task()) });
    }
    const { supply, grades } = this.options;
    const bytes = this.options.machine();
    const models = await chooseTaskModels(
      params,
      { settings: params.settings, grades, machine: bytes, supply },
      signal,
    );
    if (!models.ok) {
      return fail(withExitCode(models.error));
    }
    const { driver } = models.value.implementer.id;
    const machine = driver === 'ollama' ? await withVideoMemory(bytes, params.settings, signal) : bytes;
    if (signal.aborted) {
      return fail(failure('aborted', 'Nothing was delegated.'));
    }
    this.options.logger.info(`Delegated with ${formatModelId(models.value.common.id)}.`);
    const created = (task: string): ReturnType<typeof taskCreation> =>
      taskCreation(task, params, models.value, { ...this.options, machine });
    const record = await this.options.desk.create(created, params.task);
    return record.ok ? ok({ task: this.view(record.value.task()) }) : record;
  }

  private async decide(
    task: string,
    decision: (record: TaskRecord) => Promise<Result<void, Failure>>,
  ): Promise<Result<{ task: HostResult<'getTask'>['task'] }, HostFailure>> {
    return this.withTask(task, async (record) => {
      const decided = await decision(record);
      return decided.ok ? ok({ task: this.view(record.task()) }) : fail(withExitCode(decided.error));
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
    use: (changeset: NonNullable<Task['changeset']>, task: Task) => Promise<Result<T, HostFailure>>,
  ): Promise<Result<T, HostFailure>> {
    return this.withTask(task, async (record) => {
      const folded = record.task();
      const { changeset, state } = folded;
      return changeset === undefined
        ? fail(
            failure(
              'no-changeset',
              `The task is ${state} and has no changes yet; \`nightshift show ${task}\` tells more.`,
            ),
          )
        : use(changeset, folded);
    });
  }

  private view(task: Task): HostResult<'getTask'>['task'] {
    return this.options.feed.view(task);
  }
}
