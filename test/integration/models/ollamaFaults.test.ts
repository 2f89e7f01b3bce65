import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { estimateRequest } from '../../../src/core/models/contextAssembly.ts';
import type { ChatRequest, LanguageModel, ModelFailure } from '../../../src/core/models/languageModel.ts';
import { estimateTokens } from '../../../src/core/models/tokenEstimate.ts';
import { contextTruncated } from '../../../src/core/models/truncation.ts';
import { createOllamaModel } from '../../../src/node/models/ollama.ts';
import { type FakeOllama, type FakeOllamaOptions, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { value } from './contract.ts';
import { chatRequest, historyOf } from './requests.ts';

const never = new AbortController().signal;
const timeouts = { connect: 2_000, firstByte: 400, idle: 400 };
const printed = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
let fake: FakeOllama | undefined;

beforeEach(() => printed.forEach((spy) => spy.mockClear()));

/** The package prints to the console where it does not understand; none of that may happen. */
afterEach(async () => {
  if (fake !== undefined) {
    const server = fake;
    await vi.waitFor(async () => expect(await server.connections()).toBe(0), { timeout: 5_000 });
    await server.close();
    expect(server.violations).toEqual([]);
  }
  fake = undefined;
  expect(printed.flatMap((spy) => spy.mock.calls)).toEqual([]);
});

async function serving(turn: FakeTurn, options: Partial<FakeOllamaOptions> = {}): Promise<LanguageModel> {
  fake = await startFakeOllama({ script: () => turn, ...options });
  return createOllamaModel({ name: 'scripted', host: fake.url, timeouts });
}

async function failing(model: LanguageModel, request: ChatRequest = chatRequest()): Promise<ModelFailure> {
  const result = await model.chat(request, { signal: never });
  if (result.ok) {
    throw new Error(`expected a failure, got ${JSON.stringify(result.value).slice(0, 200)}`);
  }
  expect(result.error.message).toMatch(/^[^\n]{20,600}\.$/);
  return result.error;
}

const long = { text: 'A sentence that is cut into many chunks on the way to the client.' };
const calling = { calls: [{ name: 'read_file', arguments: { path: 'sum.js' } }] };

describe('a fault of an Ollama server is a failure with a reason and a way out', () => {
  it.each([
    ['slowHeaders', 'timeout', /no answer for 0\.4 s/],
    ['stallMid', 'timeout', /the answer stopped for 0\.4 s/],
    ['resetMid', 'interrupted', /broke off/],
    ['truncatedStream', 'interrupted', /ended before it was complete/],
    ['garbageLine', 'malformed', /not a JSON object/],
    ['wrongTypes', 'malformed', /message\.content/],
    ['errorLine', 'crashed', /unexpectedly stopped.*free memory/],
    ['http400', 'rejected', /invalid options: temperature/],
    ['http404', 'model-missing', /`ollama pull scripted`/],
    ['http500', 'crashed', /unexpectedly stopped/],
    ['http503', 'busy', /OLLAMA_NUM_PARALLEL/],
    ['html502', 'unreachable', /proxy.*`ollama serve`/],
    ['redirect', 'rejected', /redirects to .* not followed/],
  ] as const)('%s: %s', async (fault, reason, message) => {
    const failure = await failing(await serving({ ...long, fault }));
    expect(failure).toMatchObject({ reason, message: expect.stringMatching(message) });
    expect(failure.message).not.toContain('<');
  });

  it.each([
    ['before the first byte', {}],
    ['after text', long],
  ])('calls that are not JSON on the native path, %s: malformed-call', async (_, text) => {
    const model = await serving({ ...text, ...calling, fault: 'malformedArgs' });
    expect(await failing(model)).toMatchObject({
      reason: 'malformed-call',
      message: expect.stringContaining('read_file'),
    });
  });

  it('no server: unreachable, and how to start one', async () => {
    const model = createOllamaModel({ name: 'scripted', host: '127.0.0.1:9' });
    const failure = await failing(model);
    expect(failure).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('`ollama serve`') });
    expect(await model.probe(never)).toEqual({ ok: false, error: failure });
  });

  it('a host that does not resolve: unreachable', async () => {
    const model = createOllamaModel({ name: 'scripted', host: 'http://no-such-host.invalid:11434' });
    expect(await failing(model)).toMatchObject({ reason: 'unreachable' });
  });

  it('TLS where the server speaks none: unreachable', async () => {
    await serving(long);
    const model = createOllamaModel({ name: 'scripted', host: (fake?.url ?? '').replace('http:', 'https:') });
    expect(await failing(model)).toMatchObject({ reason: 'unreachable' });
  });

  it('a server that never completes the connection: unreachable after the connect limit', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const limits = { connect: 150, firstByte: 60_000 };
    const model = createOllamaModel({ name: 'scripted', host: `https://127.0.0.1:${port}`, timeouts: limits });
    expect(await failing(model)).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('0.15 s') });
    silent.close();
  });

  it('the limits end waits, not long answers', async () => {
    await serving({ text: 'x'.repeat(120), chunkSize: 12, chunkDelayMs: 90, delayMs: 200 });
    const slow = createOllamaModel({
      name: 'scripted',
      host: fake?.url ?? '',
      timeouts: { connect: 100, firstByte: 600, idle: 400 },
    });
    const turn = value(await slow.chat(chatRequest(), { signal: never }));
    expect(turn.text).toHaveLength(120);
    expect(turn.milliseconds).toBeGreaterThan(600);
  });

  it('an address that is none: unreachable, and what one looks like', async () => {
    const model = createOllamaModel({ name: 'scripted', host: 'http://:::' });
    expect(await failing(model)).toMatchObject({ message: expect.stringContaining('http://127.0.0.1:11434') });
  });

  it('never shows a password of the address', async () => {
    const failure = await failing(createOllamaModel({ name: 'scripted', host: 'http://user:hunter2@127.0.0.1:9' }));
    expect(failure.message).not.toContain('hunter2');
  });

  it('a model that cannot call tools: tools-unsupported, and one that can', async () => {
    const model = await serving(long, { models: [{ name: 'scripted', capabilities: ['completion'] }] });
    expect(await failing(model)).toMatchObject({
      reason: 'tools-unsupported',
      message: expect.stringMatching(/qwen3/),
    });
  });

  it('a queue that is full: busy', async () => {
    const model = await serving({ ...long, delayMs: 200 }, { queueLimit: 0 });
    const first = model.chat(chatRequest(), { signal: never });
    await vi.waitFor(() => expect(fake?.requests).toHaveLength(1));
    expect(await failing(model)).toMatchObject({ reason: 'busy' });
    expect((await first).ok).toBe(true);
  });
});

