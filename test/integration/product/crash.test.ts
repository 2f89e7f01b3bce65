import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChatBody } from '../../fakes/ollama/chatBody.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn, finishTurn, readTurn, shortTurns, testTurn } from './counterScript.ts';
import { Product, taskOf, until } from './product.ts';
import { lastLine, verifyLineSchema } from './taskLine.ts';

const { skip, why } = requireEngine();
const mended = '    this.#value = Math.max(0, this.#value - step);\n';
const broken = '    this.#value = this.#value - step;\n';

/** The first run is told to do `third` as its third step; a run that goes on after an interruption finds the edit done. */
function interrupted(third: FakeTurn): (body: ChatBody) => FakeTurn {
  const first = [readTurn, editTurn, third, finishTurn];
  const second = [{ ...readTurn }, { ...finishTurn, expect: { lastContains: 'Math.max(0' } }];
  return (body) => {
    const answers = body.messages.filter((message) => message.role === 'assistant').length;
    const goesOn = body.messages.some((message) => message.content.includes('An earlier attempt was interrupted'));
    return (goesOn ? second : first)[answers] ?? finishTurn;
  };
}

describe.skipIf(skip)(`a killed agent host ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  afterEach(async () => {
    expect(fake.violations).toEqual([]);
    await fake.close();
    await product.remove();
  });

  function open(runtime: 'runc' | 'runsc'): void {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: runtime } });
  }

  function trace(id: string): string {
    return readFileSync(join(product.paths.tasks, id, 'trace.jsonl'), 'utf8');
  }

  function host(): number {
    const pid = product.hostPid();
    if (pid === undefined) {
      throw new Error('No agent host holds the lock.');
    }
    return pid;
  }

  async function boxesGone(): Promise<void> {
    await until('no box is left', async () => (await product.boxes()).length === 0, 2_000);
  }

  async function expectIntact(id: string): Promise<void> {
    const verified = await product.run(['trace', 'verify', id, '--json']);
    expect(verified.code).toBe(0);
    expect(lastLine(verified.stdout, verifyLineSchema)).toMatchObject({ ok: true });
  }

  async function expectAppliedOnce(id: string): Promise<void> {
    const source = product.read('src/counter.js');
    expect(await product.task(['apply', id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(product.read('src/counter.js')).toBe(source.replace(broken, mended));
    expect(await product.run(['apply', id])).toMatchObject({ code: 1 });
    expect(product.read('src/counter.js')).toBe(source.replace(broken, mended));
    expect(trace(id).match(/"type":"apply-intended"/g)).toHaveLength(1);
  }

  const stalling: FakeTurn = { ...testTurn, text: 'Now I run the tests.', fault: 'stallMid' };

  it.each([
    { moment: 'while the model answers', runtime: 'runsc', third: stalling, mark: '"type":"model-asked"', times: 3 },
    {
      moment: 'while the agent runs the tests',
      runtime: 'runc',
      third: testTurn,
      mark: '"tool":"run_tests"',
      times: 1,
    },
    { moment: 'while the proof runs', runtime: 'runc', third: testTurn, mark: '"type":"proof-started"', times: 1 },
  ] as const)(
    'leaves no box when it dies $moment, and the waiting command sees the task through with a new one',
    async ({ runtime, third, mark, times }) => {
      open(runtime);
      fake = await startFakeOllama({ script: interrupted(third) });
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
      const id = await taskId(running.stdout);
      await until('the moment has come', () => trace(id).split(mark).length > times).catch((error: unknown) => {
        throw new Error(`The trace ends so: ${trace(id).slice(-2_000)}`, { cause: error });
      });
      const killed = host();
      process.kill(killed, 'SIGKILL');
      await until('the host is gone', () => !product.hostProcesses().includes(killed), 1_000);
      // The command that waits may have started a new host already, which may have opened a box of its own.
      await until(
        'no box of the killed host is left',
        async () => (await product.boxes()).every((box) => !box.Labels['nightshift.owner']?.startsWith(`${killed}:`)),
        2_000,
      );
      const finished = await running.finished;
      expect(finished).toMatchObject({ code: 0, stderr: '' });
      expect(taskOf(finished)).toMatchObject({ id, state: 'ready', proof: { verdict: 'green' } });
      expect(host()).not.toBe(killed);
      expect(product.snapshot()).toEqual(before);
      await expectIntact(id);
      await expectAppliedOnce(id);
      await expectIntact(id);
      expect(await product.boxes()).toEqual([]);
    },
  );

  it('goes on with a detached task when any later command starts the host again', async () => {
    open('runc');
    fake = await startFakeOllama({ script: interrupted(stalling) });
    const { task } = await product.task([
      'run',
      'stop at zero',
      '--detach',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ]);
    await until('the third answer stalls', () => trace(task.id).split('"type":"model-asked"').length > 3);
    process.kill(host(), 'SIGKILL');
    await boxesGone();
    await until('the host is gone', () => product.hostProcesses().length === 0, 1_000);
    await until('the task is ready', async () => (await product.task(['show', task.id])).task.state === 'ready');
    await expectIntact(task.id);
    await expectAppliedOnce(task.id);
  });

  it('is not needed for this: a box that is taken away is replaced, and the work goes on from the checkpoint', async () => {
    open('runc');
    fake = await startFakeOllama({ script: interrupted({ ...testTurn, delayMs: 1_500 }) });
    const running = product.start([
      'run',
      'stop at zero',
      '--json',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ]);
    const id = await taskId(running.stdout);
    await until('the third answer is awaited', () => trace(id).split('"type":"model-asked"').length > 3);
    const [box] = await product.boxes();
    await product.removeBox(box?.Id ?? '');
    const finished = await running.finished;
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    expect(taskOf(finished)).toMatchObject({ state: 'ready', proof: { verdict: 'green' } });
    const outcomes = [...trace(id).matchAll(/"type":"run-ended".*?"outcome":"(\w+)"/g)].map(([, outcome]) => outcome);
    expect(outcomes).toEqual(['interrupted', 'finished']);
    await expectIntact(id);
  });

  it('puts everything away on SIGTERM, and the task goes on when the host starts again', async () => {
    open('runc');
    fake = await startFakeOllama({ script: interrupted(stalling) });
    const { task } = await product.task([
      'run',
      'stop at zero',
      '--detach',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ]);
    await until('the third answer stalls', () => trace(task.id).split('"type":"model-asked"').length > 3);
    process.kill(host(), 'SIGTERM');
    await until('the host has ended', () => product.hostProcesses().length === 0, 10_000);
    expect(await product.boxes()).toEqual([]);
    expect(existsSync(product.paths.socket)).toBe(false);
    expect(product.hostPid()).toBeUndefined();
    expect(fake.closed.at(-1)).toMatchObject({ path: '/api/chat', complete: false });
    const lines = trace(task.id).trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('"type":"sandbox-started"'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('"type":"sandbox-ended"'))).toHaveLength(1);
    expect(lines.at(-1)).toContain('"type":"run-ended"');

    await until('the task is ready', async () => (await product.task(['show', task.id])).task.state === 'ready');
    await expectIntact(task.id);
    await expectAppliedOnce(task.id);
  });

  it('never writes an accepted file twice or half, wherever in an accept it is killed', async () => {
    open('runc');
    fake = await startFakeOllama({ script: shortTurns });
    const source = product.read('src/counter.js');
    const result = source.replace(broken, mended);
    for (const milliseconds of [0, 4, 12]) {
      product.write('src/counter.js', source);
      const { task } = await product.task([
        'run',
        'stop at zero',
        '--model',
        'ollama:scripted',
        '--ollama-host',
        fake.url,
      ]);
      const pid = host();
      const applying = product.start(['apply', task.id, '--json']);
      await until('the accept has begun', () => trace(task.id).includes('"type":"apply-intended"'), 5_000).catch(
        () => undefined,
      );
      await delay(milliseconds);
      killIfAlive(pid);
      await applying.finished;
      expect([source, result]).toContain(product.read('src/counter.js'));
      const { state } = (await product.task(['show', task.id])).task;
      expect(state).toBe(product.read('src/counter.js') === result ? 'applied' : 'ready');
      if (state === 'ready') {
        expect(await product.task(['apply', task.id])).toMatchObject({ code: 0, task: { state: 'applied' } });
      }
      expect(product.read('src/counter.js')).toBe(result);
      expect(product.git('status', '--porcelain', '--untracked-files=all')).toBe(' M src/counter.js\n');
      await expectIntact(task.id);
    }
  });
});

async function taskId(stdout: () => string): Promise<string> {
  const pattern = /"task":"(task-\w+)"/;
  await until('the task has begun', () => pattern.test(stdout()));
  return pattern.exec(stdout())?.[1] ?? '';
}

/** A host with nothing to do may have ended by itself by now. */
function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
      throw error;
    }
  }
}
