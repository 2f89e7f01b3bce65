import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { labelNames } from '../../../src/core/sandbox/profiles.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { shortTurns } from './counterScript.ts';
import { Product, taskOf } from './product.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip)(`several commands at once on one repository ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  afterEach(async () => {
    expect(fake.violations).toEqual([]);
    await fake.close();
    await product.remove();
  });

  it('share one agent host, which works on no more tasks at once than there are processors, and all end green', async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    fake = await startFakeOllama({ script: shortTurns.map((turn) => ({ ...turn, delayMs: 400 })), slots: 8 });
    const goals = ['first goal', 'second goal', 'third goal'];
    const runs = goals.map((goal) =>
      product.start(['run', goal, '--json', '--model', 'ollama:scripted', '--ollama-host', fake.url]),
    );
    const served = new Set<number>();
    let most = 0;
    let ended = false;
    const all = Promise.all(runs.map((run) => run.finished)).finally(() => (ended = true));
    while (!ended) {
      const tasks = new Set((await product.boxes()).map((box) => box.Labels[labelNames.task]));
      most = Math.max(most, tasks.size);
      const pid = product.hostPid();
      served.add(pid ?? 0);
      await delay(40);
    }
    const tasks = (await all).map((finished) => {
      expect(finished).toMatchObject({ code: 0, stderr: '' });
      return taskOf(finished);
    });
    expect(tasks.map(({ state, proof }) => [state, proof?.verdict])).toEqual(goals.map(() => ['ready', 'green']));
    expect(new Set(tasks.map((task) => task.id)).size).toBe(goals.length);
    served.delete(0);
    expect(served.size).toBe(1);
    expect(readFileSync(product.paths.log, 'utf8').match(/ serves /g)).toHaveLength(1);
    expect(most).toBeGreaterThan(availableParallelism() > 1 ? 1 : 0);
    expect(most).toBeLessThanOrEqual(availableParallelism());

    const listed = (await product.run(['tasks', '--json'])).stdout.trimEnd().split('\n');
    expect(listed).toHaveLength(goals.length);
    expect(await product.boxes()).toEqual([]);
  });
});
