import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok, type Result } from '../../../../src/base/result.ts';
import { EndpointBreaker } from '../../../../src/core/models/endpointBreaker.ts';
import { EndpointSlots } from '../../../../src/core/models/endpointSlots.ts';
import type { LanguageModel, ModelFailure, Turn } from '../../../../src/core/models/languageModel.ts';
import { reserve, sharedModel } from '../../../../src/core/models/sharedModel.ts';
import { VirtualTime } from '../../../fakes/virtualTime.ts';

const turn: Turn = { text: 'Hi.', thinking: '', calls: [], finish: 'stop', usage: {}, milliseconds: 1 };
const request = { messages: [], tools: [], contextTokens: 8_192, maxOutputTokens: 1, temperature: 0, seed: 1 };
const never = new AbortController().signal;

/** A server with one slot that answers after a while, in a time of its own. */
function shared(answer: (party: string) => Result<Turn, ModelFailure> | 'throw' = () => ok(turn), answerMs = 10_000) {
  const time = new VirtualTime();
  const { clock, sleep } = time;
  const sent: { readonly party: string; readonly at: number; readonly contextTokens: number }[] = [];
  const slots = new EndpointSlots({ slots: 1, loads: true, clock });
  const endpoint = { breaker: new EndpointBreaker(clock), slots, now: () => clock.monotonic(), sleep };
  const by = (party: string): LanguageModel =>
    sharedModel(
      {
        id: { driver: 'test', name: 'm' },
        probe: async () => fail(failure('rejected', 'No.')),
        chat: async ({ contextTokens }, { signal }) => {
          sent.push({ party, at: clock.monotonic(), contextTokens });
          await sleep(answerMs, signal);
          const said = answer(party);
          if (said === 'throw') throw new Error('defect');
          return signal.aborted ? fail(failure('aborted', 'Cancelled.')) : said;
        },
      },
      endpoint,
      { party, urgency: 'background' },
    );
  const chat = (party: string, signal = never) => by(party).chat(request, { signal });
  return { time, sent, by, chat, now: () => clock.monotonic() };
}

describe('a model whose server others use', () => {
  test('is asked by one task after the other', async () => {
    const { time, chat, sent } = shared();
    await time.until(Promise.all([chat('a'), chat('b'), chat('c')]));
    expect(sent).toMatchObject([
      { party: 'a', at: 0 },
      { party: 'b', at: 10_000 },
      { party: 'c', at: 20_000 },
    ]);
  });

  test('is sent the window that it is loaded with, for a reservation and for a plain request', async () => {
    const { time, by, chat, sent } = shared();
    const large = await time.until(reserve(by('a'), { contextTokens: 32_768, signal: never }));
    large?.release();
    await time.until(chat('b'));
    const small = await time.until(reserve(by('c'), { contextTokens: 4_096, signal: never }));
    expect(small?.contextTokens).toBe(32_768);
    expect(sent).toMatchObject([{ party: 'b', contextTokens: 32_768 }]);
  });

  test('sends nothing for who was cancelled in the queue, and says so at once', async () => {
    const { time, chat, sent, now } = shared();
    const first = chat('a');
    const controller = new AbortController();
    const second = chat('b', controller.signal);
    const third = chat('c');
    controller.abort();
    expect(await time.until(second)).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(now()).toBe(0);
    await time.until(Promise.all([first, third]));
    expect(sent.map(({ party }) => party)).toEqual(['a', 'c']);
  });

  test('has its slot back a moment after a request was broken off, and at once after an answer', async () => {
    const { time, chat, sent } = shared();
    const controller = new AbortController();
    const first = chat('a', controller.signal);
    const others = Promise.all([chat('b'), chat('c')]);
    await time.until(time.sleep(3_000, never));
    controller.abort();
    await time.until(Promise.all([first, others]));
    expect(sent.map(({ at }) => at)).toEqual([0, 3_200, 13_200]);
  });

  test('has its slot back when a request ends with a defect', async () => {
    const { time, chat, sent } = shared((party) => (party === 'a' ? 'throw' : ok(turn)));
    const first = chat('a');
    const second = chat('b');
    await expect(time.until(first)).rejects.toThrow('defect');
    expect(await time.until(second)).toMatchObject({ ok: true });
    expect(sent).toHaveLength(2);
  });

  test('keeps its slot free while it rests after failures', async () => {
    let failures = 5;
    const { time, by, chat, sent, now } = shared(
      () => (failures-- > 0 ? fail(failure('busy', 'Busy.')) : ok(turn)),
      1_000,
    );
    for (let count = 0; count < 5; count += 1) await time.until(chat('a'));
    const said: string[] = [];
    const waiting = [
      reserve(by('a'), { contextTokens: 1, signal: never, onWait: (message) => said.push(message) }),
      reserve(by('b'), { contextTokens: 1, signal: never }),
    ];
    await time.until(time.sleep(10_000, never));
    expect(said).toEqual(['Waiting for the model: its server failed and is left alone for a while']);
    // A slot held by who waits would keep this one from failing: all wait for the end of the rest, and then one tries.
    const first = await time.until(Promise.race(waiting));
    expect(now()).toBe(35_000);
    const answer = await time.until(first?.chat(request, { signal: never }) ?? Promise.reject(new Error('none')));
    expect(answer).toMatchObject({ ok: true });
    first?.release();
    expect(await time.until(waiting[1] ?? Promise.resolve(undefined))).toBeDefined();
    expect(sent).toHaveLength(6);
  });

  test('tells a wait after half a second, and again when the number of others changes, at most every 15 seconds', async () => {
    const { time, by, chat, now } = shared();
    const said: [number, string][] = [];
    const others = Promise.all([chat('a'), chat('b'), chat('c')]);
    const own = reserve(by('x'), {
      contextTokens: 1,
      signal: never,
      onWait: (message) => said.push([now(), message]),
    });
    await time.until(Promise.all([others, own]));
    expect(said).toEqual([
      [500, 'Waiting for the model: 3 tasks before it'],
      [15_500, 'Waiting for the model: 2 tasks before it'],
    ]);
  });

  test('tells nothing of a wait that is over soon', async () => {
    const { time, by, chat } = shared(undefined, 400);
    const said: string[] = [];
    const first = chat('a');
    const own = reserve(by('b'), { contextTokens: 1, signal: never, onWait: (message) => said.push(message) });
    await time.until(Promise.all([first, own]));
    await time.until(time.sleep(60_000, never));
    expect(said).toEqual([]);
  });
});
