import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectHost, type HostClient } from '../../src/host/client/hostClient.ts';
import type { TraceLine } from '../../src/protocol/host.ts';
import { type FakeOllama, startFakeOllama } from '../fakes/ollama/fakeOllama.ts';
import { installedCli } from '../integration/product/bundles.ts';
import { shortTurns } from '../integration/product/counterScript.ts';
import { Product, taskOf, until } from '../integration/product/product.ts';
import { requireEngine } from '../integration/requirements.ts';

const { skip, why } = requireEngine();

/** What a window is: a client that follows everything. */
interface Window {
  readonly client: HostClient;
  readonly lines: TraceLine[];
}

describe.skipIf(skip)(`two windows and a command on one repository ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  const windows: Window[] = [];

  beforeEach(async () => {
    fake = await startFakeOllama({ script: shortTurns.map((turn) => ({ ...turn, delayMs: 300 })), slots: 4 });
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    for (const name of ['NIGHTSHIFT_HOME', 'XDG_RUNTIME_DIR', 'HOME', 'NIGHTSHIFT_SANDBOX_RUNTIME']) {
      vi.stubEnv(name, product.variables[name]);
    }
  });

  afterEach(async () => {
    windows.splice(0).forEach(({ client }) => client.dispose());
    vi.unstubAllEnvs();
    await product.remove();
    await fake.close();
  });

  async function openWindow(): Promise<Window> {
    const connected = await connectHost({
      root: product.root,
      entry: { node: process.execPath, script: join(dirname(installedCli()), 'agentHost.cjs') },
      client: 'window',
      trace: true,
      start: true,
      signal: new AbortController().signal,
    });
    if (!connected.ok) {
      throw new Error(connected.error.message);
    }
    const window: Window = { client: connected.value, lines: [] };
    window.client.onDidChangeState((change) => {
      if (change.kind === 'trace') {
        window.lines.push(change.line);
      }
    });
    windows.push(window);
    return window;
  }

  const delegation = (): string[] => ['run', 'x', '--json', '--model', 'ollama:scripted', '--ollama-host', fake.url];

  async function readyTask(): Promise<string> {
    const finished = await product.run(delegation());
    const { id, state, reason } = taskOf(finished);
    expect({ state, reason }).toEqual({ state: 'ready', reason: undefined });
    return id;
  }

  const source = (): string => product.read('src/counter.js');
  const isMended = (): boolean => source().includes('Math.max(0');

  it('are served by one host, and see the same, also when it is killed on the way', async () => {
    const running = product.start(delegation());
    const [a, b] = await Promise.all([openWindow(), openWindow()]);
    expect(a.client.server.pid).toBe(b.client.server.pid);
    expect(product.hostPid()).toBe(a.client.server.pid);
    const killed = a.client.server.pid;
    await until('the model has answered', () => a.lines.some((line) => line.type === 'model-answered'));
    process.kill(killed, 'SIGKILL');
    const finished = await running.finished;
    const task = taskOf(finished);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    await until('all know the end', () => windows.every(({ client }) => client.state.tasks[0]?.state === 'ready'));
    await until('nothing is on its way', () => a.client.state.seq === b.client.state.seq);
    expect(a.client.state).toEqual(b.client.state);
    expect(a.client.server).toEqual(b.client.server);
    expect(a.client.server.pid).not.toBe(killed);
    expect(product.hostProcesses()).toEqual([a.client.server.pid]);
    const pages = await Promise.all(
      windows.map(({ client }) => client.request('traceLines', { task: task.id, from: 0 })),
    );
    const [one, other] = pages.map((page) => (page.ok ? page.value.lines : []));
    expect(one).toEqual(other);
    expect(one?.map((line) => line.seq)).toEqual(one?.map((_, index) => index));
    // What was announced to either is what stands in the trace, each line at most once and in order.
    for (const { lines } of windows) {
      expect(lines).toEqual(one?.filter((line) => lines.some((told) => told.seq === line.seq)));
    }
  });

  it('accept a task once when all three do it at once', async () => {
    const task = await readyTask();
    const [a, b] = await Promise.all([openWindow(), openWindow()]);
    const [first, second, command] = await Promise.all([
      a.client.request('applyTask', { task }),
      b.client.request('applyTask', { task }),
      product.run(['apply', task, '--json']),
    ]);
    expect([first.ok, second.ok, command.code === 0].filter(Boolean)).toHaveLength(1);
    expect(isMended()).toBe(true);
    await until('both know', () => windows.every(({ client }) => client.state.tasks[0]?.state === 'applied'));
    const told = windows.map(({ lines }) => lines.filter((line) => line.type === 'apply-intended').length);
    expect(told).toEqual([1, 1]);
  });

  it.each([
    { first: 'accept', second: 'discard' },
    { first: 'discard', second: 'accept' },
  ])('that $first and $second at once leave a task that is one of both, and files to match', async ({ first }) => {
    const task = await readyTask();
    const before = source();
    const [a, b] = await Promise.all([openWindow(), openWindow()]);
    const accept = () => a.client.request('applyTask', { task });
    const discard = () => b.client.request('discardTask', { task });
    const answers = await Promise.all(first === 'accept' ? [accept(), discard()] : [discard(), accept()]);
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    const { state } = (await product.task(['show', task])).task;
    expect(['applied', 'discarded']).toContain(state);
    expect(isMended()).toBe(state === 'applied');
    expect(source() === before).toBe(state === 'discarded');
  });
});
