import { Emitter } from '../../src/base/event.ts';
import { newId } from '../../src/base/ids.ts';
import { fail, ok, type Result } from '../../src/base/result.ts';
import type { HostFailure, HostService, ServiceMethod } from '../../src/host/rpc/hostService.ts';
import type {
  EnvironmentView,
  HostParams,
  HostResult,
  HostState,
  StateDelta,
  TraceLine,
} from '../../src/protocol/host.ts';
import type { TaskView } from '../../src/protocol/taskView.ts';
import { queuedTask, samplePatch } from './sampleTasks.ts';

type Outcome<M extends ServiceMethod> = Result<HostResult<M>, HostFailure>;
type Methods = { readonly [M in ServiceMethod]: (params: HostParams<M>) => Outcome<M> | Promise<Outcome<M>> };

/** A host without agents: tasks stand where a test puts them. Keeps the contract of `HostService`, numbers included. */
export class MemoryHostService implements HostService {
  private readonly changed = new Emitter<StateDelta>();
  private readonly busyChanged = new Emitter<boolean>();
  private readonly tasks = new Map<string, TaskView>();
  private readonly traces = new Map<string, TraceLine[]>();
  private readonly workspace: HostState['workspace'];
  private seq = 0;
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
    return { seq: this.seq, workspace: this.workspace, tasks };
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

  async call<M extends ServiceMethod>(method: M, params: HostParams<M>): Promise<Outcome<M>> {
    this.calls.push({ method, params });
    const methods: Methods = { ...this.methods, ...this.overrides };
    return methods[method](params);
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
    getTask: ({ task }) => this.find(task),
    listTasks: () => ok({ tasks: this.state().tasks }),
    cancelTask: ({ task }) => this.move(task, 'cancelled'),
    resumeTask: ({ task }) => this.move(task, 'revising'),
    discardTask: ({ task }) => this.move(task, 'discarded'),
    applyTask: ({ task, paths }) => {
      const found = this.find(task);
      if (!found.ok) {
        return found;
      }
      const files = found.value.task.changeset?.files ?? [];
      const applied = files.filter((file) =>
        paths === undefined ? file.protected === undefined : paths.includes(file.path),
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
    traceLines: ({ task, from }) => ok({ lines: (this.traces.get(task) ?? []).filter((line) => line.seq >= from) }),
    traceStatement: () => ok({ envelope: '{"payloadType":"application/vnd.in-toto+json"}\n' }),
    environment: () => ok({ environment: sampleEnvironment }),
    approveEnvironment: () => ok({ environment: { ...sampleEnvironment, status: 'approved' }, proving: false }),
    verifyTrace: ({ task }) => ok({ ok: true, events: this.traces.get(task)?.length ?? 0 }),
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
