import { afterEach, describe, expect, it } from 'vitest';
import { nullLogger } from '../../../src/base/logger.ts';
import { chooseModel } from '../../../src/host/modelChoice.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';

const never = new AbortController().signal;
let fake: FakeOllama;

afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
});

async function choose(model: string) {
  fake = await startFakeOllama({
    script: [],
    models: [
      { name: 'plain:7b', capabilities: ['completion'] },
      { name: 'embed:1b', capabilities: ['embedding'] },
      { name: 'tools:8b' },
    ],
  });
  return chooseModel(
    model,
    {
      settings: { ollamaHost: fake.url },
      supply: { logger: nullLogger },
      grades: { known: async () => undefined },
      machine: { bytes: 32e9 },
    },
    never,
  );
}

describe('the choice of a model', () => {
  it('takes one that calls no tools but writes text', async () => {
    expect(await choose('ollama:plain:7b')).toMatchObject({ ok: true, value: { tools: false } });
  });

  it('refuses one that can neither call tools nor answer to a schema', async () => {
    expect(await choose('ollama:embed:1b')).toMatchObject({
      ok: false,
      error: { reason: 'model-unfit', message: expect.stringContaining('embed:1b is not fit for this work') },
    });
  });

  it('prefers one with tools where it may choose', async () => {
    expect(await choose('auto')).toMatchObject({ ok: true, value: { id: { name: 'tools:8b' } } });
  });
});
