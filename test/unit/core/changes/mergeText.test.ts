import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeText, sameText } from '../../../../src/core/changes/mergeText.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const text = (content: Uint8Array): string => Buffer.from(content).toString('latin1');

function merged(base: string, ours: string, theirs: string): string {
  const outcome = mergeText(bytes(base), bytes(ours), bytes(theirs));
  return outcome.kind === 'merged' ? text(outcome.bytes) : `conflict: ${outcome.reason}`;
}

const line = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '\r', '\xe9', '\xff', '{', '}'), maxLength: 4 });
const lines = fc.array(line, { minLength: 0, maxLength: 12 });
/** Any bytes but the zero that makes a file binary. */
const anyText = fc
  .array(fc.constantFrom('x\n', 'y\n', 'x\r\n', 'y', '\n', '\r', '\xef\xbb\xbf', '\xff\n'), { maxLength: 10 })
  .map((parts) => parts.join(''));

describe('merging a text', () => {
  it('takes both sides when they changed different places', () => {
    expect(merged('a\nb\nc\nd\n', 'A\nb\nc\nd\n', 'a\nb\nc\nD\n')).toBe('A\nb\nc\nD\n');
    expect(merged('a\nb\nc\n', 'a\nnew\nb\nc\n', 'a\nb\n')).toBe('a\nnew\nb\n');
    expect(merged('a\nb\nc', 'A\nb\nc', 'a\nb\nC')).toBe('A\nb\nC');
  });

  it('is a conflict, without any marker, when they changed the same or touching lines differently', () => {
    expect(merged('a\nb\nc\n', 'a\nX\nc\n', 'a\nY\nc\n')).toBe('conflict: overlap');
    expect(merged('a\nb\n', 'A\nb\n', 'a\nB\n')).toBe('conflict: overlap');
    expect(merged('a\n', 'a\nx\n', 'a\ny\n')).toBe('conflict: overlap');
    expect(merged('a\nb\nc\n', 'a\nc\n', 'a\nB\nc\n')).toBe('conflict: overlap');
  });

  it('agrees when both sides did the same to one place', () => {
    expect(merged('a\nb\nc\nd\ne\n', 'a\nX\nc\nd\nE\n', 'a\nX\nc\nd\ne\n')).toBe('a\nX\nc\nd\nE\n');
  });

  it('keeps the CRLF of a checkout when the base in the repository has LF', () => {
    expect(merged('a\nb\nc\nd\n', 'A\r\nb\r\nc\r\nd\r\n', 'a\nb\nc\nD\n')).toBe('A\r\nb\r\nc\r\nD\r\n');
    expect(merged('a\nb\n', 'a\r\nb\r\n', 'a\nB\n')).toBe('a\r\nB\r\n');
    expect(merged('a\nb', 'a\r\nb', 'x\na\nb')).toBe('x\r\na\r\nb');
  });

  it('lets a side that changed all line endings, or the byte order mark, have its way beside an edit', () => {
    expect(merged('a\r\nb\r\nc\r\n', 'A\r\nb\r\nc\r\n', 'a\nb\nc\n')).toBe('A\nb\nc\n');
    expect(merged('a\nb\nc\n', '\xef\xbb\xbfa\nb\nc\n', 'a\nb\nC\n')).toBe('\xef\xbb\xbfa\nb\nC\n');
    expect(merged('\xef\xbb\xbfa\nb\nc\n', '\xef\xbb\xbfa\nb\nC\n', 'a\nb\nc\n')).toBe('a\nb\nC\n');
  });

  it('merges a text whose line endings are mixed line by line, as the lines are', () => {
    expect(merged('a\nb\r\nc\nd\n', 'A\nb\r\nc\nd\n', 'a\nb\r\nc\nD\n')).toBe('A\nb\r\nc\nD\n');
  });

  it('never merges binary content, unless only one side changed', () => {
    expect(merged('\0a', '\0b', '\0c')).toBe('conflict: binary');
    expect(merged('\0a', '\0a', '\0c')).toBe('\0c');
    expect(merged('\0a', '\0b', '\0a')).toBe('\0b');
    expect(merged('\0a', '\0b', '\0b')).toBe('\0b');
  });

  it('answers theirs for unchanged ours, ours for unchanged theirs, byte for byte, for any bytes', () => {
    const any = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(any, any, (base, other) => {
        expect(mergeText(base, base, other)).toEqual({ kind: 'merged', bytes: other });
        expect(mergeText(base, other, base)).toEqual({ kind: 'merged', bytes: other });
        expect(mergeText(base, other, other)).toEqual({ kind: 'merged', bytes: other });
      }),
    );
  });

  it('does not depend on the order of the sides, where all lines end alike', () => {
    const plain = lines.map((some) => some.map((one) => `${one.replaceAll('\r', '')}\n`).join(''));
    fc.assert(
      fc.property(plain, plain, plain, (base, ours, theirs) => {
        expect(merged(base, ours, theirs)).toBe(merged(base, theirs, ours));
      }),
    );
  });

  it('takes both of any two edits that do not touch, and leaves the bytes around them alone', () => {
    fc.assert(
      fc.property(
        lines,
        line,
        lines,
        line,
        lines,
        lines,
        lines,
        fc.boolean(),
        (head, pin, middle, pin2, tail, mine, yours, end) => {
          // The pins occur once, so that the edits cannot be taken for moves.
          const [first, second] = [`1${pin}`, `2${pin2}`];
          const file = (a: readonly string[], b: readonly string[]): string =>
            [...head, `<${first}>`, ...a, `[${first}]`, ...middle, `<${second}>`, ...b, `[${second}]`, ...tail].join(
              '\n',
            ) + (end ? '\n' : '');
          const outcome = merged(file([], []), file(mine, []), file([], yours));
          expect(outcome).toBe(file(mine, yours));
        },
      ),
    );
  });

  it('makes up no line: each line of a merge is of one of the three texts', () => {
    const plain = (one: string): string => one.replace(/^\xef\xbb\xbf/, '').replaceAll(/\r?\n$/g, '');
    const parts = (some: string): string[] => (some.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(plain);
    fc.assert(
      fc.property(anyText, anyText, anyText, (base, ours, theirs) => {
        const known = new Set(
          [base, ours, theirs].flatMap((one) => [...parts(one), ...parts(one.replace(/^\xef\xbb\xbf/, ''))]),
        );
        const outcome = mergeText(bytes(base), bytes(ours), bytes(theirs));
        if (outcome.kind === 'merged') {
          expect(parts(text(outcome.bytes)).filter((one) => !known.has(one))).toEqual([]);
        }
      }),
    );
  });

  it('ends on long texts: a change at each end of 50,000 equal lines, and two different texts of 30,000', () => {
    const long = 'same\n'.repeat(50_000);
    expect(merged(`a\n${long}b\n`, `A\n${long}b\n`, `a\n${long}B\n`)).toMatch(
      /^(A\n(same\n)+B\n|conflict: too-large)$/,
    );
    const numbered = (mark: string): string =>
      Array.from({ length: 30_000 }, (_, index) => `${mark}${index}\n`).join('');
    expect(merged(numbered('a'), numbered('b'), numbered('c'))).toBe('conflict: too-large');
  });
});

describe('comparing texts', () => {
  it('sees no difference in the line endings of a whole file, and any other', () => {
    expect(sameText(bytes('a\nb\n'), bytes('a\r\nb\r\n'))).toBe(true);
    expect(sameText(bytes('a\nb\n'), bytes('a\r\nb\n'))).toBe(false);
    expect(sameText(bytes('a\nb'), bytes('a\nb\n'))).toBe(false);
    expect(sameText(bytes('\0\n'), bytes('\0\r\n'))).toBe(false);
    expect(sameText(bytes('\xef\xbb\xbfa'), bytes('a'))).toBe(false);
  });
});
