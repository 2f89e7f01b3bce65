import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeOpenai, startFakeOpenai } from '../../fakes/openai/fakeOpenai.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn } from './counterScript.ts';
import { Product } from './product.ts';

const { skip, why } = requireEngine();

const key = ['battery', 'horse', 'staple', 'key'].join('.');

describe.skipIf(skip)(`a task with a model server that wants a key ${why}`, () => {
  let product: Product;
  let fake: FakeOpenai;

  beforeAll(async () => {
    // It says its own key, as a server that repeats what it was sent would.
    fake = await startFakeOpenai({
      key,
      window: 12_000,
      script: [
        { ...editTurn, text: `Authorization was Bearer ${key}`, thinking: key },
        { calls: [{ name: 'finish', arguments: { summary: `It stops at zero. ${key}` } }] },
      ],
    });
    product = new Product({
      fixture: 'node-counter',
      variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc', NIGHTSHIFT_OPENAI_BASE_URL: fake.base },
    });
  });

  afterAll(async () => {
    await product.remove();
    await fake.close();
    expect(fake.violations).toEqual([]);
  });

  const goal = ['run', 'stop at zero', '--model', 'openai:scripted'];

  it('is refused without the key, and told where to set one', async () => {
    const refused = await product.run(goal);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/^nightshift: .*refuses access \(401\).*NIGHTSHIFT_OPENAI_API_KEY\.$/m);
  });

  it('is done with the key of the environment, within the window of the server', async () => {
    const { code, task } = await product.task(goal, { variables: { NIGHTSHIFT_OPENAI_API_KEY: key } });
    expect({ code, state: task.state }).toEqual({ code: 0, state: 'ready' });
    const trace = readFileSync(join(product.paths.tasks, task.id, 'trace.jsonl'), 'utf8');
    expect(trace).toContain(`"openaiBaseUrl":"${fake.base}"`);
    expect(trace).toContain('"contextTokens":12000');
  });

  it('leaves the key in no file of the state folder', async () => {
    await product.run(['host', 'stop']);
    const files = readdirSync(product.state, { recursive: true, encoding: 'utf8' })
      .map((name) => join(product.state, name))
      .filter((path) => statSync(path).isFile());
    expect(files.some((path) => path.endsWith('trace.jsonl'))).toBe(true);
    expect(files.filter((path) => readFileSync(path, 'latin1').includes(key))).toEqual([]);
    expect(files.some((path) => readFileSync(path, 'latin1').includes('[redacted:model-key:'))).toBe(true);
  });
});
