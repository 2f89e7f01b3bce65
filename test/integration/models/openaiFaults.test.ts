import { afterEach, describe, expect, it, vi } from 'vitest';
import { estimateRequest } from '../../../src/core/models/contextAssembly.ts';
import type { ChatRequest, LanguageModel } from '../../../src/core/models/languageModel.ts';
import { estimateTokens } from '../../../src/core/models/tokenEstimate.ts';
import { contextTruncated } from '../../../src/core/models/truncation.ts';
import { validateCall } from '../../../src/core/tools/callValidation.ts';
import { readFile } from '../../../src/core/tools/readFile.ts';
import { createOpenaiModel } from '../../../src/node/models/openai/openai.ts';
import { type FakeOpenai, type FakeOpenaiOptions, startFakeOpenai } from '../../fakes/openai/fakeOpenai.ts';
import { dialects, type OpenaiFakeTurn } from '../../fakes/openai/openaiFakeTurn.ts';
import { failed, value } from './contract.ts';
import { chatRequest, historyOf } from './requests.ts';

const never = new AbortController().signal;
let fake: FakeOpenai | undefined;

afterEach(async () => {
  if (fake !== undefined) {
    const server = fake;
    await vi.waitFor(async () => expect(await server.connections()).toBe(0), { timeout: 5_000 });
    await server.close();
    expect(server.violations).toEqual([]);
  }
  fake = undefined;
});

async function serving(turn: OpenaiFakeTurn, options: Partial<FakeOpenaiOptions> = {}, key?: string) {
  fake = await startFakeOpenai({ script: () => turn, ...options });
  return createOpenaiModel({
    name: 'scripted',
    base: fake.base,
    timeouts: { connect: 2_000, firstByte: 2_000, idle: 2_000 },
    key: () => key,
  });
}

const chat = (model: LanguageModel, change: Partial<ChatRequest> = {}) =>
  model.chat(chatRequest(change), { signal: never });

const long = { text: 'A sentence that is cut into many chunks on the way to the client.' };
const calls = [
  { name: 'read_file', arguments: { path: 'sum "1".js' } },
  { name: 'read_file', arguments: { path: 'b', deep: { list: [1, 'two', null] } } },
];

describe.each(dialects)('the stream of %s', (dialect) => {
  it.each([
    'fragments',
    'repeatedNames',
    'zeroIndexes',
    'missingIds',
    'noDone',
    'commentsAndCrlf',
    'splitUtf8',
  ] as const)('is read whole with %s', async (fault) => {
    const turn = value(await chat(await serving({ ...long, calls, fault }, { dialect })));
    expect(turn).toMatchObject({ text: long.text, finish: 'calls', calls });
    expect(new Set(turn.calls.map(({ id }) => id)).size).toBe(2);
  });

  it('is an error where it ends with one, also when the server says DONE after it', async () => {
    expect(failed(await chat(await serving({ ...long, fault: 'errorLine' }, { dialect }))).reason).toBe('crashed');
  });

  it('may put thoughts apart, which are no part of the text', async () => {
    const turn = value(await chat(await serving({ thinking: 'Hm, "finish"?', text: 'No.' }, { dialect })));
    expect(turn).toMatchObject({ thinking: 'Hm, "finish"?', text: 'No.', calls: [] });
  });

  it('may leave arguments unfinished: their text is judged with the tool, and refused', async () => {
    const turn = value(await chat(await serving({ calls: calls.slice(0, 1), fault: 'malformedArgs' }, { dialect })));
    const [call] = turn.calls;
    expect(call).toMatchObject({ name: 'read_file', arguments: '{"path": "a.js' });
    expect(validateCall(call ?? { name: '', arguments: '' }, [readFile])).toMatchObject({
      ok: false,
      error: { reason: 'invalid-arguments' },
    });
  });
});