describe('what a model does wrong is still a turn', () => {
  it('an empty one', async () => {
    const turn = value(await (await serving({ fault: 'emptyTurn' })).chat(chatRequest(), { signal: never }));
    expect(turn).toMatchObject({ text: '', calls: [], finish: 'stop' });
  });

  it('a call printed as text stays text', async () => {
    const model = await serving({ ...calling, fault: 'textualToolCall' });
    const turn = value(await model.chat(chatRequest(), { signal: never }));
    expect(turn).toMatchObject({ calls: [], finish: 'stop', text: expect.stringContaining('<tool_call>') });
  });

  it('a broken call on the rendered path comes as text', async () => {
    const model = await serving({ ...calling, fault: 'malformedArgs' }, { path: 'rendered' });
    const turn = value(await model.chat(chatRequest(), { signal: never }));
    expect(turn).toMatchObject({ calls: [], text: expect.stringContaining('"arguments"') });
  });

  it.each(['duplicateCall', 'missingIds'] as const)('calls get ids of their own: %s', async (fault) => {
    const twice = { calls: [...calling.calls, ...calling.calls], fault };
    const turn = value(await (await serving(twice)).chat(chatRequest(), { signal: never }));
    expect(turn.calls.length).toBeGreaterThanOrEqual(2);
    expect(new Set(turn.calls.map(({ id }) => id)).size).toBe(turn.calls.length);
    expect(turn.calls.every(({ id }) => id !== '')).toBe(true);
  });

  it('a tool that was not offered: the native path passes it on, the rendered one gives text', async () => {
    const model = await serving({ ...calling, fault: 'unknownTool' });
    expect(value(await model.chat(chatRequest(), { signal: never })).calls[0]?.name).toBe('frobnicate_read_file');
    const other = await startFakeOllama({ script: [{ ...calling, fault: 'unknownTool' }], path: 'rendered' });
    const turn = value(
      await createOllamaModel({ name: 'scripted', host: other.url }).chat(chatRequest(), { signal: never }),
    );
    await other.close();
    expect(turn).toMatchObject({ calls: [], text: expect.stringContaining('frobnicate_read_file') });
  });

  it('one cut by length says so', async () => {
    const model = await serving({ ...long, ...calling, fault: 'lengthCut' });
    expect(value(await model.chat(chatRequest(), { signal: never })).finish).toBe('length');
  });

  it('characters split over chunks arrive whole', async () => {
    const text = 'Grüße 世界 👩‍👩‍👧';
    const turn = value(await (await serving({ text, fault: 'splitUtf8' })).chat(chatRequest(), { signal: never }));
    expect(turn.text).toBe(text);
  });

  it('missing counts stay unknown', async () => {
    const turn = value(
      await (await serving({ ...long, fault: 'missingCounts' })).chat(chatRequest(), { signal: never }),
    );
    expect(turn.usage).toEqual({});
  });

  it.each(['hugeOutput', 'repeatForever'] as const)(
    '%s is cut at the client, as length, and the server is told',
    async (fault) => {
      const model = await serving({ fault });
      const turn = value(await model.chat(chatRequest(), { signal: never }));
      expect(turn.finish).toBe('length');
      expect(turn.text.length).toBeLessThan(256 * 1024);
      await vi.waitFor(() => expect(fake?.closed).toEqual([expect.objectContaining({ complete: false })]));
    },
  );

  it.each(['native', 'rendered'] as const)(
    'a call without arguments has none to give, on the %s path',
    async (path) => {
      const model = await serving({ ...calling, fault: 'missingArguments' }, { path });
      const turn = value(await model.chat(chatRequest(), { signal: never }));
      expect(turn).toMatchObject({ finish: 'calls', calls: [{ name: 'read_file', arguments: {} }] });
    },
  );

  it('counts that no window can have are unknown', async () => {
    const turn = value(await (await serving({ ...long, fault: 'wildCounts' })).chat(chatRequest(), { signal: never }));
    expect(turn).toMatchObject({ text: long.text, usage: {} });
  });

  it.each(['native', 'rendered'] as const)(
    'a call of 8 MB is no call but an answer that is too long, on the %s path',
    async (path) => {
      const model = await serving({ ...calling, fault: 'hugeCall' }, { path });
      const turn = value(await model.chat(chatRequest(), { signal: never }));
      expect(turn).toMatchObject({ finish: 'length', calls: [] });
      expect(JSON.stringify(turn).length).toBeLessThan(1_000);
    },
  );

  it.each(['native', 'rendered'] as const)('500 calls end at 64, on the %s path', async (path) => {
    const model = await serving({ ...calling, fault: 'manyCalls' }, { path });
    const turn = value(await model.chat(chatRequest(), { signal: never }));
    expect(turn.finish).toBe('calls');
    expect(turn.calls).toHaveLength(64);
  });

  it('10 MB that were asked for arrive whole', async () => {
    const model = await serving({ fault: 'hugeOutput' });
    const turn = value(await model.chat(chatRequest({ maxOutputTokens: 1_000_000 }), { signal: never }));
    expect(turn).toMatchObject({ finish: 'stop' });
    expect(turn.text.length).toBe(45 * 233_017);
  });
});

