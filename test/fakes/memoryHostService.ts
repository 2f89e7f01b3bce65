import { Emitter } from '../../src/base/event.ts';
import { newId } from '../../src/base/ids.ts';
import { toDisposable } from '../../src/base/lifecycle.ts';
import { fail, ok, type Result } from '../../src/base/result.ts';
import type { HostFailure, HostService, RequestContext, ServiceMethod } from '../../src/host/rpc/hostService.ts';
import type {
  EnvironmentView,
  GuidanceView,
  HostParams,
  HostResult,
  HostState,
  StateDelta,
  TraceLine,
} from '../../src/protocol/host.ts';
import type { MemoryStatus } from '../../src/protocol/memory.ts';
import type { TaskView } from '../../src/protocol/taskView.ts';
import { queuedTask, samplePatch } from './sampleTasks.ts';

const noMemory: Result<never, HostFailure> = fail({ reason: 'memory-off', message: 'The memory is off.' });

type Outcome<M extends ServiceMethod> = Result<HostResult<M>, HostFailure>;
type Methods = {
  readonly [M in ServiceMethod]: (params: HostParams<M>, context: RequestContext) => Outcome<M> | Promise<Outcome<M>>;
};

const never = new AbortController().signal;
const unheard: RequestContext = { signal: never, gone: never, report: () => undefined };

/** A host without agents: tasks stand where a test puts them. Keeps the contract of `HostService`, numbers included. */
export class MemoryHostService implements HostService {
  private readonly changed = new Emitter<StateDelta>();
  private readonly busyChanged = new Emitter<boolean>();
  private readonly tasks = new Map<string, TaskView>();
  private readonly traces = new Map<string, TraceLine[]>();
  private readonly workspace: HostState['workspace'];
  private seq = 0;
  private memory: MemoryStatus | undefined;
  private working = false;
  /** Requests in the order they came. */
  readonly calls: { readonly method: ServiceMethod; readonly params: unknown }[] = [];
  readonly onDidChange = this.changed.event;
  readonly onDidChangeBusy = this.busyChanged.event;
  /** What a test changes about single methods. */
  overrides: Partial<Methods> = {};
  /** Called after a task was created; a test plays the agents here. */
  onCreated: (task: TaskView) => void = () => undefined;
  closed = false;
  /** Where windows that lend models come in. */
  addWindow: NonNullable<HostService['addWindow']> = () => toDisposable(() => undefined);

  constructor(root = '/repository', tasks: readonly TaskView[] = []) {
    this.workspace = { id: 'memory', root };
    tasks.forEach((task) => this.tasks.set(task.id, task));
  }

  get busy(): boolean {
    return this.working;
  }

  setBusy(busy: boolean): void {
    this.working = busy;
    this.busyChanged.fire(busy);
  }

