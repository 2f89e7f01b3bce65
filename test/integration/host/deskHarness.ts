import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from '../../../src/base/result.ts';
import { defaultLimits } from '../../../src/core/guards/limits.ts';
import type { Checkout } from '../../../src/core/repository/repository.ts';
import type { Worktrees } from '../../../src/core/repository/worktrees.ts';
import type { SupervisorPorts } from '../../../src/core/supervisor/supervisorPorts.ts';
import type { TaskState } from '../../../src/core/tasks/taskState.ts';
import type { Journal, TaskStore } from '../../../src/core/tasks/taskStore.ts';
import type { TraceEntry, TraceEvent, TraceEventData } from '../../../src/core/trace/traceEvent.ts';
import { StateFeed } from '../../../src/host/stateFeed.ts';
import { TaskDesk, type TaskDeskOptions } from '../../../src/host/taskDesk.ts';
import type { TaskRecord } from '../../../src/host/taskRecord.ts';
import { createReplayModel } from '../../../src/node/models/replay/replay.ts';
import { FileTaskStore } from '../../../src/node/tasks/fileTaskStore.ts';
import { JournalWriteError } from '../../../src/node/tasks/journalWriteError.ts';
import { taskFiles } from '../../../src/node/tasks/taskFiles.ts';
import { verifyTraceFile } from '../../../src/node/tasks/verifyTraceFile.ts';
import { MemoryEngine } from '../../fakes/memoryEngine.ts';
import type { MemoryCommand } from '../../fakes/memorySandbox.ts';
import { testProtection } from '../../fakes/traceProtection.ts';
import { MemoryTreeStore } from '../../fakes/memoryTreeStore.ts';
import { defectiveProject } from '../../golden/playPipeline.ts';
import { until as eventually } from './rpcHarness.ts';

export const protection = testProtection();

const runTests: MemoryCommand = (_params, box) => {
  const lines = ['TAP version 13', '1..1', `${box.text('src/sum.js')?.includes('a + b') ? 'ok' : 'not ok'} 1 - adds`];
  box.scratch.set('nightshift-report.tap', new TextEncoder().encode(`${lines.join('\n')}\n`));
  return { exitCode: lines.at(-1)?.startsWith('not') ? 1 : 0, stdout: '', milliseconds: 1 };
};

const turns = [
  {
    calls: [
      {
        name: 'write_file',
        arguments: { path: 'src/sum.js', content: 'export const add = (a, b) => a + b;\n' },
      },
    ],
  },
  { calls: [{ name: 'finish', arguments: { summary: 'It adds.' } }] },
];

/** A checkout whose steps are let through one by one, and which remembers what was written. */
export class GatedCheckout implements Checkout {
  readonly written = new Set<string>();
  /** Awaited before each step. */
  beforePlan: () => Promise<void> = async () => undefined;
  beforeWrite: () => Promise<void> = async () => undefined;

  async hunks(): ReturnType<Checkout['hunks']> {
    return ok(undefined);
  }

  async mergeSides(): ReturnType<Checkout['mergeSides']> {
    return ok(undefined);
  }

  async planApply(...[, parts]: Parameters<Checkout['planApply']>): ReturnType<Checkout['planApply']> {
    await this.beforePlan();
    const paths = parts.map(({ path }) => path);
    const writes = paths
      .filter((path) => !this.written.has(path))
      .map((path) => ({ path, before: null, after: 'a'.repeat(64), mode: '100644' }));
    return ok({ parts, writes, unchanged: paths.filter((path) => this.written.has(path)), conflicts: [] });
  }

  async apply(...[, plan]: Parameters<Checkout['apply']>): ReturnType<Checkout['apply']> {
    await this.beforeWrite();
    plan.writes.forEach(({ path }) => this.written.add(path));
    return ok({ applied: plan.writes.map(({ path }) => path), conflicts: [] });
  }

  async keepBytes(...[, plan]: Parameters<Checkout['keepBytes']>): ReturnType<Checkout['keepBytes']> {
    return ok(plan.writes.map(() => ({ before: null, after: 'b'.repeat(40), permissions: null })));
  }

  async planUndo(...[files]: Parameters<Checkout['planUndo']>): ReturnType<Checkout['planUndo']> {
    const writes = files.map(({ path }) => ({ path, before: 'a'.repeat(64), after: null, mode: null }));
    return ok({ files, writes, conflicts: [], unchanged: [] });
  }

  async undo(...[plan]: Parameters<Checkout['undo']>): ReturnType<Checkout['undo']> {
    plan.writes.forEach(({ path }) => this.written.delete(path));
    return ok({ undone: plan.writes.map(({ path }) => path), conflicts: [] });
  }

  async look(...[writes]: Parameters<Checkout['look']>): ReturnType<Checkout['look']> {
    return writes.map(({ path }) => (this.written.has(path) ? 'before' : 'after'));
  }

  async removeLeftovers(): Promise<void> {}
}

/** A promise and its resolver, for steps that a test lets through. */
export function gate(): {
  readonly passed: Promise<void>;
  readonly open: () => void;
  readonly reached: Promise<void>;
} & {
  readonly wait: () => Promise<void>;
} {
  let open: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const wait = (): Promise<void> => {
    arrive();
    return passed;
  };
  return { passed, open, reached, wait };
}

/** The store on disk, with appends that fail while `full`. */
export class FillingStore extends FileTaskStore implements TaskStore {
  full = false;
  /** Called before each event is written. */
  beforeAppend: (entry: TraceEntry) => void = () => undefined;

  override async create(...args: Parameters<FileTaskStore['create']>): ReturnType<FileTaskStore['create']> {
    return this.guarded(await super.create(...args));
  }

