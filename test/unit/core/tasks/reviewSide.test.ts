import { describe, expect, test } from 'vitest';
import { hunksOf } from '../../../../src/core/changes/hunks.ts';
import { reviewSide } from '../../../../src/core/tasks/reviewSide.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sides = { base: bytes('a\nb\nc\nd\ne\n'), result: bytes('A\nb\nC\nd\nE\n') };
const [first, second, third] = hunksOf(sides.base, sides.result) ?? [];

function shown(rejected: 'whole' | 'second', applied = false): (string | null)[] {
  if (first === undefined || second === undefined || third === undefined) throw new Error('three hunks are wanted');
  const decision = {
    path: 'a.txt',
    accepted: rejected === 'whole' ? [] : [first],
    rejected: rejected === 'whole' ? rejected : [second],
    of: 3,
  };
  return (['taken', 'offered'] as const).map((side) => text(reviewSide(sides, side, decision, applied)));
}

function text(content: Uint8Array | null): string | null {
  return content === null ? null : new TextDecoder().decode(content);
}

describe('the two sides of a review', () => {
  test('are base and result where nothing was decided', () => {
    const undecided = (['taken', 'offered'] as const).map((side) => reviewSide(sides, side, undefined, false));
    expect(undecided).toEqual([sides.base, sides.result]);
  });

  test('differ in what is left to decide, and in nothing else', () => {
    expect(shown('second')).toEqual(['A\nb\nc\nd\ne\n', 'A\nb\nc\nd\nE\n']);
  });

  test('are alike where the whole file was accepted or rejected', () => {
    expect(shown('second', true)).toEqual(['A\nb\nC\nd\nE\n', 'A\nb\nC\nd\nE\n']);
    expect(shown('whole')).toEqual(['a\nb\nc\nd\ne\n', 'a\nb\nc\nd\ne\n']);
  });

  test('of an added file that was rejected do not exist', () => {
    const added = { base: null, result: bytes('new\n') };
    const decision = { path: 'b.txt', accepted: [], rejected: 'whole' as const, of: 0 };
    expect(reviewSide(added, 'offered', decision, false)).toBeNull();
    expect(reviewSide(added, 'offered', undefined, false)).toEqual(added.result);
    expect(reviewSide(added, 'taken', undefined, false)).toBeNull();
  });
});
