import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveAnchor } from '../../../../src/core/changes/lineAnchor.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (lines: readonly string[]): Uint8Array => bytes(lines.map((line) => `${line}\n`).join(''));

describe('an anchor at lines', () => {
  it.each([
    ['stays where nothing changed', ['a', 'b', 'c'], ['a', 'b', 'c'], { startLine: 1, endLine: 1, stale: false }],
    [
      'moves down with lines above it',
      ['a', 'b', 'c'],
      ['x', 'y', 'a', 'b', 'c'],
      { startLine: 3, endLine: 3, stale: false },
    ],
    ['moves up where lines above it went', ['a', 'b', 'c'], ['b', 'c'], { startLine: 0, endLine: 0, stale: false }],
    [
      'stays where lines below it changed',
      ['a', 'b', 'c'],
      ['a', 'b', 'z'],
      { startLine: 1, endLine: 1, stale: false },
    ],
    ['is stale where its line changed', ['a', 'b', 'c'], ['a', 'B', 'c'], { startLine: 1, endLine: 1, stale: true }],
    [
      'is stale where its line went, at the place',
      ['a', 'b', 'c'],
      ['a', 'c'],
      { startLine: 1, endLine: 1, stale: true },
    ],
  ])('%s', (_, before, after, expected) => {
    expect(moveAnchor(text(before), text(after), { startLine: 1, endLine: 1 })).toEqual(expected);
  });

  it('is stale where a line came between its lines, and not where one came above or below them', () => {
    const anchor = { startLine: 1, endLine: 2 };
    expect(moveAnchor(text(['a', 'b', 'c', 'd']), text(['a', 'b', 'x', 'c', 'd']), anchor).stale).toBe(true);
    expect(moveAnchor(text(['a', 'b', 'c', 'd']), text(['a', 'x', 'b', 'c', 'd']), anchor)).toEqual({
      startLine: 2,
      endLine: 3,
      stale: false,
    });
    expect(moveAnchor(text(['a', 'b', 'c', 'd']), text(['a', 'b', 'c', 'x', 'd']), anchor)).toEqual({
      ...anchor,
      stale: false,
    });
  });

  it('is stale where the file is gone or became binary', () => {
    const anchor = { startLine: 0, endLine: 0 };
    expect(moveAnchor(text(['a']), null, anchor)).toEqual({ ...anchor, stale: true });
    expect(moveAnchor(null, text(['a']), anchor)).toEqual({ ...anchor, stale: true });
    expect(moveAnchor(text(['a']), new Uint8Array([0, 1]), anchor)).toEqual({ ...anchor, stale: true });
  });

  it('that is not stale shows the same lines as before, whatever else changed', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', '}'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, fc.nat(11), fc.nat(3), (before, after, from, more) => {
        const startLine = from % before.length;
        const endLine = Math.min(before.length - 1, startLine + more);
        const moved = moveAnchor(text(before), text(after), { startLine, endLine });
        expect(moved.startLine).toBeGreaterThanOrEqual(0);
        expect(moved.endLine - moved.startLine).toBe(endLine - startLine);
        if (!moved.stale) {
          expect(after.slice(moved.startLine, moved.endLine + 1)).toEqual(before.slice(startLine, endLine + 1));
        }
      }),
    );
  });
});