  override async open(...args: Parameters<FileTaskStore['open']>): ReturnType<FileTaskStore['open']> {
    return this.guarded(await super.open(...args));
  }

  private guarded<T extends Awaited<ReturnType<FileTaskStore['open']>>>(opened: T): T {
    if (opened.ok) {
      const journal: Journal = opened.value;
      const append = journal.append.bind(journal);
      journal.append = (entry) => {
        this.beforeAppend(entry);
        return this.full
          ? Promise.reject(new JournalWriteError('io', 'Cannot write the trace: the disk is full (ENOSPC); free some.'))
          : append(entry);
      };
    }
    return opened;
  }
}

/** One workspace on disk with hosts that come and go: real desk, store and supervisor; sandboxes and trees in memory. */
export class Workspace {
  readonly root = mkdtempSync(join(tmpdir(), 'nightshift-desk-'));
  readonly checkout = new GatedCheckout();
  /** Folders that were made, each filled as the checkout is. */
  readonly opened: string[] = [];
  readonly worktrees: Worktrees = {
    root: '/home/me/app',
    open: async ({ directory }) => {
      this.opened.push(directory);
      return ok({ checkout: new GatedCheckout(), remove: async () => undefined });
    },
  };
  readonly engine = new MemoryEngine(runTests);
  readonly logged: string[] = [];
  readonly busyChanges: boolean[] = [];
  sleep: SupervisorPorts['sleep'] = async () => undefined;
  /** Tasks worked on at once. */
  concurrency = 2;
  /** Makes the models of tasks; the script's when absent. */
  createModel: SupervisorPorts['createModel'] | undefined;
  missingModel: TaskDeskOptions['missingModel'];
  private readonly trees = new MemoryTreeStore(defectiveProject);

  /** A host's desk; tasks of an earlier one are there after its `load`. */
  desk() {
    const store = new FillingStore({
      directory: join(this.root, 'tasks'),
      heads: join(this.root, 'heads'),
      protection,
    });
    const feed = new StateFeed(
      { id: 'x', root: this.root },
      (id) => this.trace(id),
      () => undefined,
    );
    const log = (message: string): void => void this.logged.push(message);
    const desk: TaskDesk = new TaskDesk({
      store,
      supervisor: this.ports(),
      checkout: this.checkout,
      worktrees: this.worktrees,
      feed,
      logger: { debug: log, info: log, warn: log, error: log },
      concurrency: this.concurrency,
      ...(this.missingModel === undefined ? {} : { missingModel: this.missingModel }),
      onBusyChange: () => void this.busyChanges.push(desk.busy),
    });
    return { store, feed, desk };
  }

  /** The first event of a task in this workspace. */
  creation = (task: string): TraceEntry & { readonly type: 'task-created' } => ({
    type: 'task-created',
    actor: 'user',
    data: {
      task,
      goal: 'Fix the failing test',
      origin: { kind: 'cli' },
      model: { driver: 'replay', name: 'script' },
      replay: true,
      limits: defaultLimits,
      settings: { contextTokens: 16_384, requireGvisor: false },
      workspace: 'x',
      product: 'test',
    },
  });

  async create(desk: TaskDesk, changes: Partial<TraceEventData<'task-created'>> = {}): Promise<TaskRecord> {
    const created = await desk.create((task) => {
      const { data, ...entry } = this.creation(task);
      return { ...entry, data: { ...data, ...changes } };
    });
    if (!created.ok) {
      throw new Error(created.error.message);
    }
    return created.value;
  }

  /** A task that is ready, with the desk it lies on. */
  async ready() {
    const host = this.desk();
    const record = await this.create(host.desk);
    await reached(record, 'ready');
    await idle(host.desk);
    return { ...host, record, id: record.task().id };
  }

  /** Writes a trace as a host that is gone left it. */
  async left(id: string, ...entries: readonly TraceEntry[]): Promise<void> {
    const { store } = this.desk();
    const journal = await store.create(id);
    if (!journal.ok) {
      throw new Error(journal.error.message);
    }
    for (const entry of [this.creation(id), ...entries]) {
      await journal.value.append(entry);
    }
    await journal.value.close();
  }

  trace(id: string): string {
    return join(this.root, 'tasks', id, 'trace.jsonl');
  }

  head(id: string): string {
    return join(this.root, 'heads', `${id}.checkpoint`);
  }

  verify(id: string): ReturnType<typeof verifyTraceFile> {
    const files = taskFiles({ directory: join(this.root, 'tasks'), heads: join(this.root, 'heads') }, id);
    return verifyTraceFile({ ...protection, files, task: id });
  }

  events(id: string): TraceEvent[] {
    return readFileSync(this.trace(id), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  ports(): SupervisorPorts {
    const path = join(this.root, 'script.json');
    writeFileSync(path, JSON.stringify({ version: 1, turns }));
    return {
      store: this.trees,
      engine: this.engine,
      createModel: this.createModel ?? (() => ok(createReplayModel({ path, name: 'script' }))),
      sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
      key: protection.key,
      redactor: protection.redactor,
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      sleep: (milliseconds, signal) => this.sleep(milliseconds, signal),
      owner: '1:1:x',
    };
  }
}

export async function reached(record: TaskRecord, state: TaskState): Promise<void> {
  await until(() => record.task().state === state, `the task is ${state}`);
}

export async function idle(desk: TaskDesk): Promise<void> {
  await until(() => !desk.busy, 'the desk is idle');
}

export function until(holds: () => boolean, what: string): Promise<void> {
  return eventually(what, holds);
}
