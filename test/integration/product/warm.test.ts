import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn, finishTurn, readTurn } from './counterScript.ts';
import { Product, until } from './product.ts';

const { skip, why } = requireEngine();
const startedLine = z.looseObject({
  type: z.string(),
  data: z.looseObject({ sandbox: z.string().optional(), startMs: z.number().optional() }),
});

describe.skipIf(skip)(`a host that keeps sandboxes ready ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  beforeEach(async () => {
    const variables = {
      NIGHTSHIFT_SANDBOX_RUNTIME: 'runc',
      NIGHTSHIFT_WARM_SANDBOXES: '2',
      NIGHTSHIFT_IDLE_SECONDS: '20',
    };
    product = new Product({ fixture: 'node-counter', variables });
    fake = await startFakeOllama({ script: [readTurn, editTurn, finishTurn, readTurn, editTurn, finishTurn] });
  });

  afterEach(async () => {
    await fake.close();
    await product.remove();
  });

  async function run() {
    const model = ['--model', 'ollama:scripted', '--ollama-host', fake.url];
    return product.task(['run', 'stop at zero', ...model]);
  }

  function starts(task: string) {
    const trace = readFileSync(join(product.paths.tasks, task, 'trace.jsonl'), 'utf8');
    return trace
      .trim()
      .split('\n')
      .map((line) => startedLine.parse(JSON.parse(line)))
      .filter(({ type }) => type === 'sandbox-started')
      .map(({ data }) => ({ id: data.sandbox ?? '', startMs: data.startMs ?? Number.NaN }));
  }

  it('gives each task boxes of its own, tells how long each start took, and leaves none when it stops or is killed', async () => {
    const first = await run();
    expect(first).toMatchObject({ code: 0, task: { state: 'ready', proof: { verdict: 'green' } } });
    await until('boxes are kept ready', async () => (await product.boxes()).length >= 2);
    const ready = new Set((await product.boxes()).map((box) => box.Id));
    const second = await run();
    expect(second).toMatchObject({ code: 0, task: { state: 'ready', proof: { verdict: 'green' } } });
    const used = [...starts(first.task.id), ...starts(second.task.id)];
    expect(new Set(used.map(({ id }) => id)).size).toBe(used.length);
    // What was ready after the first task served the second one, and was never used before.
    const warm = starts(second.task.id).filter(({ id }) => ready.has(id));
    expect(warm.length).toBeGreaterThan(0);
    expect(starts(first.task.id).filter(({ id }) => ready.has(id))).toEqual([]);
    expect(Math.min(...warm.map(({ startMs }) => startMs))).toBeLessThan(100);
    const alive = (await product.boxes()).map((box) => box.Id);
    expect(alive.filter((id) => used.some((box) => box.id === id))).toEqual([]);

    await until('boxes are ready again', async () => (await product.boxes()).length >= 2);
    expect((await product.run(['host', 'stop'])).code).toBe(0);
    expect(await product.boxes()).toEqual([]);
  });

  it('leaves none when it is killed', async () => {
    expect((await run()).code).toBe(0);
    await until('boxes are kept ready', async () => (await product.boxes()).length >= 2);
    product.hostProcesses().forEach((pid) => process.kill(pid, 'SIGKILL'));
    await until('no box is left', async () => (await product.boxes()).length === 0, 5_000);
  });
});