  state(): HostState {
    const tasks = [...this.tasks.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    const memory = this.memory === undefined ? {} : { memory: this.memory };
    return { seq: this.seq, workspace: this.workspace, tasks, ...memory };
  }

  /** How the memory stands from now on. */
  remember(status: MemoryStatus): void {
    this.memory = status;
    this.fire({ kind: 'memory', seq: (this.seq += 1), status });
  }

  put(task: TaskView): TaskView {
    this.tasks.set(task.id, task);
    this.fire({ kind: 'task', seq: (this.seq += 1), task });
    return task;
  }

  trace(task: string, line: TraceLine): void {
    this.traces.set(task, [...(this.traces.get(task) ?? []), line]);
    this.fire({ kind: 'trace', seq: (this.seq += 1), task, line });
  }

  /** A number that nobody is told about: what a lost delta looks like. */
  skipNumber(): void {
    this.seq += 1;
  }

  /** A change as it is, valid or not. */
  fire(delta: StateDelta): void {
    this.changed.fire(delta);
  }

  async call<M extends ServiceMethod>(method: M, params: HostParams<M>, context = unheard): Promise<Outcome<M>> {
    this.calls.push({ method, params });
    const methods: Methods = { ...this.methods, ...this.overrides };
    return methods[method](params, context);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private readonly methods: Methods = {
    createTask: ({ goal, model, origin }) => {
      const task = this.put(
        queuedTask({
          id: newId('task'),
          goal,
          model,
          origin: { kind: origin.kind },
          createdAt: new Date().toISOString(),
        }),
      );
      setImmediate(() => this.onCreated(task));
      return ok({ task });
    },
    setModelKey: () => ok({}),
    getTask: ({ task }) => this.find(task),
    listTasks: () => ok({ tasks: this.state().tasks }),
    cancelTask: ({ task }) => this.move(task, 'cancelled'),
    resumeTask: ({ task }) => this.move(task, 'revising'),
    discardTask: ({ task }) => this.move(task, 'discarded'),
    undoAccept: ({ task }) => {
      const found = this.move(task, 'ready');
      const undone = found.ok ? (found.value.task.changeset?.files ?? []).map(({ path }) => path) : [];
      return found.ok ? ok({ ...found.value, undone, conflicts: [] }) : found;
    },
    rejectChanges: ({ task }) => this.find(task),
    takeOver: ({ task }) => {
      const found = this.find(task);
      const taken = { directory: '/home/me/app-fix', branch: 'nightshift/fix', files: 1, left: [] };
      return found.ok ? ok({ ...found.value, ...taken }) : found;
    },
    archiveTask: ({ task }) => this.find(task),
    markReviewed: ({ task }) => this.find(task),
    hunks: () => ok({ hunks: null }),
    mergeSides: () => ok({ sides: null }),
    openTerminal: () => ok({ terminal: 'terminal-1', runtime: 'runsc', isolatedKernel: true, problem: '' }),
    readTerminal: () => ok({ output: '', ended: { exitCode: 0, message: 'The shell has ended.' } }),
    writeTerminal: () => ok({}),
    resizeTerminal: () => ok({}),
    closeTerminal: () => ok({}),
    pauseTask: ({ task }) => this.move(task, 'paused'),
    say: ({ task }) => this.find(task),
    answer: ({ task }) => this.move(task, 'working'),
    sendReview: ({ task }) => this.move(task, 'revising'),
    resolveComment: ({ task }) => this.find(task),
    comments: () => ok({ comments: [] }),
    applyTask: ({ task, files: named }) => {
      const found = this.find(task);
      if (!found.ok) {
        return found;
      }
      const files = found.value.task.changeset?.files ?? [];
      const applied = files.filter((file) =>
        named === undefined ? file.protected === undefined : named.some(({ path }) => path === file.path),
      );
      const remaining = files.filter((file) => !applied.includes(file)).map((file) => file.path);
      const view = this.put({ ...found.value.task, ...(remaining.length === 0 ? { state: 'applied' as const } : {}) });
      return ok({ task: view, applied: applied.map((file) => file.path), conflicts: [], remaining });
    },
    patch: ({ task }) => {
      const found = this.find(task);
      return found.ok ? ok({ patch: samplePatch }) : found;
    },
    readSide: () => ok({ bytes: null }),
    proofs: () => ok({ proofs: [] }),
    proveAgain: () => fail({ reason: 'no-changeset', message: 'There is nothing to test.' }),
    runTests: () => fail({ reason: 'no-tests-found', message: 'There are no tests.' }),
    traceLines: ({ task, from }) => ok({ lines: (this.traces.get(task) ?? []).filter((line) => line.seq >= from) }),
    timeline: () => ok({ rows: [] }),
    timelineDetail: () => ok({ detail: '' }),
    traceStatement: () => ok({ envelope: '{"payloadType":"application/vnd.in-toto+json"}\n' }),
    guidance: () => ok({ files: [sampleGuidance] }),
    pinGuidance: () => ok({ files: [{ ...sampleGuidance, status: 'pinned' }] }),
    unpinGuidance: () => ok({ files: [sampleGuidance] }),
    listFindings: () => ok({ findings: [] }),
    importFindings: () => ok({ tools: [], imported: 0, elsewhere: 0 }),
    dismissFinding: () => fail({ reason: 'no-such-finding', message: 'There is no such finding.' }),
    restoreFinding: () => fail({ reason: 'no-such-finding', message: 'There is no such finding.' }),
    exportFindings: () => ok({ sarif: '{}' }),
    environment: () => ok({ environment: sampleEnvironment }),
    approveEnvironment: () => ok({ environment: { ...sampleEnvironment, status: 'approved' }, proving: false }),
    verifyTrace: ({ task }) => ok({ ok: true, events: this.traces.get(task)?.length ?? 0 }),
    listModels: () => ok({ models: [], sources: [], machine: { memoryBytes: 16 * 1024 ** 3 }, recommended: [] }),
    probeModel: () => fail({ reason: 'model-missing', message: 'There is no model.' }),
    pullModel: () => fail({ reason: 'model-missing', message: 'There is no model.' }),
    recall: () => noMemory,
    graph: () => noMemory,
    memoryStatus: () => noMemory,
    explainPath: () => noMemory,
    memorySettle: () => noMemory,
    pauseMemory: () => noMemory,
    rebuildMemory: () => noMemory,
    episodes: () => noMemory,
    forget: () => noMemory,
    memoryHint: () => noMemory,
    setMemory: () => noMemory,
    fetchEmbedding: () => noMemory,
    importEmbedding: () => noMemory,
    cleanUp: () => ok({ items: [], problems: [], freedBytes: 0 }),
    shutdown: ({ force }) =>
      this.busy && !force
        ? fail({ reason: 'busy', message: 'Tasks are running. Cancel them, or use --force.' })
        : ok({ stopping: true }),
  };

  private find(task: string): Outcome<'getTask'> {
    const found = this.tasks.get(task);
    return found === undefined
      ? fail({
          reason: 'unknown-task',
          message: `There is no task ${task}. \`nightshift tasks\` lists them.`,
          exitCode: 2,
        })
      : ok({ task: found });
  }

  private move(task: string, state: TaskView['state']): Outcome<'getTask'> {
    const found = this.find(task);
    return found.ok ? ok({ task: this.put({ ...found.value.task, state }) }) : found;
  }
}

export const sampleGuidance: GuidanceView = {
  path: 'AGENTS.md',
  sha256: 'a'.repeat(64),
  bytes: 120,
  about: 'all files',
  status: 'unpinned',
};

export const sampleEnvironment: EnvironmentView = {
  source: 'lockfile',
  definition: 'd'.repeat(64),
  status: 'needs-approval',
  image: null,
  fetches: [],
  steps: [['npm', 'ci', '--ignore-scripts']],
  network: true,
  hosts: [],
  scripts: false,
  files: ['package-lock.json', 'package.json'],
  warnings: [],
};
