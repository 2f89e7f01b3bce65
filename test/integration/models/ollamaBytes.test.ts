import { createServer, type Server } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createOllamaModel } from '../../../src/node/models/ollama/ollama.ts';
import { chatRequest } from './requests.ts';

const never = new AbortController().signal;
const printed = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
let answer: Uint8Array = new Uint8Array();
let server: Server;
let host = '';

/** A server that sends `answer` to whatever it is asked, and hangs up. */
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

afterAll(() => {
  server.close();
  expect(printed.flatMap((spy) => spy.mock.calls)).toEqual([]);
});

function openModel() {
  return createOllamaModel({ name: 'scripted', host, timeouts: { connect: 2_000, firstByte: 2_000, idle: 2_000 } });
}

it('no bytes of a server make the driver throw or hang', async () => {
  const model = openModel();
  const record = fc
    .record(
      {
        message: fc.anything({ maxDepth: 1 }),
        done: fc.oneof(fc.boolean(), fc.string()),
        error: fc.anything({ maxDepth: 1 }),
        done_reason: fc.anything({ maxDepth: 0 }),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value));
  const part = fc.oneof(fc.json(), record, fc.string());
  const body = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('\n'));
  const head = fc.constantFrom(
    'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n',
    'HTTP/1.1 500 Oh\r\nContent-Type: application/json\r\n\r\n',
    'HTTP/1.1 404 No\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'HTTP/1.1 204 Nothing\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\n\r\n',
    'HTTP/1.1 999 What\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n',
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

it('an answer cut at any byte is a failure, unless its last line was out', async () => {
  const model = openModel();
  const lines = [
    { message: { role: 'assistant', content: 'Grüße 世界' }, done: false },
    {
      message: {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { name: 'write_file', arguments: { path: 'a' } } }],
      },
      done: false,
    },
    { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', eval_count: 3 },
  ].map((line) => new TextEncoder().encode(`${JSON.stringify(line)}\n`));
  const whole = Buffer.concat([
    Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n'),
    ...lines.flatMap((line) => [Buffer.from(`${line.byteLength.toString(16)}\r\n`), line, Buffer.from('\r\n')]),
    Buffer.from('0\r\n\r\n'),
  ]);
  const lastLineOut = whole.byteLength - '\r\n0\r\n\r\n'.length;
  for (let length = 0; length <= whole.byteLength; length += 1) {
    answer = whole.subarray(0, length);
    const result = await model.chat(chatRequest(), { signal: never });
    expect({ length, ok: result.ok }).toEqual({ length, ok: length >= lastLineOut });
    expect(result).toMatchObject(
      result.ok
        ? { value: { text: 'Grüße 世界', calls: [{ name: 'write_file' }], finish: 'calls' } }
        : { error: { reason: expect.stringMatching(/interrupted|malformed/) } },
    );
  }
});

it('one line that carries too much, or is nested without end, is cut to what was asked for and breaks nothing', async () => {
  const model = openModel();
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n';
  const answered = async (message: string) => {
    answer = new TextEncoder().encode(`${head}{"message":{"role":"assistant",${message}},"done":true}\n`);
    return await model.chat(chatRequest(), { signal: never });
  };
  const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  expect(
    await answered(`"content":"","tool_calls":[{"function":{"name":"read_file","arguments":{"path":${nested}}}}]`),
  ).toMatchObject({ ok: true, value: { finish: 'length', calls: [] } });
  answer = new TextEncoder().encode(`${head}{"error":${nested}}\n`);
  expect(await model.chat(chatRequest(), { signal: never })).toMatchObject({ ok: false, error: { reason: 'crashed' } });
  const long = await answered(`"content":"${'x'.repeat(4 * 1024 * 1024)}","thinking":"hm"`);
  expect(long).toMatchObject({ ok: true, value: { finish: 'length', thinking: 'hm' } });
  expect(JSON.stringify(long).length).toBeLessThan(128 * 1024);
});
