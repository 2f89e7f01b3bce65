import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EndpointSlots, keptLoadedMs, type Slot, type SlotWish } from '../../../../src/core/models/endpointSlots.ts';
import { agingMs, mostPasses } from '../../../../src/core/models/slotOrder.ts';

const never = new AbortController().signal;

interface Given extends Slot {
  readonly wish: SlotWish;
}

/** A server's slots in a time that the test moves, with what was given away so far. */
function server(slots: number, loads = true) {
  let now = 0;
  const given: Given[] = [];
  const endpoint = new EndpointSlots({ slots, loads, clock: { now: () => now, monotonic: () => now } });
  const ask = (party: string, wish: Partial<SlotWish> = {}, signal = never) => {
    const whole = { party, urgency: 'background', model: 'm', contextTokens: 8_192, since: now, ...wish } as const;
    const queueing = endpoint.queue(whole, signal);
    void queueing.slot.then((slot) => slot !== undefined && given.push({ ...slot, wish: whole }));
    return queueing;
  };
  /** Ends the oldest request at the server and lets the next one in. */
  const end = async (): Promise<void> => {
    await settled();
    given[ended]?.release();
    ended += 1;
    await settled();
  };
  let ended = 0;
  return { given, ask, end, endpoint, pass: (ms: number) => (now += ms), now: () => now };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const parties = (given: readonly Given[]): string => given.map(({ wish }) => wish.party).join('');

describe('a model server with one slot', () => {
  test('is shared round by round: who asks ten times at once does not keep another from its turn', async () => {
    const { given, ask, end } = server(1);
    for (let count = 0; count < 10; count += 1) ask('a');
    ask('b');
    ask('c');
    ask('b');
    for (let count = 0; count < 12; count += 1) await end();
    expect(parties(given)).toBe('abcabaaaaaaaa');
  });

  test('serves a person first, then the task that one let go on, then the others', async () => {
    const { given, ask, end } = server(1);
    ask('x');
    ask('b');
    ask('r', { urgency: 'attended' });
    ask('p', { urgency: 'person' });
    for (let count = 0; count < 3; count += 1) await end();
    expect(parties(given)).toBe('xprb');
  });

  test('lets nobody wait for ever behind the more urgent', async () => {
    const { given, ask, end, pass } = server(1);
    ask('x');
    ask('b');
    for (let count = 0; count < 20; count += 1) {
      ask(String.fromCodePoint(65 + count), { urgency: 'person' });
      pass(agingMs / 4);
      await end();
    }
    // Two ranks are worth two minutes: eight turns here.
    expect(given.findIndex(({ wish }) => wish.party === 'b')).toBeLessThanOrEqual(2 * 4 + 1);
    expect(parties(given)).toContain('b');
  });

  test('prefers requests for the model that is loaded, and switches in the end', async () => {
    const { given, ask, end } = server(1);
    ask('a', { model: 'one' });
    ask('b', { model: 'two' });
    for (let count = 0; count < 12; count += 1) {
      ask(`c${count % 2}`, { model: 'one' });
      await end();
    }
    expect(given.findIndex(({ wish }) => wish.model === 'two')).toBe(1 + mostPasses);
  });

  test('loads a model once with the largest window that is wanted, and sends smaller requests with it', async () => {
    const { given, ask, end } = server(1);
    ask('x', { model: 'other' });
    ask('a', { contextTokens: 8_192 });
    ask('b', { contextTokens: 32_768 });
    for (let count = 0; count < 4; count += 1) {
      await end();
      ask(count % 2 === 0 ? 'a' : 'b', { contextTokens: count % 2 === 0 ? 8_192 : 32_768 });
    }
    await end();
    expect(given.slice(1).map(({ contextTokens }) => contextTokens)).toEqual(Array(5).fill(32_768));
  });

  test('has a smaller window again once nobody has used the model for longer than it is kept', async () => {
    const { given, ask, end, pass } = server(1);
    ask('a', { contextTokens: 32_768 });
    await end();
    pass(keptLoadedMs - 1);
    ask('b');
    await end();
    pass(keptLoadedMs);
    ask('b');
    await end();
    expect(given.map(({ contextTokens }) => contextTokens)).toEqual([32_768, 32_768, 8_192]);
  });

  test('says how many other tasks are served before', async () => {
    const { ask, end } = server(1);
    ask('a');
    ask('b');
    ask('b');
    const own = ask('c');
    expect(own.before()).toBe(2);
    await end();
    expect(own.before()).toBe(1);
    await end();
    expect(own.before()).toBe(0);
  });
});

describe('a model server with several slots', () => {
  test('gets no larger window while answers are under way, and nobody else until they are out', async () => {
    const { given, ask, end } = server(3);
    ask('a');
    ask('b');
    await settled();
    ask('c', { contextTokens: 16_384 });
    await settled();
    expect(parties(given)).toBe('ab');
    ask('d');
    await end();
    expect(parties(given)).toBe('ab');
    for (let count = 0; count < 4; count += 1) await end();
    const at = given.findIndex(({ wish }) => wish.party === 'c');
    expect(parties(given)).toBe('abcd');
    expect(given.slice(at).every(({ contextTokens }) => contextTokens === 16_384)).toBe(true);
    expect(given.slice(0, at).every(({ contextTokens }) => contextTokens === 8_192)).toBe(true);
  });

  test('forgets who was cancelled while it waited, at once, and serves who waited behind it', async () => {
    const { given, ask } = server(3);
    ask('a');
    const controller = new AbortController();
    const waiting = ask('c', { contextTokens: 16_384, urgency: 'person' }, controller.signal);
    ask('b');
    await settled();
    expect(parties(given)).toBe('a');
    controller.abort();
    expect(await waiting.slot).toBeUndefined();
    await settled();
    expect(parties(given)).toBe('ab');
    expect(await ask('d', {}, AbortSignal.abort()).slot).toBeUndefined();
  });
});

const stepArbitrary = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      party: fc.constantFrom('a', 'b', 'c', 'd'),
      urgency: fc.constantFrom('person' as const, 'attended' as const, 'background' as const),
      model: fc.constantFrom('one', 'two'),
      contextTokens: fc.constantFrom(4_096, 8_192, 16_384),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('abort' as const), which: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(2 * keptLoadedMs) }) },
);

