import { Emitter } from '../../../src/base/event.ts';
import { type Failure, failure } from '../../../src/base/failure.ts';
import { fail, ok, type Result } from '../../../src/base/result.ts';
import type { HostMethod, HostParams, HostResult } from '../../../src/protocol/host.ts';
import type { FindingStatus } from '../../../src/protocol/findings.ts';
import type { MemoryStatus } from '../../../src/protocol/memory.ts';
import type { RequestProgress } from '../../../src/protocol/models.ts';
import type { TaskView } from '../../../src/protocol/taskView.ts';
import type { HostCondition, TaskHost } from '../../../src/vscode/host/taskHost.ts';

type Answers = { readonly [M in HostMethod]?: (params: HostParams<M>) => Result<HostResult<M>, Failure> };

/** A repository's host without a process: tasks are where a test puts them, requests are kept and answered from a table. */
export class MemoryTaskHost implements TaskHost {
  readonly root: string;
  readonly requests: { readonly method: HostMethod; readonly params: unknown }[] = [];
  readonly connects: boolean[] = [];
  answers: Answers = {};
  /** What long requests tell before they answer. */
  told: Partial<Record<HostMethod, readonly RequestProgress[]>> = {
    probeModel: [{ text: 'an exact edit' }],
    pullModel: [{ text: 'pulling aaa', completed: 1_000, total: 2_000 }],
  };
  condition: HostCondition = { kind: 'idle' };
  private present: readonly TaskView[];
  private readonly changed = new Emitter<void>();
  private readonly memoryChanged = new Emitter<void>();
  readonly onDidChange = this.changed.event;
  readonly onDidChangeMemory = this.memoryChanged.event;
  private readonly connected = new Emitter<void>();
  readonly onDidConnect = this.connected.event;
  memory: MemoryStatus | undefined;
  findings: FindingStatus | undefined;

  constructor(root: string, tasks: readonly TaskView[] = []) {
    this.root = root;
    this.present = tasks;
  }

  get tasks(): readonly TaskView[] {
    return this.present;
  }

  put(...tasks: readonly TaskView[]): void {
    const ids = new Set(tasks.map((task) => task.id));
    this.present = [...this.present.filter((task) => !ids.has(task.id)), ...tasks];
    this.changed.fire();
  }

  become(condition: HostCondition): void {
    this.condition = condition;
    this.changed.fire();
    if (condition.kind === 'connected') {
      this.connected.fire();
    }
  }

  remember(memory: MemoryStatus | undefined): void {
    this.memory = memory;
    this.memoryChanged.fire();
  }

  async connect({ start }: { readonly start: boolean }): Promise<Result<void, Failure>> {
    this.connects.push(start);
    return ok(undefined);
  }

  async request<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    _signal?: AbortSignal,
    onProgress?: (progress: RequestProgress) => void,
  ): Promise<Result<HostResult<M>, Failure>> {
    this.requests.push({ method, params });
    this.told[method]?.forEach((progress) => onProgress?.(progress));
    return this.answers[method]?.(params) ?? fail(failure('unanswered', `The test gave no answer to ${method}.`));
  }

  dispose(): void {
    this.changed.dispose();
  }
}
