import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calibrate,
  countCall,
  estimateTokens,
  readPromptCount,
  uncalibrated,
} from '../../../../src/core/models/tokenEstimate.ts';
import { contextTruncated } from '../../../../src/core/models/truncation.ts';

describe('a token estimate', () => {
  it('is 3.2 characters of code a token, one ideograph a token', () => {
    expect(estimateTokens('x'.repeat(320))).toBe(100);
    expect(estimateTokens('')).toBe(0);
    expect(estimateTokens('世'.repeat(100))).toBe(100);
    expect(estimateTokens('ж'.repeat(100))).toBe(50);
    expect(estimateTokens('👍'.repeat(10))).toBe(10);
  });

  it('never shrinks when text is added', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(estimateTokens(a + b)).toBeGreaterThanOrEqual(estimateTokens(a) - 1);
      }),
    );
  });

  it('is learned from counts: the first count counts fully, later ones smoothly', () => {
    const first = calibrate(uncalibrated, 1_000, 1_200);
    expect(first).toEqual({ factor: 1.2, samples: 1 });
    const second = calibrate(first, 1_000, 1_100);
    expect(second.factor).toBeCloseTo(1.2 * 0.7 + 1.32 * 0.3);
    expect(estimateTokens('x'.repeat(320), first)).toBe(120);
  });

  it('converges to the ratio of the model', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.75, max: 2.5, noNaN: true }), (ratio) => {
        let state = uncalibrated;
        for (let round = 0; round < 30; round += 1) {
          const estimated = Math.ceil(10_000 * state.factor);
          state = calibrate(state, estimated, Math.round(10_000 * ratio));
        }
        expect(state.factor).toBeCloseTo(ratio, 1);
      }),
    );
  });

  it('learns nothing from counts that cannot be of the whole prompt', () => {
    const known = { factor: 1, samples: 3 };
    for (const counted of [undefined, 0, 500, 9_000_000]) {
      expect(calibrate(known, 1_000, counted)).toBe(known);
    }
    expect(calibrate(uncalibrated, 16_000, 8_000)).toBe(uncalibrated);
  });

  it('believes a first low count of a prompt that every window holds', () => {
    expect(calibrate(uncalibrated, 2_000, 1_200).factor).toBeCloseTo(0.6);
  });
});

describe('new tokens of a call', () => {
  const alreadySent = 10_500;

  it('are all tokens of the first call', () => {
    const call = countCall({
      usage: { prompt: 900, output: 40 },
      estimated: { prompt: 1_000, output: 50 },
      alreadySent: 0,
    });
    expect(call).toEqual({ prompt: 900, output: 40, new: 940, exact: true });
  });

  it('are the output and what the prompt grew by since the call before', () => {
    const call = countCall({
      usage: { prompt: 11_000, output: 40 },
      estimated: { prompt: 11_000, output: 9 },
      alreadySent,
    });
    expect(call).toEqual({ prompt: 11_000, output: 40, new: 540, exact: true });
  });

  it('never go below the output when the history was compacted', () => {
    const call = countCall({
      usage: { prompt: 6_000, output: 40 },
      estimated: { prompt: 6_000, output: 9 },
      alreadySent,
    });
    expect(call.new).toBe(40);
  });

  it('are estimated where the server counted nothing', () => {
    const call = countCall({ usage: {}, estimated: { prompt: 11_000, output: 70 }, alreadySent });
    expect(call).toEqual({ prompt: 11_000, output: 70, new: 570, exact: false });
  });

  it('are what a server counted that counts only what it had not cached', () => {
    const call = countCall({
      usage: { prompt: 480, output: 40 },
      estimated: { prompt: 11_000, output: 9 },
      alreadySent,
    });
    expect(call).toEqual({ prompt: 10_980, output: 40, new: 520, exact: false });
  });

  it('are all that a server processed that cut the prompt, for its cache is gone', () => {
    const call = countCall({
      usage: { prompt: 2_050, output: 40 },
      estimated: { prompt: 11_000, output: 9 },
      alreadySent,
    });
    expect(call).toEqual({ prompt: 2_050, output: 40, new: 2_090, exact: false });
  });
});

describe('a silent cut', () => {
  it.each([
    [15_750, 2_051, 0, true],
    [15_750, 15_000, 0, false],
    [15_750, undefined, 0, false],
    [11_000, 480, 10_500, false],
    [11_000, 2_051, 10_500, true],
    [2_000, 1_200, 0, false],
    [2_000, 500, 0, true],
  ])('of a prompt of about %d tokens, counted %s with %d sent before: %s', (estimate, counted, sent, truncated) => {
    expect(contextTruncated(estimate, counted, { estimated: sent, counted: sent })).toBe(truncated);
  });

  it('is never read from a count at or above the estimate', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (estimate, more, sent) => {
        expect(readPromptCount(estimate, estimate + more, sent)).toBe('whole');
      }),
    );
  });
});