describe('whatever is asked, ended and cancelled', () => {
  test('no more are at the server than it has slots, no window is too small or shrinks while it is used, and all get a turn', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.array(stepArbitrary),
        async (slots, loads, steps) => {
          const { ask, pass, given } = server(slots, loads);
          const open: Given[] = [];
          const asked: { readonly controller: AbortController; done: boolean }[] = [];
          let seen = 0;
          const look = async (): Promise<void> => {
            await settled();
            for (; seen < given.length; seen += 1) open.push(given[seen]!);
            expect(open.length).toBeLessThanOrEqual(slots);
            for (const { wish, contextTokens } of open) {
              expect(contextTokens).toBeGreaterThanOrEqual(wish.contextTokens);
              // Two answers of one model at the same time have the same window: the server would have to load it twice.
              const other = open.find((one) => one.wish.model === wish.model);
              if (loads) expect(contextTokens).toBe(other?.contextTokens);
            }
          };
          for (const step of steps) {
            if (step.kind === 'ask') {
              const entry = { controller: new AbortController(), done: false };
              asked.push(entry);
              void ask(step.party, step, entry.controller.signal).slot.then(() => (entry.done = true));
            } else if (step.kind === 'end') {
              const [ended] = open.splice(step.which % Math.max(1, open.length), 1);
              ended?.release();
              ended?.release();
            } else if (step.kind === 'abort') {
              asked[step.which]?.controller.abort();
            } else {
              pass(step.ms);
            }
            await look();
          }
          // Nobody's turn is lost: when all that is at the server ends, all that waits comes to it.
          for (let left = asked.length + 1; left > 0; left -= 1) {
            open.splice(0).forEach(({ release }) => release());
            await look();
          }
          expect(asked.every(({ done }) => done)).toBe(true);
          expect(open).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('between two turns of a task that always waits, each other task has at most one, and a few more for a loaded model', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ party: fc.nat(3), model: fc.constantFrom('one', 'two'), burst: fc.integer({ min: 1, max: 5 }) }),
          {
            minLength: 10,
            maxLength: 60,
          },
        ),
        async (noise) => {
          const { ask, end, given } = server(1);
          ask('x');
          for (const { party, model, burst } of noise) {
            for (let count = 0; count < burst; count += 1) ask(`n${party}`, { model });
            await end();
            if (given.at(-1)?.wish.party === 'x') ask('x', { model: 'one' });
          }
          const turns = given.flatMap(({ wish }, at) => (wish.party === 'x' ? [at] : []));
          const gaps = turns.slice(1).map((at, index) => at - (turns[index] ?? 0) - 1);
          expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(4 + mostPasses);
        },
      ),
      { numRuns: 200 },
    );
  });
});
