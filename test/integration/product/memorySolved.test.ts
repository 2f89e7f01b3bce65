import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgottenSchema } from '../../../src/protocol/memory.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { mendingTurns } from './counterScript.ts';
import { Product } from './product.ts';
import { lines, command, recall, filesHolding } from './memoryShop.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip)(`a task that was solved ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  beforeAll(async () => {
    const variables = { NIGHTSHIFT_MEMORY: 'on', NIGHTSHIFT_SANDBOX_RUNTIME: 'runc', NIGHTSHIFT_IDLE_SECONDS: '60' };
    product = new Product({ fixture: 'node-counter', variables });
    fake = await startFakeOllama({ script: mendingTurns });
  });
  afterAll(async () => {
    await fake.close();
    await product.remove();
  });

  it('is remembered: found first by its error, shown, and forgotten for good', async () => {
    const goal = 'RangeError: fewer than none in Counter.down (src/counter.js:20); make it stop at zero';
    const model = ['--model', 'ollama:scripted', '--ollama-host', fake.url];
    const { code, task } = await product.task(['run', goal, ...model]);
    expect({ code, state: task.state }).toEqual({ code: 0, state: 'ready' });

    const error = 'RangeError: fewer than none\n    at Counter.down (src/counter.js:20:11)';
    const solved = {
      kind: 'episode',
      episode: expect.objectContaining({ task: task.id, outcome: 'open', stale: false }),
    };
    expect(await recall(product, error, '--kind', 'episode')).toMatchObject([solved]);
    // The file of the stack trace is as good an answer.
    const best = (await recall(product, error)).slice(0, 2);
    expect(best).toEqual(expect.arrayContaining([expect.objectContaining(solved)]));
    const shown = lines(await command(product, 'memory', 'show'));
    expect(shown.map(({ type }) => type)).toEqual(['episode', 'memory']);
    expect(shown[0]).toMatchObject({ task: task.id, goal, files: ['src/counter.js'] });
    expect(shown[1]).toMatchObject({ episodes: 1 });
    const exported = await product.run(['memory', 'export']);
    expect(lines(exported)).toEqual([expect.objectContaining({ task: task.id, goal })]);
    expect(filesHolding(product, 'fewer than none')).not.toEqual([]);

    const forgotten = forgottenSchema.parse(
      lines(await command(product, 'memory', 'forget', '--task', task.id)).at(-1),
    );
    expect(forgotten).toEqual({ episodes: 1, files: 0, vectors: 0 });
    expect(lines(await command(product, 'memory', 'show')).map(({ type }) => type)).toEqual(['memory']);
    expect(filesHolding(product, 'fewer than none')).toEqual([]);
    expect(await recall(product, 'fewer than none', '--kind', 'episode')).toEqual([]);

    expect((await product.run(['host', 'stop'])).code).toBe(0);
    expect(await recall(product, 'fewer than none', '--kind', 'episode')).toEqual([]);
  });
});
