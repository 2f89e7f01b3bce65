import { describe, expect, it } from 'vitest';
import { withoutNames } from '../../../eval/recall/historyCases.ts';
import { bootstrapInterval, measure } from '../../../eval/recall/measures.ts';

describe('the measures of recall', () => {
  it('count what is right among the first, and where the first of them stands', () => {
    expect(measure(['x', 'a', 'x', 'x', 'x', 'b', 'c'], ['a', 'b', 'z', 'y'])).toEqual({
      recall5: 0.25,
      recall10: 0.5,
      reciprocalRank: 0.5,
    });
    expect(measure([], ['a'])).toEqual({ recall5: 0, recall10: 0, reciprocalRank: 0 });
  });

  it('give an interval that holds the mean, the same each time, and narrow for many alike', () => {
    const values = Array.from({ length: 100 }, (_, index) => index % 2);
    const [low, high] = bootstrapInterval(values);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
    expect(high - low).toBeLessThan(0.25);
    expect(bootstrapInterval(values)).toEqual([low, high]);
    expect(bootstrapInterval([1, 1, 1])).toEqual([1, 1]);
  });

  it('are taken on questions that do not name the answer', () => {
    const names = new Set(['src/cart.ts', 'cart.ts', 'src/cart']);
    expect(
      withoutNames('Fix total in src/cart.ts and cart.ts (closes #12), see 1a2b3c4d5 and https://x.y/z', names),
    ).not.toMatch(/cart\.ts|#12|1a2b|https/);
  });
});
