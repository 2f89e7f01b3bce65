import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nullLogger } from '../../../src/base/logger.ts';
import { chooseModel } from '../../../src/host/modelChoice.ts';
import { ModelDesk } from '../../../src/host/models/modelDesk.ts';
import { ModelGrades } from '../../../src/host/models/modelGrades.ts';
import { chooseTaskModels } from '../../../src/host/models/roleModels.ts';
import type { FakeModel } from '../../fakes/ollama/catalog.ts';
import { type FakeOllama, type FakeOllamaOptions, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';

const never = new AbortController().signal;
const machine = { bytes: 16 * 1024 ** 3 };
const silent = { signal: never, gone: never, report: () => undefined };
let home: string;
let fake: FakeOllama;

beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'ns-models-'))));
afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
  rmSync(home, { recursive: true, force: true });
});

async function serving(models: readonly FakeModel[], options: Partial<FakeOllamaOptions> = {}) {
  fake = await startFakeOllama({ script: [], models, ...options });
  const grades = new ModelGrades(home, nullLogger);
  const desk = new ModelDesk({ grades, machine: () => machine, supply: { logger: nullLogger } });
  const settings = { ollamaHost: fake.url };
  return { desk, grades, settings, choice: { settings, grades, machine, supply: { logger: nullLogger } } };
}

const trials = () => fake.requests.filter(({ path }) => path === '/api/chat (trial)');

describe('trying a model out over the wire', () => {
  it.each([
    [{ name: 'good' }, { tools: 'native', schema: true, level: 'capable' }],
    [
      { name: 'bad', trial: 'text', parameters: '7.6B' },
      { tools: 'text', schema: true, level: 'capable' },
    ],
    [
      { name: 'mute', capabilities: ['completion'], trial: 'schema' },
      { tools: 'none', schema: true, level: 'capable' },
    ],
    [
      { name: 'small', parameters: '494.03M' },
      { tools: 'native', schema: true, level: 'weak' },
    ],
    [
      { name: 'large', parameters: '30.5B' },
      { tools: 'native', schema: true, level: 'strong' },
    ],
    [
      { name: 'unfit', trial: 'bad' },
      { tools: 'none', schema: false, level: 'unfit' },
    ],
    [
      { name: 'embedding', capabilities: ['embedding'] },
      { tools: 'none', schema: false, level: 'unfit' },
    ],
  ] as const)('grades %o', async (model, grade) => {
    const { desk, settings } = await serving([model]);
    expect(await desk.probe(`ollama:${model.name}`, settings, silent)).toMatchObject({ ok: true, value: { grade } });
    expect(await desk.list(settings, never)).toMatchObject({ models: [{ name: model.name, grade }] });
  });

  it('tells what is asked, asks with the window of a task, and takes a bare name for one of Ollama', async () => {
    const { desk, settings } = await serving([{ name: 'good' }]);
    const told: string[] = [];
    const exchange = { signal: never, gone: never, report: ({ text }: { text: string }) => void told.push(text) };
    await desk.probe('good', { ...settings, contextTokens: 12_000 }, exchange);
    expect(told).toEqual([
      'loading the model',
      'calling a tool',
      'using what a tool answers',
      'answering to a schema',
      'an exact edit',
      'an exact copy',
    ]);
    expect(trials()).toHaveLength(5);
    for (const { body } of trials()) {
      expect(body).toMatchObject({ options: { num_ctx: 12_000, temperature: 0 } });
    }
  });

  it('forgets the grade of other weights, and of another server', async () => {
    const { desk, settings } = await serving([{ name: 'm' }]);
    await desk.probe('ollama:m', settings, silent);
    await fake.close();
    const port = Number(new URL(settings.ollamaHost).port);
    const again = await serving([{ name: 'm', revision: 2 }], { port });
    expect((await again.desk.list(again.settings, never)).models[0]?.grade).toBeUndefined();
    await fake.close();
    const same = await serving([{ name: 'm' }], { port });
    expect((await same.desk.list(same.settings, never)).models[0]?.grade?.level).toBe('capable');
    await fake.close();
    const elsewhere = await serving([{ name: 'm' }]);
    expect((await elsewhere.desk.list(elsewhere.settings, never)).models[0]?.grade).toBeUndefined();
  });

  it('ends at once when it is cancelled, which the server sees, and keeps no grade', async () => {
    const { desk, settings } = await serving([{ name: 'm' }], { loadMs: 60_000 });
    const controller = new AbortController();
    const trying = desk.probe('ollama:m', settings, { ...silent, signal: controller.signal });
    await expect.poll(() => trials().length).toBe(1);
    const abortedAt = performance.now();
    controller.abort();
    expect(await trying).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    await expect
      .poll(() => fake.closed.some(({ path, complete }) => path === '/api/chat (trial)' && !complete))
      .toBe(true);
    expect(performance.now() - abortedAt).toBeLessThan(1_000);
    expect((await desk.list(settings, never)).models[0]?.grade).toBeUndefined();
  });

  it('asks once where two tasks wait for the same grade', async () => {
    const { grades, choice } = await serving([{ name: 'm' }]);
    const info = await chooseModel('ollama:m', choice, never);
    const { createModel } = await import('../../../src/node/models/createModel.ts');
    const model = createModel({ driver: 'ollama', name: 'm' }, choice.settings);
    if (!info.ok || !model.ok) {
      throw new Error('the model is not there');
    }
    let started = 0;
    const request = { model: model.value, info: info.value, endpoint: fake.url, contextTokens: 8_192, signal: never };
    const ask = () => grades.knownOrTried(request, async () => void (started += 1));
    const both = await Promise.all([ask(), ask()]);
    expect(both).toMatchObject([
      { value: { grade: { level: 'capable' } } },
      { value: { grade: { level: 'capable' } } },
    ]);
    expect([started, trials().length]).toEqual([2, 5]);
    await ask();
    expect([started, trials().length]).toEqual([2, 5]);
  });
});