describe('a refusal', () => {
  it.each([
    ['errorField', 'crashed', /unexpectedly stopped/],
    ['namelessCall', 'malformed-call', /names no tool/],
    ['error200', 'rejected', /Unexpected endpoint.*\/v1/],
    ['http429', 'busy', /wait 7 s as it asks/],
  ] as const)('%s: %s', async (fault, reason, message) => {
    const failure = failed(await chat(await serving({ ...long, calls, fault })));
    expect(failure).toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  it('carries how long a busy server asks to wait', async () => {
    const failure = failed(await chat(await serving({ fault: 'http429' })));
    expect(failure.retryAfterMs).toBe(7_000);
    expect(failed(await chat(await serving({ fault: 'http503' })))).not.toHaveProperty('retryAfterMs');
  });

  it.each([
    ['vllm', /--enable-auto-tool-choice and the --tool-call-parser/],
    ['llamacpp', /--jinja/],
    ['lmstudio', /choose a model/],
    ['ollama', /choose a model/],
  ] as const)('of tools by %s says the way out', async (dialect, message) => {
    const failure = failed(await chat(await serving(long, { dialect, tools: false })));
    expect(failure).toMatchObject({ reason: 'tools-unsupported', message: expect.stringMatching(message) });
  });

  it.each(['vllm', 'lmstudio', 'ollama'] as const)('of a model that %s does not have names it', async (dialect) => {
    const failure = failed(await chat(await serving(long, { dialect, models: ['other'] })));
    expect(failure).toMatchObject({ reason: 'model-missing', message: expect.stringContaining('scripted') });
  });
});

describe('the window of the server', () => {
  it.each([
    ['vllm', /maximum context length is 256 tokens/],
    ['llamacpp', /its window has 256 tokens/],
  ] as const)('that is too small is a refusal by %s, with its size', async (dialect, message) => {
    const model = await serving(long, { dialect, window: 256 });
    const failure = failed(await chat(model, { messages: historyOf(60) }));
    expect(failure).toMatchObject({ reason: 'context-exceeded', message: expect.stringMatching(message) });
  });

  it.each(['lmstudio', 'ollama'] as const)('that %s cuts to in silence shows in the count', async (dialect) => {
    const model = await serving({ ...long, fault: 'silentTruncate' }, { dialect, window: 512 });
    const messages = historyOf(60);
    const turn = value(await chat(model, { messages }));
    const estimate = estimateRequest(messages, chatRequest().tools, estimateTokens);
    expect(contextTruncated(estimate, turn.usage.prompt)).toBe(true);
  });

  it('that holds the prompt shows in a count near what was sent', async () => {
    const messages = historyOf(60);
    const turn = value(await chat(await serving(long), { messages }));
    const estimate = estimateRequest(messages, chatRequest().tools, estimateTokens);
    expect(contextTruncated(estimate, turn.usage.prompt)).toBe(false);
  });
});

describe('a request', () => {
  it('carries what was asked for, calls as text and results by their id', async () => {
    const model = await serving(long);
    const messages = [
      ...chatRequest().messages,
      {
        role: 'assistant',
        content: '',
        thinking: 'hm',
        calls: [{ id: 'c1', name: 'read_file', arguments: 'no object' }],
      },
      { role: 'tool', callId: 'c1', tool: 'read_file', content: 'text' },
    ] as const;
    value(await chat(model, { messages }));
    expect(fake?.requests[0]?.body).toMatchObject({
      model: 'scripted',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 1_024,
      seed: 7,
      temperature: 0.1,
      messages: [
        {},
        {},
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'read_file', arguments: '{"value":"no object"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'text' },
      ],
    });
  });

  it('asks for counts again without, where a server refuses to be asked, and never after that', async () => {
    const model = await serving({ ...long, usage: { prompt: 5 } }, { refuses: ['stream_options'] });
    expect(value(await chat(model)).usage).toEqual({});
    value(await chat(model));
    expect(bodies().map((body) => 'stream_options' in body)).toEqual([true, false, false]);
  });

  it.each([
    [[], ['json_schema', 'json_schema']],
    [['json_schema'], ['json_schema', 'json_object', 'json_object']],
    [
      ['json_schema', 'json_object'],
      ['json_schema', 'json_object', 'words', 'words'],
    ],
  ] as const)('holds the answer to a schema as well as a server that refuses %j can', async (refuses, asked) => {
    const model = await serving({ text: '{"done": true}' }, { refuses });
    const format = { type: 'object', properties: { done: { type: 'boolean' } } };
    value(await chat(model, { tools: [], format }));
    value(await chat(model, { tools: [], format }));
    expect(bodies().map(modeOf)).toEqual(asked);
    const told = bodies().map((body) => JSON.stringify(body['messages']).includes('fits this JSON Schema'));
    expect(told).toEqual(asked.map((mode) => mode !== 'json_schema'));
  });
});

describe('a key', () => {
  const key = 'nightshift-key-1234567890abcdef';

  it('goes with each request to its server', async () => {
    const model = await serving(long, { key, dialect: 'llamacpp' }, key);
    value(await model.probe(never));
    value(await chat(model));
    expect(fake?.requests.map(({ authorization }) => authorization)).toEqual(fake?.requests.map(() => `Bearer ${key}`));
    expect(fake?.requests.length).toBe(3);
  });

  it('that is missing or wrong is asked for, and never shown, also when the server repeats it', async () => {
    const missing = failed(await chat(await serving(long, { key })));
    expect(missing).toMatchObject({ reason: 'rejected', message: expect.stringMatching(/401.*Set Model Server Key/) });
    const wrong = failed(await chat(await serving(long, { key }, 'wrong-key-987654321')));
    expect(wrong.message).toMatch(/does not take the key/);
    expect(wrong.message).not.toContain('wrong-key');
  });

  it('does not follow a server that sends the request elsewhere', async () => {
    const failure = failed(await chat(await serving({ fault: 'redirect' }, { key }, key)));
    expect(failure).toMatchObject({ reason: 'rejected', message: expect.stringContaining('not followed') });
    expect(fake?.requests).toHaveLength(1);
  });

  it('that is set while the model is in use counts from then on', async () => {
    let current: string | undefined;
    fake = await startFakeOpenai({ script: () => long, key });
    const model = createOpenaiModel({ name: 'scripted', base: fake.base, key: () => current });
    expect(failed(await chat(model)).reason).toBe('rejected');
    current = key;
    expect(value(await chat(model)).text).toBe(long.text);
  });
});

function bodies(): Record<string, unknown>[] {
  return (fake?.requests ?? []).map(({ body }) => ({ ...(typeof body === 'object' ? body : {}) }));
}

function modeOf(body: Record<string, unknown>): string {
  const format = body['response_format'];
  return typeof format === 'object' && format !== null && 'type' in format ? String(format.type) : 'words';
}
