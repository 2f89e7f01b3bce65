import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hunksOf, joinHunks, withHunks, withoutHunks } from '../../../../src/core/changes/hunks.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined): string | undefined =>
  content === undefined ? undefined : new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
const lines = (count: number, change: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: count }, (_, index) => change[index] ?? `line ${index}\n`).join('');

describe('hunks of a change', () => {
  test('are one for each run of lines that differs', () => {
    const base = lines(12);
    const result = lines(12, { 2: 'two\n', 5: '', 9: 'nine\nnine and a half\n' });
    expect(hunksOf(bytes(base), bytes(result))).toEqual([
      { baseStart: 2, baseCount: 1, resultStart: 2, resultCount: 1 },
      { baseStart: 5, baseCount: 1, resultStart: 5, resultCount: 0 },
      { baseStart: 9, baseCount: 1, resultStart: 8, resultCount: 2 },
    ]);
  });

  test('taken one by one make the base with that one', () => {
    const [base, result] = [bytes(lines(12)), bytes(lines(12, { 2: 'two\n', 5: '', 9: 'nine\nmore\n' }))];
    const hunks = hunksOf(base, result) ?? [];
    const made = hunks.map((hunk) => text(withHunks(base, result, [hunk])));
    expect(made).toEqual([lines(12, { 2: 'two\n' }), lines(12, { 5: '' }), lines(12, { 9: 'nine\nmore\n' })]);
  });

  test('of a binary file, or of texts that hardly share a line, are not told', () => {
    expect(hunksOf(bytes('a\0b\n'), bytes('a\n'))).toBeUndefined();
    const [one, other] = [lines(10_001), lines(10_001).replaceAll('line', 'row')];
    expect(hunksOf(bytes(one), bytes(other))).toBeUndefined();
  });

  test('keep carriage returns, a byte order mark, and a last line without its end', () => {
    const base = bytes('\uFEFFa\r\nb\r\nc\r\nd');
    const result = bytes('A\r\nb\r\nc\r\nd\r\ne');
    const hunks = hunksOf(base, result) ?? [];
    expect(hunks).toHaveLength(2);
    expect(text(withHunks(base, result, hunks.slice(0, 1)))).toBe('A\r\nb\r\nc\r\nd');
    expect(text(withHunks(base, result, hunks.slice(1)))).toBe('\uFEFFa\r\nb\r\nc\r\nd\r\ne');
  });

  test('that are not of these texts, or not in order, make nothing', () => {
    const [base, result] = [bytes(lines(4)), bytes(lines(4, { 0: 'x\n', 3: 'y\n' }))];
    const hunks = hunksOf(base, result) ?? [];
    expect(withHunks(base, result, hunks.toReversed())).toBeUndefined();
    expect(withHunks(base, result, [{ baseStart: 3, baseCount: 2, resultStart: 3, resultCount: 1 }])).toBeUndefined();
  });

  test('none make the base and all make the result, byte for byte, whatever the texts', () => {
    const texts = fc.array(fc.constantFrom('a\n', 'b\n', 'c\r\n', '\n', 'é\n', '\uFEFFx\n'), { maxLength: 14 });
    const ended = fc.tuple(texts, fc.constantFrom('', 'end')).map(([all, last]) => bytes(all.join('') + last));
    fc.assert(
      fc.property(ended, ended, (base, result) => {
        const hunks = hunksOf(base, result) ?? [];
        expect(withHunks(base, result, [])).toEqual(base);
        expect(withHunks(base, result, hunks)).toEqual(result);
      }),
    );
  });

  test('some, and then the others on top of them, make the result', () => {
    const chosen = fc.tuple(fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), fc.array(fc.nat(29)));
    fc.assert(
      fc.property(chosen, ([taken, changed]) => {
        const base = bytes(lines(30));
        const result = bytes(lines(30, Object.fromEntries(changed.map((at) => [at, `new ${at}\n`]))));
        const hunks = hunksOf(base, result) ?? [];
        const first = hunks.filter((_, index) => taken[index] === true);
        const part = withHunks(base, result, first) ?? new Uint8Array();
        const rest = hunksOf(part, result) ?? [];
        expect(rest).toHaveLength(hunks.length - first.length);
        expect(withHunks(part, result, rest)).toEqual(result);
        expect(joinHunks(withoutHunks(hunks, first), first)).toEqual(hunks);
      }),
    );
  });
});