describe('the list of models', () => {
  it('says what each one is, what auto takes, and what is recommended here', async () => {
    const { desk, settings } = await serving([
      { name: 'newest:1b', parameters: '1.2B', bytes: 8e8 },
      { name: 'qwen3:8b' },
      { name: 'nomic', capabilities: ['embedding'] },
    ]);
    const list = await desk.list(settings, never);
    expect(list).toMatchObject({
      automatic: 'ollama:qwen3:8b',
      sources: [{ driver: 'ollama', endpoint: settings.ollamaHost }],
      machine: { memoryBytes: machine.bytes },
      models: [
        { id: 'ollama:newest:1b', parameters: 1.2e9, bytes: 8e8, fits: true },
        { id: 'ollama:qwen3:8b', contextTokens: 40_960, taskTokens: 16_384, quantization: 'Q4_K_M', tools: true },
        { id: 'ollama:nomic', other: expect.stringContaining('answers no questions') },
      ],
    });
    expect(list.recommended.find(({ name }) => name === 'qwen3:8b')).toMatchObject({ installed: true, fits: true });
  });

  it('names what is wrong with a server that does not answer, and still recommends', async () => {
    const { desk } = await serving([]);
    const list = await desk.list({ ollamaHost: 'http://127.0.0.1:9' }, never);
    expect(list).toMatchObject({ models: [], sources: [{ problem: { reason: 'unreachable' } }] });
    expect(list.recommended.length).toBeGreaterThan(3);
  });

  it.each(['openai:gpt', 'replay:/a.json'])(
    'is not added to by a pull of %s, of which only Ollama knows',
    async (id) => {
      const { desk, settings } = await serving([]);
      const refused = await desk.pull(id, settings, silent);
      expect(refused).toMatchObject({
        error: { reason: 'bad-model-id', message: expect.stringContaining('Only Ollama') },
      });
      expect(fake.requests).toEqual([]);
    },
  );

  it('has a model that was pulled', async () => {
    const { desk, settings } = await serving([], { library: { 'qwen3:8b': { parts: [1_000, 500] } } });
    const told: unknown[] = [];
    const exchange = { signal: never, gone: never, report: (progress: unknown) => void told.push(progress) };
    expect(await desk.pull('ollama:qwen3:8b', settings, exchange)).toMatchObject({ value: { id: 'ollama:qwen3:8b' } });
    expect(told[0]).toEqual({ text: 'pulling manifest' });
    expect((await desk.list(settings, never)).models.map(({ id }) => id)).toEqual(['ollama:qwen3:8b']);
  });
});

