import { createServer, type Server } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOpenaiModel } from '../../../src/node/models/openai/openai.ts';
import { chatRequest } from './requests.ts';

const never = new AbortController().signal;
const okHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n';
let answer: Uint8Array = new Uint8Array();
let server: Server;
let base = '';

/** A server that sends `answer` to whatever it is asked, and hangs up. */
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1`;
});

afterAll(() => {
  server.close();
});

function openModel() {
  return createOpenaiModel({ name: 'scripted', base, timeouts: { connect: 2_000, firstByte: 2_000, idle: 2_000 } });
}

it('no bytes of a server make the driver throw or hang', async () => {
  const model = openModel();
  const anything = fc.anything({ maxDepth: 1 });
  const record = fc
    .record(
      {
        choices: fc.array(fc.record({ delta: anything, finish_reason: anything }, { requiredKeys: [] }), {
          maxLength: 2,
        }),
        usage: anything,
        error: anything,
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value));
  const data = fc.oneof(record, fc.json(), fc.string(), fc.constant('[DONE]'));
  const part = fc.oneof(
    data.map((text) => `data: ${text}\n\n`),
    data.map((text) => `data: ${text}\r\n\r\n`),
    fc.string(),
    fc.constantFrom(': ping\n\n', 'event: error\n', 'error: {"message":"x"}\n\n', 'retry: x\n', '\r', '\uFEFF'),
  );
  const body = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''));
  const head = fc.constantFrom(
    `${okHead}\r\n`,
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n',
    'HTTP/1.1 400 No\r\nContent-Type: application/json\r\n\r\n',
    'HTTP/1.1 429 Slow\r\nRetry-After: soon\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'HTTP/1.1 204 Nothing\r\n\r\n',
    'SSH-2.0-OpenSSH\r\n',
    '',
  );
  await fc.assert(
    fc.asyncProperty(head, body, async (start, rest) => {
      answer = new TextEncoder().encode(start + rest);
      for (const result of [await model.chat(chatRequest(), { signal: never }), await model.probe(never)]) {
        expect(result.ok ? '' : result.error.message).not.toContain('\n');
      }
    }),
    { numRuns: 200 },
  );
});

it('an answer cut at any byte is a failure, unless it was said to be finished', async () => {
  const model = openModel();
  const events = [
    { choices: [{ index: 0, delta: { role: 'assistant', content: 'Grüße 世界' }, finish_reason: null }] },
    {
      choices: [
        {
          index: 0,
          delta: { tool_calls: [{ index: 0, id: 'c', function: { name: 'write_file', arguments: '{"pa' } }] },
        },
      ],
    },
    { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: 'th":"a"}' } }] } }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
    { choices: [], usage: { prompt_tokens: 5, completion_tokens: 3 } },
  ].map((event) => `data: ${JSON.stringify(event)}\n\n`);
  const lines = [...events, 'data: [DONE]\n\n'].map((line) => Buffer.from(line));
  const chunk = (line: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`${line.byteLength.toString(16)}\r\n`), line, Buffer.from('\r\n')]);
  const whole = Buffer.concat([
    Buffer.from(`${okHead}Transfer-Encoding: chunked\r\n\r\n`),
    ...lines.map(chunk),
    Buffer.from('0\r\n\r\n'),
  ]);
  const doneAt = whole.byteLength - '\n\r\n0\r\n\r\n'.length + '\n'.length;
  for (let length = 0; length <= whole.byteLength; length += 1) {
    answer = whole.subarray(0, length);
    const result = await model.chat(chatRequest(), { signal: never });
    // Without the end of its body an answer broke off, whatever it said before, until DONE is out.
    expect({ length, ok: result.ok }).toEqual({ length, ok: length >= doneAt });
    expect(result).toMatchObject(
      result.ok
        ? { value: { text: 'Grüße 世界', calls: [{ name: 'write_file', arguments: { path: 'a' } }], finish: 'calls' } }
        : { error: { reason: expect.stringMatching(/interrupted|malformed/) } },
    );
  }
});

it('events that carry too much, or are nested without end, are cut to what was asked for and break nothing', async () => {
  const model = openModel();
  const answered = async (event: string) => {
    answer = new TextEncoder().encode(`${okHead}\r\ndata: ${event}\n\ndata: [DONE]\n\n`);
    return await model.chat(chatRequest(), { signal: never });
  };
  const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const call = (given: string): string =>
    `{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"read_file","arguments":${given}}}]}}]}`;
  const cut = { ok: true, value: { finish: 'length', calls: [] } };
  expect(await answered(call(`{"path":${nested}}`))).toMatchObject(cut);
  expect(await answered(call(JSON.stringify(`{"path":${nested}}`)))).toMatchObject(cut);
  expect(await answered(`{"error":${nested}}`)).toMatchObject({ ok: false, error: { reason: 'crashed' } });
  const long = await answered(`{"choices":[{"delta":{"content":"${'x'.repeat(4 * 1024 * 1024)}","reasoning":"hm"}}]}`);
  expect(long).toMatchObject({ ok: true, value: { finish: 'length', thinking: 'hm' } });
  expect(JSON.stringify(long).length).toBeLessThan(128 * 1024);
  expect(await answered(`{"choices":[{"delta":{"content":"${'x'.repeat(17 * 1024 * 1024)}"}}]}`)).toMatchObject({
    ok: false,
    error: { reason: 'malformed' },
  });
});
