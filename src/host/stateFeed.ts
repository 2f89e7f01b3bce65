import { Emitter, type Event } from '../base/event.ts';
import type { Task } from '../core/tasks/task.ts';
import { toTaskView } from '../core/tasks/taskView.ts';
import type { TraceEvent } from '../core/trace/traceEvent.ts';
import type { HostState, StateDelta, TraceLine } from '../protocol/host.ts';
import type { FindingStatus } from '../protocol/findings.ts';
import type { MemoryStatus } from '../protocol/memory.ts';
import type { TaskView } from '../protocol/taskView.ts';
import { damagedTaskView } from './damagedTask.ts';
import type { DamagedTask } from './openTask.ts';

/** The state that clients mirror: the newest view of each task and a number that grows by one with each delta. */
export class StateFeed {
  readonly onDidChange: Event<StateDelta>;
  private readonly emitter: Emitter<StateDelta>;
  private readonly views = new Map<string, TaskView>();
  private readonly heads = new Map<string, string>();
  private readonly workspace: HostState['workspace'];
  private readonly tracePath: (task: string) => string;
  private memory: MemoryStatus | undefined;
  private findings: FindingStatus | undefined;
  private seq = 0;

  constructor(
    workspace: HostState['workspace'],
    tracePath: (task: string) => string,
    onListenerError: (error: unknown) => void,
  ) {
    this.workspace = workspace;
    this.tracePath = tracePath;
    this.emitter = new Emitter(onListenerError);
    this.onDidChange = this.emitter.event;
  }

  state(): HostState {
    const tasks = [...this.views.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    return {
      seq: this.seq,
      workspace: this.workspace,
      tasks,
      ...(this.memory === undefined ? {} : { memory: this.memory }),
      ...(this.findings === undefined ? {} : { findings: this.findings }),
    };
  }

  view(task: Task): TaskView {
    const view = toTaskView(task, this.tracePath(task.id));
    const head = this.heads.get(task.id);
    return head === undefined ? view : { ...view, trace: { ...view.trace, head } };
  }

  /** Announces a task, and the trace line that changed it where there is one. `head` is the hash of the last line of its trace. */
  update(task: Task, event?: TraceEvent, head?: string): void {
    if (head !== undefined) {
      this.heads.set(task.id, head);
    }
    const view = this.view(task);
    this.views.set(task.id, view);
    if (event !== undefined) {
      this.fire({ kind: 'trace', seq: this.next(), task: task.id, line: toTraceLine(event) });
    }
    this.fire({ kind: 'task', seq: this.next(), task: view });
  }

  /** Announces a task whose trace cannot be relied on. */
  showDamaged(task: string, damage: DamagedTask): void {
    const view = damagedTaskView(task, damage, this.tracePath(task));
    this.views.set(task, view);
    this.fire({ kind: 'task', seq: this.next(), task: view });
  }

  /** Announces how the memory stands. */
  showMemory(status: MemoryStatus): void {
    this.memory = status;
    this.fire({ kind: 'memory', seq: this.next(), status });
  }

  /** Announces how many findings there are. */
  showFindings(status: FindingStatus): void {
    this.findings = status;
    this.fire({ kind: 'findings', seq: this.next(), status });
  }

  private next(): number {
    this.seq += 1;
    return this.seq;
  }

  private fire(delta: StateDelta): void {
    this.emitter.fire(delta);
  }
}

export function toTraceLine({ seq, ts, type, actor, data }: TraceEvent): TraceLine {
  return { seq, ts, type, actor, data };
}
