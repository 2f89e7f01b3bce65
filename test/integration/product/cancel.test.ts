import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn, readTurn, shortTurns } from './counterScript.ts';
import { Product, taskOf, until } from './product.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip)(`ending a run early ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  beforeEach(() => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
  });

  afterEach(async () => {
    expect(fake.violations).toEqual([]);
    await fake.close();
    await product.remove();
  });

  function stalls(): boolean {
    return fake.requests.filter((request) => request.path === '/api/chat').length === 2;
  }

  it('cancels the task on an interrupt, ends its box and its request to the model, and exits with 130', async () => {
    fake = await startFakeOllama({ script: [readTurn, { ...editTurn, text: 'Now the edit.', fault: 'stallMid' }] });
    const before = product.snapshot();
    const running = product.start([
      'run',
      'stop at zero',
      '--json',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ]);
    await until('the model stalls', stalls);
    expect(await product.boxes()).toHaveLength(1);

    running.child.kill('SIGINT');
    const interrupted = performance.now();
    const finished = await running.finished;
    expect(performance.now() - interrupted).toBeLessThan(5_000);
    expect(finished).toMatchObject({ code: 130, stderr: '' });
    const task = taskOf(finished);
    expect(task).toMatchObject({ state: 'cancelled', changeset: null, proof: null });
    expect(fake.closed.filter((request) => request.path === '/api/chat').map((request) => request.complete)).toEqual([
      true,
      false,
    ]);
    expect(await product.boxes()).toEqual([]);
    expect(product.snapshot()).toEqual(before);

    expect(await product.task(['show', task.id])).toMatchObject({ code: 0, task: { state: 'cancelled' } });
    expect(await product.run(['trace', 'verify', task.id])).toMatchObject({ code: 0 });
    // What is over is not cancelled again, and that is said in one line.
    const again = await product.run(['cancel', task.id]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/^nightshift: [^\n]*cancelled[^\n]*\n$/) });
    await until('the idle agent host has ended', () => product.hostProcesses().length === 0, 6_000);
  });

  it('cancels a task from another command', async () => {
    fake = await startFakeOllama({ script: [readTurn, { ...editTurn, text: 'Now the edit.', fault: 'stallMid' }] });
    const running = product.start([
      'run',
      'stop at zero',
      '--json',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ]);
    await until('the model stalls', stalls);
    const [line = ''] = (await product.run(['tasks', '--json'])).stdout.split('\n');
    const id = /"id":"(task-\w+)"/.exec(line)?.[1] ?? '';
    expect(await product.task(['cancel', id])).toMatchObject({ code: 0, task: { id, state: 'cancelled' } });
    const finished = await running.finished;
    expect(finished.code).toBe(1);
    expect(taskOf(finished)).toMatchObject({ id, state: 'cancelled' });
    expect(await product.boxes()).toEqual([]);
  });

  it('goes on when the command that waits for it is killed', async () => {
    fake = await startFakeOllama({ script: shortTurns.map((turn) => ({ ...turn, delayMs: 400 })) });
    const running = product.start([
      'run',
      'stop at zero',
      '--json',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ]);
    await until('the model is asked', () => running.stdout().includes('"event":"model-asked"'));
    running.child.kill('SIGKILL');
    await running.finished;
    const id = /"task":"(task-\w+)"/.exec(running.stdout())?.[1] ?? '';
    await until('the task is ready', async () => (await product.task(['show', id])).task.state === 'ready');
  });

  it('goes on without the command that started it when it is detached', async () => {
    fake = await startFakeOllama({ script: shortTurns.map((turn) => ({ ...turn, delayMs: 700 })) });
    const detached = await product.task([
      'run',
      'stop at zero',
      '--detach',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ]);
    expect(detached).toMatchObject({ code: 0, task: { changeset: null, proof: null } });
    expect(['queued', 'preparing']).toContain(detached.task.state);
    await until(
      'the detached task is ready',
      async () => (await product.task(['show', detached.task.id])).task.state === 'ready',
    );
    const shown = await product.task(['show', detached.task.id]);
    expect(shown).toMatchObject({ code: 0, task: { proof: { verdict: 'green' } } });
  });
});
