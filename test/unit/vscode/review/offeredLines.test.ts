import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hunksOf, withHunks } from '../../../../src/core/changes/hunks.ts';
import type { HunkView } from '../../../../src/protocol/taskView.ts';
import { changedRange, nextLine, openHunks, touchedHunks } from '../../../../src/vscode/review/offeredLines.ts';

type Status = HunkView['status'];

const hunk = (baseStart: number, baseCount: number, resultCount: number, status: Status = 'open'): HunkView => ({
  baseStart,
  baseCount,
  resultStart: 0,
  resultCount,
  status,
});

describe('changes on the offered side', () => {
  test('stand after what is offered above them, and rejected ones take no more lines than the base has', () => {
    const hunks = [hunk(0, 1, 3), hunk(5, 2, 0, 'rejected'), hunk(9, 1, 1, 'accepted'), hunk(12, 2, 0), hunk(20, 0, 4)];
    expect(openHunks(hunks)).toEqual([
      { number: 1, start: 1, end: 3 },
      { number: 4, start: 15, end: 14 },
      { number: 5, start: 21, end: 24 },
    ]);
  });

  test('begin where their own lines stand in the text itself, whatever was decided', () => {
    const changed = fc.uniqueArray(fc.nat(14), { minLength: 1, maxLength: 8 });
    const statuses = fc.array(fc.constantFrom<Status>('open', 'accepted', 'rejected'), {
      minLength: 15,
      maxLength: 15,
    });
    fc.assert(
      fc.property(changed, statuses, (lines, decided) => {
        const base = Array.from({ length: 45 }, (_, index) => `line ${index}\n`);
        const result = base.map((line, index) => (lines.includes(index / 3) ? `new ${index}\nmore ${index}\n` : line));
        const bytes = [base, result].map((text) => new TextEncoder().encode(text.join('')));
        const [from = new Uint8Array(), to = new Uint8Array()] = bytes;
        const hunks = (hunksOf(from, to) ?? []).map((each, index) => ({ ...each, status: decided[index] ?? 'open' }));
        const offered = hunks.filter(({ status }) => status !== 'rejected');
        const text = new TextDecoder().decode(withHunks(from, to, offered)).split('\n');
        for (const { number, start, end } of openHunks(hunks)) {
          const line = hunks[number - 1]?.baseStart ?? -1;
          expect(text.slice(start - 1, end)).toEqual([`new ${line}`, `more ${line}`]);
        }
      }),
    );
  });

  test('are touched by any of their lines, and a removal by the lines around it', () => {
    const open = openHunks([hunk(0, 1, 3), hunk(12, 2, 0), hunk(20, 1, 1)]);
    const touched = (start: number, end: number): number[] =>
      touchedHunks(open, { start, end }).map(({ number }) => number);
    expect(touched(3, 3)).toEqual([1]);
    expect(touched(4, 13)).toEqual([]);
    expect([touched(14, 14), touched(15, 15), touched(15, 14)]).toEqual([[2], [2], [2]]);
    expect(touched(2, 30)).toEqual([1, 2, 3]);
  });

  test('are left one after the other, and from the top again after the last', () => {
    const open = openHunks([hunk(0, 1, 1), hunk(4, 1, 1), hunk(8, 1, 1)]);
    const at = (number: number) => open.filter((each) => each.number === number);
    expect([nextLine(open, at(2)), nextLine(open, at(3)), nextLine([], at(3))]).toEqual([9, 1, undefined]);
  });

  test('are read from what the quick diff gives, removals too, and nothing else is', () => {
    const changes = [
      { modifiedStartLineNumber: 3, modifiedEndLineNumber: 4 },
      { modifiedStartLineNumber: 7, modifiedEndLineNumber: 0 },
    ];
    expect([0, 1].map((index) => changedRange(changes, index))).toEqual([
      { start: 3, end: 4 },
      { start: 8, end: 7 },
    ]);
    expect([changedRange(changes, 2), changedRange('x', 0), changedRange([{}], 0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
