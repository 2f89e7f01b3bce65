import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadingTerms } from '../../../../src/core/memory/recall/leadingTerms.ts';

const term = (word: string) => ({ word, weight: 1 as const });
const words = (terms: readonly { readonly word: string }[]) => terms.map(({ word }) => word);

describe('the words that lead', () => {
  it('are the rarest, the others tell apart what those found, and words that stand nowhere are left out', () => {
    const rows = new Map([
      ['return', 9_000],
      ['backoff', 3],
      ['retry', 40],
    ]);
    const { leading, telling } = leadingTerms(
      ['return', 'backoff', 'absent', 'retry'].map(term),
      (word) => rows.get(word) ?? 0,
      { most: 100, half: 10_000 },
    );
    expect(words(leading)).toEqual(['backoff', 'retry']);
    expect(words(telling)).toEqual(['return']);
  });

  it('are at least the rarest one, however frequent, and then the fewer others tell', () => {
    const asked = Array.from({ length: 20 }, (_, index) => term(`w${index}`));
    const limits = { most: 100, half: 10_000 };
    const { leading, telling } = leadingTerms(asked, () => 400, limits);
    expect(words(leading)).toEqual(['w0']);
    expect(telling).toHaveLength(2);
    expect(leadingTerms(asked, (word) => (word === 'w0' ? 3 : 400), limits).telling).toHaveLength(12);
  });

  it('tell nothing where most rows have them', () => {
    const { leading, telling } = leadingTerms(['const', 'return'].map(term), () => 9_000, { most: 100, half: 8_000 });
    expect([words(leading), telling]).toEqual([['const'], []]);
  });

  it('lead to no more places than they may, and none of them is more frequent than one that only tells', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 30 }), fc.integer({ min: 1, max: 200 }), (counts, most) => {
        const rowsOf = (word: string): number => counts[Number(word)] ?? 0;
        const { leading, telling } = leadingTerms(
          counts.map((_, index) => term(`${index}`)),
          rowsOf,
          { most, half: 45 },
        );
        const rows = words(leading).map(rowsOf);
        expect(rows.length === 1 || rows.reduce((sum, count) => sum + count, 0) <= most).toBe(true);
        expect(rows.length > 0).toBe(counts.some((count) => count > 0));
        expect(Math.max(0, ...rows)).toBeLessThanOrEqual(Math.min(...words(telling).map(rowsOf), 50));
      }),
    );
  });
});
