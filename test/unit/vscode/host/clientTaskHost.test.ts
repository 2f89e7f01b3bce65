import { describe, expect, test } from 'vitest';
import { Emitter } from '../../../../src/base/event.ts';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { MemoryStatus } from '../../../../src/protocol/memory.ts';
import type { TaskView } from '../../../../src/protocol/taskView.ts';
import { ClientTaskHost, type HostConnection } from '../../../../src/vscode/host/clientTaskHost.ts';
import { rememberedRepositories, rememberOpenTasks } from '../../../../src/vscode/tasks/rememberedTasks.ts';
import { TaskHosts } from '../../../../src/vscode/host/taskHosts.ts';
import { MemoryTaskHost } from '../../../fakes/editor/memoryTaskHost.ts';
import { memoryStatus } from '../../../fakes/sampleMemory.ts';
import { queuedTask, readyTask } from '../../../fakes/sampleTasks.ts';

const { signal } = new AbortController();

function connection(tasks: readonly TaskView[] = []) {
  const changed = new Emitter<void>();
  const ended = new Emitter<void>();
  const memoryChanged = new Emitter<void>();
  const reconnected = new Emitter<void>();
  const state: { tasks: readonly TaskView[]; disposed: boolean; memory: MemoryStatus | undefined } = {
    tasks,
    disposed: false,
    memory: undefined,
  };
  const made: HostConnection = {
    get tasks() {
      return state.tasks;
    },
    findings: undefined,
    onDidChangeTasks: changed.event,
    onDidEnd: ended.event,
    get memory() {
      return state.memory;
    },
    onDidChangeMemory: memoryChanged.event,
    onDidReconnect: reconnected.event,
    request: async () => fail(failure('asked', 'The connection was asked.')),
    dispose: () => void (state.disposed = true),
  };
  return { made, state, changed, ended, memoryChanged, reconnected };
}

describe('ClientTaskHost', () => {
  test('looking for a host does not start one, and an absent host is no failure', async () => {
    const starts: boolean[] = [];
    const host = new ClientTaskHost('/r', async (_root, start) => {
      starts.push(start);
      return ok(undefined);
    });
    expect(await host.connect({ start: false }, signal)).toEqual(ok(undefined));
    expect([starts, host.condition.kind]).toEqual([[false], 'absent']);
  });

  test('a request starts the host; several at once start it once', async () => {
    const starts: boolean[] = [];
    const { made } = connection();
    const host = new ClientTaskHost('/r', async (_root, start) => {
      starts.push(start);
      return ok(made);
    });
    const answers = await Promise.all([1, 2, 3].map(() => host.request('listTasks', {}, signal)));
    expect(answers.every((answer) => !answer.ok && answer.error.reason === 'asked')).toBe(true);
    expect(starts).toEqual([true]);
  });

  test('tells of the memory by an event of its own, and has none without a connection', async () => {
    const { made, state, memoryChanged, reconnected, ended } = connection();
    const host = new ClientTaskHost('/r', async () => ok(made));
    const told: string[] = [];
    host.onDidChange(() => void told.push('tasks'));
    host.onDidChangeMemory(() => void told.push(host.memory?.state ?? 'none'));
    host.onDidConnect(() => void told.push('connected'));
    await host.connect({ start: true }, signal);
    state.memory = memoryStatus({ state: 'indexing' });
    told.length = 0;
    memoryChanged.fire();
    reconnected.fire();
    expect(told).toEqual(['indexing', 'connected']);
    ended.fire();
    expect(host.memory).toBeUndefined();
  });

  test.each([
    ['listTasks', 2, 'asked'],
    ['cancelTask', 1, 'disconnected'],
  ] as const)('%s is sent %i time(s) where the host ends before it answers', async (method, sent, reason) => {
    const gone = connection();
    gone.made.request = async () => fail(failure('disconnected', 'The agent host ended before it answered.'));
    const connections = [gone.made, connection().made];
    const opened: HostConnection[] = [];
    const host = new ClientTaskHost('/r', async () => {
      const made = connections.shift();
      if (made !== undefined) opened.push(made);
      return ok(made);
    });
    const answer = await host.request(method, { task: 't' }, signal);
    expect([opened.length, answer.ok ? 'ok' : answer.error.reason]).toEqual([sent, reason]);
    expect(gone.state.disposed).toBe(true);
  });

  test('a request that comes while a look is under way still starts the host', async () => {
    const starts: boolean[] = [];
    const { made } = connection();
    const host = new ClientTaskHost('/r', async (_root, start) => {
      starts.push(start);
      return ok(start ? made : undefined);
    });
    const looking = host.connect({ start: false }, signal);
    await host.request('listTasks', {}, signal);
    await looking;
    expect(starts).toEqual([false, true]);
  });

  test('tasks stay known after the host ended, and the next request connects again', async () => {
    const first = connection([readyTask()]);
    let opened = 0;
    const host = new ClientTaskHost('/r', async () => {
      opened += 1;
      return ok(first.made);
    });
    await host.connect({ start: true }, signal);
    first.ended.fire();
    expect([host.condition.kind, host.tasks.length, first.state.disposed]).toEqual(['absent', 1, true]);
    await host.request('listTasks', {}, signal);
    expect(opened).toBe(2);
  });

  test('changes of the connection are followed', async () => {
    const { made, state, changed } = connection();
    const host = new ClientTaskHost('/r', async () => ok(made));
    await host.connect({ start: true }, signal);
    let heard = 0;
    host.onDidChange(() => (heard += 1));
    state.tasks = [queuedTask()];
    changed.fire();
    expect([heard, host.tasks.length]).toEqual([1, 1]);
  });

  test('a failure is a value with the host’s own line, also when the connection throws', async () => {
    const failing = new ClientTaskHost('/r', async () => fail(failure('host-not-started', 'See the log.')));
    expect(await failing.request('listTasks', {}, signal)).toMatchObject({ error: { message: 'See the log.' } });
    expect(failing.condition).toMatchObject({ kind: 'failed' });
    const throwing = new ClientTaskHost('/r', () => Promise.reject(new Error('no module\nat x')));
    expect(await throwing.request('listTasks', {}, signal)).toMatchObject({ error: { reason: 'host-unavailable' } });
  });

  test('a connection that arrives after the end is closed', async () => {
    const { made, state } = connection();
    const host = new ClientTaskHost('/r', async () => ok(made));
    const connecting = host.connect({ start: true }, signal);
    host.dispose();
    await connecting;
    expect(state.disposed).toBe(true);
  });
});

describe('open tasks are remembered over a reload', () => {
  test('a repository is remembered while a task is open in it and forgotten after', () => {
    const host = new MemoryTaskHost('/r');
    const hosts = new TaskHosts(() => host);
    const store = new Map<string, readonly string[]>([['nightshift.repositoriesWithOpenTasks', ['/unseen']]]);
    const memory = {
      get: (key: string, fallback: readonly string[]) => store.get(key) ?? fallback,
      update: async (key: string, value: readonly string[]) => void store.set(key, value),
    };
    rememberOpenTasks(hosts, memory);
    hosts.of('/r');
    host.become({ kind: 'connected' });
    host.put(readyTask());
    expect(rememberedRepositories(memory)).toEqual(['/r', '/unseen']);
    host.put(readyTask({ state: 'applied' }));
    expect(rememberedRepositories(memory)).toEqual(['/unseen']);
  });
});
