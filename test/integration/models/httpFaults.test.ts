import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LanguageModel } from '../../../src/core/models/languageModel.ts';
import type { FakeModelServer } from '../../fakes/ollama/fakeListener.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { failed, value } from './contract.ts';
import { httpServers, type ServerOptions } from './httpServers.ts';
import { chatRequest } from './requests.ts';

const never = new AbortController().signal;
const timeouts = { connect: 2_000, firstByte: 400, idle: 400 };
/** Where no wait is to end: a busy machine takes its time. */
const patient = { connect: 10_000, firstByte: 10_000, idle: 10_000 };
const printed = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
let fake: FakeModelServer | undefined;

beforeEach(() => printed.forEach((spy) => spy.mockClear()));

/** Nothing is kept open, nothing wrong was asked, and nothing is printed where an answer is not understood. */
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

const long = { text: 'A sentence that is cut into many chunks on the way to the client.' };
const calling = { calls: [{ name: 'read_file', arguments: { path: 'sum.js' } }] };

describe.each(httpServers)('$name', ({ path, start, open }) => {
  async function serving(turn: FakeTurn, options: ServerOptions = {}, waits = timeouts): Promise<LanguageModel> {
    fake = await start(turn, options);
    return open(fake.url, waits);
  }
  const chat = async (turn: FakeTurn, change: Parameters<typeof chatRequest>[0] = {}) =>
    (await serving(turn)).chat(chatRequest(change), { signal: never });

  describe('a fault of the server is a failure with a reason and a way out', () => {
    it.each([
      ['slowHeaders', 'timeout', /no answer for 0\.4 s/],
      ['stallMid', 'timeout', /the answer stopped for 0\.4 s/],
      ['resetMid', 'interrupted', /broke off/],
      ['truncatedStream', 'interrupted', /ended before it was complete/],
      ['garbageLine', 'malformed', /not a JSON object/],
      ['wrongTypes', 'malformed', /content/],
      ['errorLine', 'crashed', /unexpectedly stopped.*free memory/],
      ['http400', 'rejected', /temperature/],
      ['http404', 'model-missing', /no model scripted/],
      ['http500', 'crashed', /\(500\)|says|memory/],
      ['http503', 'busy', /wait/],
      ['html502', 'unreachable', /proxy/],
      ['redirect', 'rejected', /redirects to .* not followed/],
    ] as const)('%s: %s', async (fault, reason, message) => {
      const failure = failed(await chat({ ...long, fault }));
      expect(failure).toMatchObject({ reason, message: expect.stringMatching(message) });
      expect(failure.message).not.toContain('<');
    });

    it('a queue that is full: busy', async () => {
      const model = await serving({ ...long, delayMs: 200 }, { slots: 1, queueLimit: 0 });
      const first = model.chat(chatRequest(), { signal: never });
      await vi.waitFor(() => expect(fake?.requests).toHaveLength(1));
      expect(failed(await model.chat(chatRequest(), { signal: never })).reason).toBe('busy');
      expect((await first).ok).toBe(true);
    });

    it('no server: unreachable, and how to start one', async () => {
      const model = open('http://127.0.0.1:9');
      const failure = failed(await model.chat(chatRequest(), { signal: never }));
      expect(failure).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('start it') });
      expect(await model.probe(never)).toEqual({ ok: false, error: failure });
    });

    it('a host that does not resolve: unreachable', async () => {
      const model = open('http://no-such-host.invalid:11434');
      expect(failed(await model.chat(chatRequest(), { signal: never })).reason).toBe('unreachable');
    });

    it('TLS where the server speaks none: unreachable', async () => {
      await serving(long);
      const model = open((fake?.url ?? '').replace('http:', 'https:'));
      expect(failed(await model.chat(chatRequest(), { signal: never })).reason).toBe('unreachable');
    });

    it('a server that never completes the connection: unreachable after the connect limit', async () => {
      const silent = createServer(() => undefined);
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const address = silent.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const model = open(`https://127.0.0.1:${port}`, { connect: 150, firstByte: 60_000 });
      const failure = failed(await model.chat(chatRequest(), { signal: never }));
      expect(failure).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('0.15 s') });
      silent.close();
    });

    it('never shows a password of the address', async () => {
      const failure = failed(await open('http://user:hunter2@127.0.0.1:9').chat(chatRequest(), { signal: never }));
      expect(failure.message).not.toContain('hunter2');
    });

    it('the limits end waits, not long answers', async () => {
      await serving({ text: 'x'.repeat(120), chunkSize: 12, chunkDelayMs: 90, delayMs: 200 });
      const slow = open(fake?.url ?? '', { connect: 100, firstByte: 600, idle: 400 });
      const turn = value(await slow.chat(chatRequest(), { signal: never }));
      expect(turn.text).toHaveLength(120);
      expect(turn.milliseconds).toBeGreaterThan(600);
    });
  });

  describe('what a model does wrong is still a turn', () => {
    const chat = async (turn: FakeTurn, change: Parameters<typeof chatRequest>[0] = {}) =>
      (await serving(turn, {}, patient)).chat(chatRequest(change), { signal: never });

    it('an empty one', async () => {
      expect(value(await chat({ fault: 'emptyTurn' }))).toMatchObject({ text: '', calls: [], finish: 'stop' });
    });

    it('a call printed as text stays text', async () => {
      const turn = value(await chat({ ...calling, fault: 'textualToolCall' }));
      expect(turn).toMatchObject({ calls: [], finish: 'stop', text: expect.stringContaining('<tool_call>') });
    });

    it.each(['duplicateCall', 'missingIds'] as const)('calls get ids of their own: %s', async (fault) => {
      const turn = value(await chat({ calls: [...calling.calls, ...calling.calls], fault }));
      expect(turn.calls.length).toBe(fault === 'duplicateCall' ? 3 : 2);
      expect(new Set(turn.calls.map(({ id }) => id)).size).toBe(turn.calls.length);
      expect(turn.calls.every(({ id }) => id !== '')).toBe(true);
    });

    it('a call of a tool that was not offered is passed on as what it came as', async () => {
      const turn = value(await chat({ ...calling, fault: 'unknownTool' }));
      expect(turn).toMatchObject(
        path === 'ollama rendered'
          ? { calls: [], text: expect.stringContaining('frobnicate_read_file') }
          : { calls: [{ name: 'frobnicate_read_file' }] },
      );
    });

    it('one cut by length says so', async () => {
      expect(value(await chat({ ...long, ...calling, fault: 'lengthCut' })).finish).toBe('length');
    });

    it('characters split over chunks arrive whole', async () => {
      const text = 'Grüße 世界 👩‍👩‍👧';
      expect(value(await chat({ text, fault: 'splitUtf8' })).text).toBe(text);
    });

    it.each(['missingCounts', 'wildCounts'] as const)('counts that say nothing stay unknown: %s', async (fault) => {
      expect(value(await chat({ ...long, fault }))).toMatchObject({ text: long.text, usage: {} });
    });

    it('a call without arguments has none to give', async () => {
      const turn = value(await chat({ ...calling, fault: 'missingArguments' }));
      expect(turn).toMatchObject({ finish: 'calls', calls: [{ name: 'read_file', arguments: {} }] });
    });

    it.each(['hugeOutput', 'repeatForever'] as const)('%s is cut as length, and the server is told', async (fault) => {
      const turn = value(await chat({ fault }));
      expect(turn.finish).toBe('length');
      expect(turn.text.length).toBeLessThan(256 * 1024);
      await vi.waitFor(() => expect(fake?.closed).toEqual([expect.objectContaining({ complete: false })]));
    });

    it('a call of 8 MB is no call but an answer that is too long', async () => {
      const turn = value(await chat({ ...calling, fault: 'hugeCall' }));
      expect(turn).toMatchObject({ finish: 'length', calls: [] });
      expect(JSON.stringify(turn).length).toBeLessThan(1_000);
    });

    it('500 calls end at 64', async () => {
      const turn = value(await chat({ ...calling, fault: 'manyCalls' }, { maxOutputTokens: 16_384 }));
      expect(turn.finish).toBe('calls');
      expect(turn.calls).toHaveLength(64);
    });

    it('10 MB that were asked for arrive whole', async () => {
      const turn = value(await chat({ fault: 'hugeOutput' }, { maxOutputTokens: 1_000_000 }));
      expect(turn).toMatchObject({ finish: 'stop' });
      expect(turn.text.length).toBe(45 * 233_017);
    });
  });
});
