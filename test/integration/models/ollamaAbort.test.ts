import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOllamaModel } from '../../../src/node/models/ollama.ts';
import { type FakeOllama, type FakeOllamaOptions, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { value } from './contract.ts';
import { chatRequest } from './requests.ts';

let fake: FakeOllama;
const stray: unknown[] = [];
const note = (reason: unknown): void => void stray.push(reason);

beforeEach(() => process.on('unhandledRejection', note));

afterEach(async () => {
  process.off('unhandledRejection', note);
  await fake.close();
  expect(fake.violations).toEqual([]);
  expect(stray).toEqual([]);
});

async function serving(turn: FakeTurn, options: Partial<FakeOllamaOptions> = {}) {
  fake = await startFakeOllama({ script: () => turn, ...options });
  return createOllamaModel({ name: 'scripted', host: fake.url });
}

describe('an abort reaches the Ollama server', () => {
  it.each<[string, FakeTurn, Partial<FakeOllamaOptions>]>([
    ['while the model loads', { text: 'x' }, { loadMs: 60_000 }],
    ['before headers', { text: 'x', fault: 'slowHeaders' }, { slowHeadersMs: 60_000 }],
    ['in the middle of an answer', { text: 'a long text, cut in two', fault: 'stallMid' }, {}],
    ['while chunks come', { fault: 'repeatForever' }, {}],
  ])('%s', async (_, turn, options) => {
    const model = await serving(turn, options);
    const controller = new AbortController();
    const running = model.chat(chatRequest({ maxOutputTokens: 10_000_000 }), { signal: controller.signal });
    await vi.waitFor(() => expect(fake.requests).toHaveLength(1));
    await sleep(50);
    const aborted = performance.now();
    controller.abort();
    expect(await running).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    const answered = performance.now() - aborted;
    await vi.waitFor(() => expect(fake.closed).toHaveLength(1), { timeout: 2_000, interval: 5 });
    const [closed] = fake.closed;
    expect(closed?.complete).toBe(false);
    expect(answered).toBeLessThan(2_000);
    expect((closed?.at ?? Infinity) - aborted).toBeLessThan(2_000);
    if (process.env['NIGHTSHIFT_FIGURES'] !== undefined) {
      process.stdout.write(
        `abort: caller ${answered.toFixed(1)} ms, server ${((closed?.at ?? 0) - aborted).toFixed(1)} ms\n`,
      );
    }
  });

  it('while the request waits in its queue, and the one before it goes on', async () => {
    const model = await serving({ text: 'x', delayMs: 400 });
    const first = model.chat(chatRequest(), { signal: new AbortController().signal });
    await vi.waitFor(() => expect(fake.requests).toHaveLength(1));
    const controller = new AbortController();
    const second = model.chat(chatRequest(), { signal: controller.signal });
    await vi.waitFor(() => expect(fake.requests).toHaveLength(2));
    controller.abort();
    expect(await second).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(value(await first).text).toBe('x');
  });

  it('from a listener, which then stays silent', async () => {
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
    expect(result).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(heard).toBe(3);
  });
});

describe('a request that ended', () => {
  it('looks complete to the server and leaves no connection, ten times over', async () => {
    const model = await serving({ text: 'a text of some length, in several chunks' });
    for (let round = 0; round < 10; round += 1) {
      value(await model.chat(chatRequest(), { signal: new AbortController().signal }));
    }
    await vi.waitFor(async () => expect(await fake.connections()).toBe(0));
    expect(fake.closed.map(({ complete }) => complete)).toEqual(Array.from({ length: 10 }, () => true));
  });

  it('takes no listener on the caller’s signal with it', async () => {
    const model = await serving({ text: 'x' });
    const controller = new AbortController();
    value(await model.chat(chatRequest(), { signal: controller.signal }));
    controller.abort();
    await sleep(20);
    expect(fake.closed.every(({ complete }) => complete)).toBe(true);
  });
});
