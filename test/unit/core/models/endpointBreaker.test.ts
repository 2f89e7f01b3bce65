import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok, type Result } from '../../../../src/base/result.ts';
import {
  EndpointBreaker,
  isTransient,
  type outcomeOf,
  pauseBefore,
} from '../../../../src/core/models/endpointBreaker.ts';
import { EndpointSlots } from '../../../../src/core/models/endpointSlots.ts';
import type {
  LanguageModel,
  ModelFailure,
  ModelFailureReason,
  Turn,
} from '../../../../src/core/models/languageModel.ts';
import { sharedModel } from '../../../../src/core/models/sharedModel.ts';
import { VirtualTime } from '../../../fakes/virtualTime.ts';

const turn: Turn = { text: 'Hi.', thinking: '', calls: [], finish: 'stop', usage: {}, milliseconds: 1 };
const request = { messages: [], tools: [], contextTokens: 1, maxOutputTokens: 1, temperature: 0, seed: 1 };
const never = new AbortController().signal;

/** A server that answers from a list, behind a breaker, in a time of its own. */
function endpoint(...outcomes: (ModelFailureReason | 'well' | ModelFailure)[]) {
  const time = new VirtualTime();
  const { clock, sleep } = time;
  const asked: number[] = [];
  const breaker = new EndpointBreaker(clock);
  const model: LanguageModel = {
    id: { driver: 'test', name: 'test' },
    probe: async () => fail(failure('rejected', 'No.')),
    chat: async (): Promise<Result<Turn, ModelFailure>> => {
      asked.push(clock.monotonic());
      const outcome = outcomes.shift() ?? 'well';
      if (outcome === 'well') return ok(turn);
      return fail(typeof outcome === 'string' ? failure(outcome, 'It failed.') : outcome);
    },
  };
  const slots = new EndpointSlots({ slots: 2, loads: false, clock });
  const shared = { breaker, slots, now: () => clock.monotonic(), sleep };
  const guarded = sharedModel(model, shared, { party: 'task', urgency: 'background' });
  return {
    asked,
    breaker,
    pass: (ms: number) => time.pass(ms),
    chat: (signal = never) => time.until(guarded.chat(request, { signal })),
  };
}

describe('a model server that keeps failing', () => {
  test('is left alone for 30 seconds after five failures within a minute, then tried by one request', async () => {
    const server = endpoint('busy', 'crashed', 'unreachable', 'interrupted', 'timeout', 'busy', 'well');
    for (let count = 0; count < 8; count += 1) {
      await server.chat();
      server.pass(1_000);
    }
    // Five failures a second apart; a try after 30 s that fails; one 30 s later that does not; after that no wait.
    expect(server.asked).toEqual([0, 1_000, 2_000, 3_000, 4_000, 34_000, 64_000, 65_000]);
  });

  test('is asked on while its failures are spread over more than a minute', async () => {
    const server = endpoint(...Array<'busy'>(10).fill('busy'));
    for (let count = 0; count < 10; count += 1) {
      await server.chat();
      server.pass(16_000);
    }
    expect(server.asked).toEqual(Array.from({ length: 10 }, (_, at) => at * 16_000));
  });

  test('is not blamed for what the request or the answer is to blame for', async () => {
    const server = endpoint(
      'rejected',
      'context-exceeded',
      'malformed-call',
      'model-missing',
      'aborted',
      'malformed',
      'rejected',
    );
    for (let count = 0; count < 7; count += 1) {
      await server.chat();
    }
    expect(server.asked).toEqual(Array(7).fill(0));
  });

  test('is tried by one request at a time when the rest is over', () => {
    const { breaker, pass } = endpoint();
    const settle = (outcome: ReturnType<typeof outcomeOf>): void => {
      const admission = breaker.admit();
      if ('settle' in admission) admission.settle(outcome);
    };
    for (let count = 0; count < 5; count += 1) settle({});
    expect(breaker.admit()).toEqual({ waitMs: 30_000 });
    pass(30_000);
    const probe = breaker.admit();
    expect(breaker.admit()).toEqual({ waitMs: 500 });
    if ('settle' in probe) probe.settle('unknown');
    // A try that says nothing of the server leaves the next one to find out.
    settle('well');
    expect(breaker.admit()).toHaveProperty('settle');
  });

  test('is left alone for as long as it wishes, and for five minutes at most', async () => {
    const wish = (retryAfterMs: number): ModelFailure => ({ ...failure('busy', 'Later.'), retryAfterMs });
    const server = endpoint(wish(7_000), wish(90_000), wish(86_400_000), 'well');
    for (let count = 0; count < 4; count += 1) await server.chat();
    expect(server.asked).toEqual([0, 7_000, 97_000, 397_000]);
  });

  test('keeps nobody waiting who was cancelled, and forgets no try whose request throws', async () => {
    const server = endpoint(...Array<'busy'>(5).fill('busy'));
    for (let count = 0; count < 5; count += 1) await server.chat();
    expect(await server.chat(AbortSignal.abort())).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(server.asked).toHaveLength(5);
  });
});

describe('another attempt', () => {
  test('comes after 1, 2, 4 and 8 seconds and up to half as long again, and no fifth time', () => {
    expect([1, 2, 3, 4, 5].map((attempts) => pauseBefore(attempts, 0))).toEqual([
      1_000,
      2_000,
      4_000,
      8_000,
      undefined,
    ]);
    expect([1, 2, 3, 4].map((attempts) => pauseBefore(attempts, 1))).toEqual([1_500, 3_000, 6_000, 12_000]);
  });

  test('is never made for what would only fail again', () => {
    const lasting: ModelFailureReason[] = [
      'rejected',
      'model-missing',
      'tools-unsupported',
      'context-exceeded',
      'malformed',
      'malformed-call',
      'timeout',
      'aborted',
      'script-ended',
    ];
    expect(lasting.filter(isTransient)).toEqual([]);
  });
});
