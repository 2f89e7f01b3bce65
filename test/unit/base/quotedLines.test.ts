import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findQuoted, linesOf, quoteLines } from '../../../src/base/quotedLines.ts';

const quoted = (text: string, first: number, last = first) => {
  const quote = quoteLines(linesOf(text), first, last);
  if (quote === undefined) {
    throw new Error('There are no such lines.');
  }
  return quote;
};

describe('lines that are found again', () => {
  it.each([
    ['where they were', 'a\nb\nc', 1],
    ['below lines that were added', 'x\ny\na\nb\nc', 3],
    ['above, where lines were removed', 'b\nc', 0],
    ['with one neighbour changed', 'x\na\nb\nz', 2],
    ['nowhere, where they were changed', 'a\nB\nc', undefined],
    ['nowhere, where the same words stand among others', 'x\ny\nz\nb\nw', undefined],
    ['at their place, whatever stands around it', 'x\nb\nz', 1],
    ['at the place with both neighbours', 'a\nb\nx\na\nb\nc', 4],
  ])('%s', (_, text, line) => {
    expect(findQuoted(linesOf(text), 1, quoted('a\nb\nc', 1))).toBe(line);
  });

  it('are found without any neighbour where they say enough and stand once', () => {
    const quote = quoted('a\n  this.value = step;\nc', 1);
    expect(findQuoted(['x', 'y', '  this.value = step;', 'z'], 1, quote)).toBe(2);
    expect(findQuoted(['  this.value = step;', 'y', '  this.value = step;', 'z'], 1, quote)).toBeUndefined();
  });

  it('are found whatever is added before and behind them', () => {
    const line = fc.stringMatching(/^[a-c]{0,2}$/);
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1 }),
        fc.array(line),
        fc.array(line),
        fc.nat(),
        (text, above, below, at) => {
          const first = at % text.length;
          const quote = quoteLines(text, first, first);
          const found = quote && findQuoted([...above, ...text, ...below], first, quote);
          const hasNeighbour = first > 0 || first < text.length - 1 || (above.length === 0 && below.length === 0);
          expect(found !== undefined || !hasNeighbour).toBe(true);
          if (found !== undefined) {
            expect([...above, ...text, ...below][found]).toBe(text[first]);
          }
        },
      ),
    );
  });

  it('are none outside of the text', () => {
    expect(quoteLines(['a'], 1, 1)).toBeUndefined();
    expect(quoteLines(['a'], 0, 1)).toBeUndefined();
    expect(quoteLines(['a'], -1, 0)).toBeUndefined();
  });
});
