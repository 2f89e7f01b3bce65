import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { eventsOf } from '../environments/environmentLines.ts';
import { requireEngine } from '../requirements.ts';
import { mendingTurns } from './counterScript.ts';
import { type Finished, Product, taskOf, until } from './product.ts';
import { lastLine } from './taskLine.ts';

const { skip, why } = requireEngine();
const gradeSchema = z.looseObject({ level: z.string(), tools: z.string(), schema: z.boolean(), words: z.string() });
const modelSchema = z.looseObject({
  type: z.literal('model'),
  id: z.string(),
  grade: gradeSchema.optional(),
  roles: z.array(z.string()).optional(),
});
const listSchema = z.looseObject({
  type: z.literal('models'),
  count: z.int(),
  automatic: z.string().optional(),
  recommended: z.array(z.looseObject({ name: z.string(), fits: z.boolean() })).min(1),
});

function modelsOf({ stdout }: Finished): readonly z.infer<typeof modelSchema>[] {
  const lines = stdout.trimEnd().split('\n').slice(0, -1);
  return lines.map((line) => modelSchema.parse(JSON.parse(line)));
}

describe('nightshift models', () => {
  let product: Product;
  let fake: FakeOllama;

  beforeEach(async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    fake = await startFakeOllama({
      script: mendingTurns,
      models: [
        { name: 'scripted:latest' },
        { name: 'talker:7b', trial: 'text', parameters: '7.6B' },
        { name: 'mute:1b', capabilities: ['completion'], trial: 'bad' },
        { name: 'embed:latest', capabilities: ['embedding'] },
      ],
      library: {
        'qwen3:8b': { parts: [40_000, 10_000], stepMs: 20, steps: 200 },
        'full:1b': { parts: [10], error: 'no space left on device' },
      },
    });
  });
  afterEach(async () => {
    await fake.close();
    await product.remove();
  });

  const host = () => ['--ollama-host', fake.url];
  const asked = (path: string): number => fake.requests.filter((request) => request.path === path).length;

  it('lists what is installed, and the grade of what was tried out, in and outside of a repository', async () => {
    const before = await product.run(['models', '--json', ...host()]);
    expect(before).toMatchObject({ code: 0, stderr: '' });
    expect(modelsOf(before).map(({ id, grade }) => [id, grade])).toEqual([
      ['ollama:scripted:latest', undefined],
      ['ollama:talker:7b', undefined],
      ['ollama:mute:1b', undefined],
      ['ollama:embed:latest', undefined],
    ]);
    expect(lastLine(before.stdout, listSchema)).toMatchObject({ count: 4, automatic: 'ollama:scripted:latest' });

    const probed = await product.run(['models', 'probe', 'talker:7b', '--json', ...host()]);
    expect(probed).toMatchObject({ code: 0, stderr: '' });
    expect(lastLine(probed.stdout, modelSchema)).toMatchObject({
      id: 'ollama:talker:7b',
      grade: { tools: 'text', schema: true, level: 'capable' },
    });
    expect(asked('/api/chat (trial)')).toBe(5);

    const after = await product.run(['models', '--json', ...host()], { cwd: product.home });
    expect(after.code).toBe(0);
    expect(modelsOf(after)[1]).toMatchObject({ grade: { level: 'capable' }, roles: ['auto'] });
    expect(lastLine(after.stdout, listSchema).automatic).toBe('ollama:talker:7b');
    expect(product.hostPid()).toBeUndefined();
    expect(fake.violations).toEqual([]);
  });

  it('says for people what a model can do, which role it has, and what to get', async () => {
    const variables = { NIGHTSHIFT_MODEL: 'ollama:scripted:latest', NIGHTSHIFT_MODELS_REVIEWER: 'ollama:talker:7b' };
    await product.run(['models', 'probe', 'ollama:scripted:latest', ...host()]);
    const { code, stdout } = await product.run(['models', ...host()], { variables });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /ollama:scripted:latest\s+capable\s+8\.2B Q4_K_M · .*window 16,384 of 40,960 {2}← all roles\n/,
    );
    expect(stdout).toMatch(/ollama:talker:7b\s+not tried yet.*← reviewer\n/);
    expect(stdout).toMatch(/calls tools, answers to a schema, edits and copies exactly/);
    expect(stdout).toMatch(/Recommended for .* of memory \(advice, not measured here\):\n/);
  });

  it('ends with 1 for an unfit model, with 3 for one that is missing or a server that does not answer, with 2 for wrong usage', async () => {
    const unfit = await product.run(['models', 'probe', 'mute:1b', '--json', ...host()]);
    expect(unfit.code).toBe(1);
    expect(lastLine(unfit.stdout, modelSchema).grade).toMatchObject({
      level: 'unfit',
      words: expect.stringMatching(/^unfit: /),
    });
    for (const [words, code, message] of [
      [['probe', 'absent:7b', ...host()], 3, /ollama pull absent:7b/],
      [['probe', 'replay:/nowhere.json', ...host()], 3, /nowhere\.json/],
      [['probe', 'scripted', '--ollama-host', 'http://127.0.0.1:9'], 3, /127\.0\.0\.1:9.*ollama serve/],
      [['pull', 'absent:7b', ...host()], 3, /cannot pull absent:7b: no library/],
      [['pull', 'full:1b', ...host()], 3, /disk is full.*OLLAMA_MODELS/],
      [['probe'], 2, /Which model\?/],
      [['pull', 'x', '--context-tokens', '5'], 2, /context-tokens/],
    ] as const) {
      const finished = await product.run(['models', ...words]);
      expect([words[0], finished.code]).toEqual([words[0], code]);
      expect(finished.stderr).toMatch(/^nightshift: [^\n]+\n$/);
      expect(finished.stderr).toMatch(message);
    }
    const { code, stdout } = await product.run(['models', '--ollama-host', 'http://127.0.0.1:9']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/No Ollama server answers at http:\/\/127\.0\.0\.1:9/);
  });

  it('pulls with progress, stops at an interrupt, and goes on from there', async () => {
    const running = product.start(['models', 'pull', 'qwen3:8b', '--json', ...host()]);
    await until('half of the first part is there', () => /"completed":2\d{4}/.test(running.stdout()));
    running.child.kill('SIGINT');
    expect(await running.finished).toMatchObject({ code: 130, stderr: '' });
    await until('the server stopped', () =>
      fake.closed.some(({ path, complete }) => path === '/api/pull' && !complete),
    );
    const again = await product.run(['models', 'pull', 'qwen3:8b', '--json', ...host()]);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    const progress = [...again.stdout.matchAll(/"completed":(\d+)/g)].map(([, completed]) => Number(completed));
    expect(progress[0]).toBeGreaterThan(19_000);
    expect(lastLine(again.stdout, modelSchema)).toMatchObject({ id: 'ollama:qwen3:8b' });
    expect(modelsOf(await product.run(['models', '--json', ...host()])).map(({ id }) => id)).toContain(
      'ollama:qwen3:8b',
    );
  });

  it('has a task of an unfit model fail with why, before any box, and the next one refused at once', async () => {
    const first = await product.task(['run', 'stop at zero', '--model', 'ollama:mute:1b', ...host()]);
    expect(first).toMatchObject({ code: 3, task: { state: 'failed', changeset: null, usage: { steps: 0 } } });
    expect(first.task.reason).toMatch(
      /^model-unfit: The model ollama:mute:1b is not fit for this work: it makes no right tool call/,
    );
    const events = eventsOf(product, first.task.id).map(({ type }) => type);
    expect(events).toEqual(expect.arrayContaining(['trial-started', 'trial-ended']));
    expect(events).not.toContain('run-started');
    const trials = asked('/api/chat (trial)');
    const second = await product.run(['run', 'stop at zero', '--model', 'ollama:mute:1b', ...host()]);
    expect(second).toMatchObject({ code: 3, stdout: '' });
    expect(second.stderr).toMatch(/^nightshift: The model ollama:mute:1b is not fit[^\n]*\n$/);
    expect(asked('/api/chat (trial)')).toBe(trials);
  });

  it.skipIf(skip)(`tries a model out once for the first task that needs it, and says so ${why}`, async () => {
    const first = await product.run(['run', 'stop at zero', '--model', 'ollama:scripted', ...host()]);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/nobody knows yet what ollama:scripted can do: trying it out, once\n/);
    expect(first.stdout).toMatch(/the model is capable: calls tools/);
    expect([asked('/api/chat (trial)'), asked('/api/chat')]).toEqual([5, 4]);
    const second = taskOf(
      await product.run(['run', 'stop at zero', '--model', 'ollama:scripted', '--json', ...host()]),
    );
    expect(asked('/api/chat (trial)')).toBe(5);
    const [created, ...others] = eventsOf(product, second.id);
    expect(created?.data).toMatchObject({ grade: { tools: 'native', schema: true, level: 'capable' } });
    expect(others.map(({ type }) => type)).not.toContain('trial-started');
    expect(fake.violations).toEqual([]);
  });

  it.skipIf(skip)(`gives a role its own model and window ${why}`, async () => {
    const variables = { NIGHTSHIFT_MODELS_IMPLEMENTER: 'ollama:talker:7b', NIGHTSHIFT_CONTEXT_TOKENS: '12000' };
    const run = ['run', 'stop at zero', '--json', '--model', 'ollama:scripted:latest', ...host()];
    const { id } = taskOf(await product.run(run, { variables }));
    const [created] = eventsOf(product, id);
    expect(created?.data).toMatchObject({
      model: { name: 'scripted:latest' },
      settings: { models: { implementer: { driver: 'ollama', name: 'talker:7b' } }, contextTokens: 12_000 },
    });
    const chats = fake.requests.filter(({ path }) => path.startsWith('/api/chat'));
    expect(chats.length).toBeGreaterThan(5);
    for (const { body } of chats) {
      expect(body).toMatchObject({ model: 'talker:7b', options: { num_ctx: 12_000 } });
    }
    const absent = { NIGHTSHIFT_MODELS_SUPERVISOR: 'ollama:absent:1b' };
    const refused = await product.run(run, { variables: absent });
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toMatch(/absent:1b/);
  });
});
