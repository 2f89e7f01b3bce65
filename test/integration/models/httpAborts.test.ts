import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FakeModelServer } from '../../fakes/ollama/fakeListener.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { failed, value } from './contract.ts';
import { httpServers, type ServerOptions } from './httpServers.ts';
import { chatRequest } from './requests.ts';

/** Milliseconds from an abort until the server sees the connection end; the best of three, as the machine may be busy. */
const mostMs = 200;
const rounds = 3;

let fake: FakeModelServer;
const stray: unknown[] = [];
const note = (reason: unknown): void => void stray.push(reason);

beforeEach(() => process.on('unhandledRejection', note));

afterEach(async () => {
  process.off('unhandledRejection', note);
  await fake.close();
  expect(fake.violations).toEqual([]);
  expect(stray).toEqual([]);
});

describe.each(httpServers)('$name', ({ name, start, open }) => {
  async function serving(turn: FakeTurn, options: ServerOptions = {}) {
    fake = await start(turn, options);
    return open(fake.url);
  }

  it.each<[string, FakeTurn, ServerOptions]>([
    ['while the model loads', { text: 'x' }, { loadMs: 60_000 }],
    ['before headers', { text: 'x', fault: 'slowHeaders' }, { slowHeadersMs: 60_000 }],
    ['in the middle of an answer', { text: 'a long text, cut in two', fault: 'stallMid' }, {}],
    ['while chunks come', { fault: 'repeatForever' }, {}],
  ])('an abort reaches the server %s', async (when, turn, options) => {
    const model = await serving(turn, { slots: 1, ...options });
    const seen: number[] = [];
    for (let round = 1; round <= rounds && !seen.some((took) => took < mostMs); round += 1) {
      const controller = new AbortController();
      const running = model.chat(chatRequest({ maxOutputTokens: 10_000_000 }), { signal: controller.signal });
      await vi.waitFor(() => expect(fake.requests).toHaveLength(round));
      await sleep(50);
      const aborted = performance.now();
      controller.abort();
      expect(failed(await running).reason).toBe('aborted');
      await vi.waitFor(() => expect(fake.closed).toHaveLength(round), { timeout: 2_000, interval: 5 });
      expect(fake.closed.at(-1)?.complete).toBe(false);
      seen.push((fake.closed.at(-1)?.at ?? Infinity) - aborted);
    }
    expect(Math.min(...seen)).toBeLessThan(mostMs);
    if (process.env['NIGHTSHIFT_FIGURES'] !== undefined) {
      process.stdout.write(`abort ${when}, ${name}: the server saw it after ${Math.min(...seen).toFixed(1)} ms\n`);
    }
  });

  it('an abort while the request waits in the queue lets the one before it go on', async () => {
    const model = await serving({ text: 'x', delayMs: 400 }, { slots: 1 });
    const first = model.chat(chatRequest(), { signal: new AbortController().signal });
    await vi.waitFor(() => expect(fake.requests).toHaveLength(1));
    const controller = new AbortController();
    const second = model.chat(chatRequest(), { signal: controller.signal });
    await vi.waitFor(() => expect(fake.requests).toHaveLength(2));
    controller.abort();
    expect(failed(await second).reason).toBe('aborted');
    expect(value(await first).text).toBe('x');
  });

  it('an abort from a listener silences the stream', async () => {
    const model = await serving({ fault: 'repeatForever' });
    const controller = new AbortController();
    let heard = 0;
    const result = await model.chat(chatRequest({ maxOutputTokens: 10_000_000 }), {
      signal: controller.signal,
      onProgress: () => {
        heard += 1;
        if (heard === 3) {
          controller.abort();
        }
      },
    });
    expect(failed(result).reason).toBe('aborted');
    expect(heard).toBe(3);
  });

  it('a request that ended looks complete to the server and leaves no connection, ten times over', async () => {
    const model = await serving({ text: 'a text of some length, in several chunks' });
    for (let round = 0; round < 10; round += 1) {
      value(await model.chat(chatRequest(), { signal: new AbortController().signal }));
    }
    await vi.waitFor(async () => expect(await fake.connections()).toBe(0));
    expect(fake.closed.map(({ complete }) => complete)).toEqual(Array.from({ length: 10 }, () => true));
  });

  it('a request that ended takes no listener on the caller’s signal with it', async () => {
    const model = await serving({ text: 'x' });
    const controller = new AbortController();
    value(await model.chat(chatRequest(), { signal: controller.signal }));
    controller.abort();
    await sleep(20);
    expect(fake.closed.every(({ complete }) => complete)).toBe(true);
  });
});
