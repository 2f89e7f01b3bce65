import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { estimateRequest } from '../../../src/core/models/contextAssembly.ts';
import type { ChatRequest, LanguageModel, ModelFailure } from '../../../src/core/models/languageModel.ts';
import { estimateTokens } from '../../../src/core/models/tokenEstimate.ts';
import { contextTruncated } from '../../../src/core/models/truncation.ts';
import { createOllamaModel } from '../../../src/node/models/ollama/ollama.ts';
import { type FakeOllama, type FakeOllamaOptions, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { failed, value } from './contract.ts';
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
  return failed(await model.chat(request, { signal: never }));
}

const long = { text: 'A sentence that is cut into many chunks on the way to the client.' };
const calling = { calls: [{ name: 'read_file', arguments: { path: 'sum.js' } }] };

describe('what only an Ollama server does wrong', () => {
  it.each([
    ['http404', /`ollama pull scripted`/],
    ['http503', /OLLAMA_NUM_PARALLEL/],
    ['html502', /`ollama serve`/],
  ] as const)('%s: in the words of Ollama', async (fault, message) => {
    expect((await failing(await serving({ ...long, fault }))).message).toMatch(message);
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

  it('no server: how to start one', async () => {
    const model = createOllamaModel({ name: 'scripted', host: '127.0.0.1:9' });
    expect((await failing(model)).message).toContain('`ollama serve`');
  });

  it('an address that is none: unreachable, and what one looks like', async () => {
    const model = createOllamaModel({ name: 'scripted', host: 'http://:::' });
    expect(await failing(model)).toMatchObject({ message: expect.stringContaining('http://127.0.0.1:11434') });
  });

  it('a model that cannot call tools: tools-unsupported, and one that can', async () => {
    const model = await serving(long, { models: [{ name: 'scripted', capabilities: ['completion'] }] });
    expect(await failing(model)).toMatchObject({
      reason: 'tools-unsupported',
      message: expect.stringMatching(/qwen3/),
    });
  });

  it('a broken call on the rendered path is text, as the server made it', async () => {
    const model = await serving({ ...calling, fault: 'malformedArgs' }, { path: 'rendered' });
    const turn = value(await model.chat(chatRequest(), { signal: never }));
    expect(turn).toMatchObject({ calls: [], text: expect.stringContaining('"arguments"') });
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