describe('the model of a task', () => {
  it('that auto takes is the best graded, whatever is newest', async () => {
    const { desk, settings, choice } = await serving([{ name: 'newest', trial: 'bad' }, { name: 'older' }]);
    await desk.probe('ollama:newest', settings, silent);
    await desk.probe('ollama:older', settings, silent);
    for (let asked = 0; asked < 2; asked += 1) {
      expect(await chooseModel('auto', choice, never)).toMatchObject({
        value: { id: { name: 'older' }, grade: { level: 'capable' } },
      });
    }
  });

  it('that auto takes is the one that the list names, with what a graphics card has too', async () => {
    const models = [
      { name: 'large', parameters: '14.8B', bytes: 14 * 1024 ** 3, videoBytes: 24 * 1024 ** 3 },
      { name: 'middle', parameters: '8.2B' },
    ];
    const { desk, settings, choice } = await serving(models);
    expect(await chooseModel('auto', choice, never)).toMatchObject({ value: { id: { name: 'middle' } } });
    await desk.probe('ollama:middle', settings, silent);
    await desk.probe('ollama:large', settings, silent);
    const chosen = await chooseModel('auto', choice, never);
    expect(chosen).toMatchObject({ value: { id: { name: 'large' } } });
    expect((await desk.list(settings, never)).automatic).toBe('ollama:large');
  });

  it('that auto cannot take, as Ollama is down, is to be named where another server is set', async () => {
    const { choice } = await serving([]);
    const down = { ollamaHost: 'http://127.0.0.1:9', openaiBaseUrl: 'http://127.0.0.1:9/v1' };
    expect(await chooseModel('auto', { ...choice, settings: down }, never)).toMatchObject({
      error: { reason: 'unreachable', message: expect.stringContaining('--model openai:NAME') },
    });
  });

  it('is refused when it was found unfit, with why and the way out', async () => {
    const { desk, settings, choice } = await serving([{ name: 'm', trial: 'bad' }]);
    expect(await chooseModel('ollama:m', choice, never)).toMatchObject({ ok: true });
    await desk.probe('ollama:m', settings, silent);
    const refused = await chooseModel('ollama:m', choice, never);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'model-unfit' } });
    expect(refused.ok ? '' : refused.error.message).toMatch(
      /ollama:m .*makes no right tool call.*ollama:qwen3:8b.*nightshift models probe ollama:m/,
    );
    expect(await chooseModel('auto', choice, never)).toMatchObject({ ok: false, error: { reason: 'model-missing' } });
  });

  it('may be another for each role, asked for once each, and the first that is missing is the answer', async () => {
    const { settings, choice } = await serving([{ name: 'common' }, { name: 'other' }]);
    const models = { implementer: 'ollama:other', reviewer: 'ollama:other', supervisor: 'ollama:common' };
    const chosen = await chooseTaskModels({ model: 'ollama:common', settings: { ...settings, models } }, choice, never);
    const other = { driver: 'ollama', name: 'other' };
    expect(chosen).toMatchObject({
      value: {
        common: { id: { name: 'common' } },
        implementer: { id: other },
        roles: { implementer: other },
      },
    });
    // No reviewer works yet.
    expect(chosen.ok && Object.keys(chosen.value.roles)).toEqual(['implementer']);
    expect(fake.requests.filter(({ path }) => path === '/api/show')).toHaveLength(2);
    const idle = { ...settings, models: { reviewer: 'ollama:absent' } };
    expect(await chooseTaskModels({ model: 'ollama:common', settings: idle }, choice, never)).toMatchObject({
      ok: true,
    });
    const absent = { ...settings, models: { supervisor: 'ollama:absent' } };
    expect(await chooseTaskModels({ model: 'ollama:common', settings: absent }, choice, never)).toMatchObject({
      ok: false,
      error: { reason: 'model-missing', message: expect.stringContaining('absent') },
    });
  });
});