describe('the window', () => {
  it('is on every request with all options, and the package adds nothing unknown', async () => {
    const model = await serving(long);
    await model.chat(chatRequest(), { signal: never });
    await model.chat(chatRequest({ messages: historyOf(2), tools: [] }), { signal: never });
    const bodies = fake?.requests.map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    for (const body of bodies ?? []) {
      expect(body).toMatchObject({
        stream: true,
        truncate: false,
        shift: false,
        options: { num_ctx: 8_192, num_predict: 1_024, seed: 7, temperature: 0.1 },
      });
    }
    expect(bodies?.[1]).not.toHaveProperty('tools');
  });

  it('sends calls, results and thoughts back as the server wants them', async () => {
    const model = await serving(long);
    const messages = [
      ...chatRequest().messages,
      {
        role: 'assistant',
        content: '',
        thinking: 'hm',
        calls: [{ id: 'c1', name: 'read_file', arguments: 'not an object' }],
      },
      { role: 'tool', callId: 'c1', tool: 'read_file', content: 'text' },
    ] as const;
    value(await model.chat(chatRequest({ messages }), { signal: never }));
    expect(fake?.requests[0]?.body).toMatchObject({
      messages: [
        {},
        {},
        {
          role: 'assistant',
          content: '',
          thinking: 'hm',
          tool_calls: [{ id: 'c1', function: { name: 'read_file', arguments: { value: 'not an object' } } }],
        },
        { role: 'tool', tool_name: 'read_file', tool_call_id: 'c1', content: 'text' },
      ],
    });
  });

  it('too small for the prompt: the server refuses instead of dropping messages', async () => {
    const model = await serving(long);
    const failure = await failing(model, chatRequest({ messages: historyOf(20), contextTokens: 256 }));
    expect(failure).toMatchObject({ reason: 'context-exceeded', message: expect.stringMatching(/larger window/) });
    expect(fake?.requests[0]?.kept).toBeUndefined();
  });

  it('is asked for without the guards where a server refuses them, once, and from then on', async () => {
    const warnings: string[] = [];
    fake = await startFakeOllama({ script: () => long, guards: 'refused' });
    const logger = { debug: vi.fn(), info: vi.fn(), error: vi.fn(), warn: (text: string) => warnings.push(text) };
    const model = createOllamaModel({ name: 'scripted', host: fake.url, logger });
    value(await model.chat(chatRequest(), { signal: never }));
    value(await model.chat(chatRequest(), { signal: never }));
    expect(fake.requests.map(({ body }) => typeof body === 'object' && body !== null && 'truncate' in body)).toEqual([
      true,
      false,
      false,
    ]);
    expect(warnings).toEqual([expect.stringContaining('cut silently')]);
  });

  it('that a server honours shows in a count near what was sent', async () => {
    const messages = historyOf(60);
    const turn = value(await (await serving(long)).chat(chatRequest({ messages }), { signal: never }));
    const estimate = estimateRequest(messages, chatRequest().tools, estimateTokens);
    expect(contextTruncated(estimate, turn.usage.prompt)).toBe(false);
    expect(fake?.requests[0]?.kept).toHaveLength(messages.length);
  });

  it('that a server cuts silently shows in a count far below what was sent', async () => {
    const model = await serving({ ...long, fault: 'silentTruncate' }, { contextDefault: 512 });
    const messages = historyOf(60);
    const turn = value(await model.chat(chatRequest({ messages }), { signal: never }));
    const estimate = estimateRequest(messages, chatRequest().tools, estimateTokens);
    expect(contextTruncated(estimate, turn.usage.prompt)).toBe(true);
    expect(turn.usage.prompt).toBeLessThanOrEqual(512);
    expect(fake?.requests[0]?.kept?.length).toBeLessThan(messages.length / 2);
    expect(fake?.requests[0]?.kept?.at(0)?.role).toBe('system');
  });
});
