import { afterEach, describe, expect, it } from 'vitest';
import { readTextualCall } from '../../../src/core/tools/textualCall.ts';
import { tryOut } from '../../../src/core/models/trial/tryOut.ts';
import { createOllamaModel } from '../../../src/node/models/ollama/ollama.ts';
import { listOllamaModels } from '../../../src/node/models/ollama/ollamaCatalog.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';

const never = new AbortController().signal;
let fake: FakeOllama;

afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
});

async function serving() {
  fake = await startFakeOllama({
    script: [],
    models: [
      { name: 'qwen3:8b', contextLength: 40_960 },
      { name: 'nomic-embed-text:latest', capabilities: ['embedding'], contextLength: 2_048 },
    ],
  });
  return fake.url;
}

describe('probing an Ollama server', () => {
  it('tells the largest window, tools and digest of a model', async () => {
    const model = createOllamaModel({ name: 'qwen3:8b', host: await serving() });
    expect(await model.probe(never)).toEqual({
      ok: true,
      value: {
        id: { driver: 'ollama', name: 'qwen3:8b' },
        replay: false,
        tools: true,
        contextTokens: 40_960,
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        facts: {
          parameters: 8.2e9,
          bytes: 5_225_388_164,
          quantization: 'Q4_K_M',
          family: 'qwen3',
          cacheBytes: 36 * 8 * 256 * 2,
          completes: true,
        },
      },
    });
  });

  it('finds a model whose tag was left out', async () => {
    const model = createOllamaModel({ name: 'nomic-embed-text', host: await serving() });
    expect(await model.probe(never)).toMatchObject({ ok: true, value: { tools: false, digest: expect.any(String) } });
  });

  it('names the installed models when the wanted one is missing', async () => {
    const result = await createOllamaModel({ name: 'llama9', host: await serving() }).probe(never);
    expect(result).toMatchObject({ ok: false, error: { reason: 'model-missing' } });
    expect(result.ok ? '' : result.error.message).toMatch(
      /`ollama pull llama9`\. Installed: qwen3:8b, nomic-embed-text:latest\.$/,
    );
  });

  it('lists what is installed with what can call tools', async () => {
    expect(await listOllamaModels(await serving(), never)).toMatchObject({
      ok: true,
      value: [
        { name: 'qwen3:8b', tools: true, contextTokens: 40_960 },
        { name: 'nomic-embed-text:latest', tools: false, contextTokens: 2_048 },
      ],
    });
  });

  it('tells a model that answers no questions', async () => {
    const listed = await listOllamaModels(await serving(), never);
    expect(listed).toMatchObject({ value: [{ facts: { completes: true } }, { facts: { completes: false } }] });
  });

  it('sends a schema along', async () => {
    const url = await serving();
    const model = createOllamaModel({ name: 'qwen3:8b', host: url });
    const info = { id: model.id, tools: true, replay: false };
    const trial = await tryOut(model, info, { contextTokens: 4_096, readTextualCall, signal: never });
    expect(trial).toMatchObject({ value: { grade: { tools: 'native', schema: true, level: 'capable' } } });
    expect(fake.requests.filter(({ path }) => path === '/api/chat')).toEqual([]);
  });

  it('ends at once when aborted', async () => {
    expect(await listOllamaModels(await serving(), AbortSignal.abort())).toMatchObject({
      ok: false,
      error: { reason: 'aborted' },
    });
  });
});
