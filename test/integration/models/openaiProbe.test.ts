import { afterEach, describe, expect, it } from 'vitest';
import { createOpenaiModel } from '../../../src/node/models/openai/openai.ts';
import { listOpenaiModels } from '../../../src/node/models/openai/openaiCatalog.ts';
import { type FakeOpenai, startFakeOpenai } from '../../fakes/openai/fakeOpenai.ts';
import { type Dialect, dialects } from '../../fakes/openai/openaiFakeTurn.ts';
import { failed, value } from './contract.ts';

const never = new AbortController().signal;
let fake: FakeOpenai;

afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
});

async function serving(dialect: Dialect, models = ['qwen3-8b', 'nomic-embed']) {
  fake = await startFakeOpenai({ script: [], dialect, models, window: 4_096, trained: 40_960 });
  return fake.base;
}

describe('probing a server of the OpenAI API', () => {
  it.each([
    ['vllm', 4_096],
    ['llamacpp', 4_096],
    ['lmstudio', 4_096],
    ['ollama', undefined],
  ] as const)('%s: the window that the server was started with is %s', async (dialect, window) => {
    const info = value(await createOpenaiModel({ name: 'qwen3-8b', base: await serving(dialect) }).probe(never));
    expect(info.contextTokens).toBe(window);
    expect(info).toMatchObject({ id: { driver: 'openai', name: 'qwen3-8b' }, tools: true, replay: false });
  });

  it.each(dialects)('%s: a model that is not there is missing, and the others are named', async (dialect) => {
    const failure = failed(await createOpenaiModel({ name: 'llama9', base: await serving(dialect) }).probe(never));
    expect(failure).toMatchObject({
      reason: 'model-missing',
      message: expect.stringMatching(/no model llama9; it has qwen3-8b, nomic-embed\.$/),
    });
  });

  it('finds a model whose tag was left out', async () => {
    const base = await serving('ollama', ['qwen3:latest']);
    expect(value(await createOpenaiModel({ name: 'qwen3', base }).probe(never)).tools).toBe(true);
  });

  it('says that a path without the API is one', async () => {
    const base = (await serving('vllm')).replace('/v1', '/api/v0');
    const failure = failed(await createOpenaiModel({ name: 'x', base }).probe(never));
    expect(failure).toMatchObject({ reason: 'rejected', message: expect.stringContaining('/v1 as a rule') });
  });

  it('lists what the server has', async () => {
    const query = { base: await serving('vllm'), key: undefined };
    expect(value(await listOpenaiModels({ ...query, signal: never }))).toEqual(['qwen3-8b', 'nomic-embed']);
    expect(failed(await listOpenaiModels({ ...query, signal: AbortSignal.abort() })).reason).toBe('aborted');
  });
});
