import type { HunkView } from '../../protocol/taskView.ts';

/** Lines of the offered side, from 1, both ends included; where nothing stands there, `end` is before `start`. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** A hunk by its number from 1, and where it stands on the offered side: the result without what was rejected. */
export interface OfferedHunk extends LineRange {
  readonly number: number;
}

/** The hunks that are left to decide, in order. */
export function openHunks(hunks: readonly HunkView[]): readonly OfferedHunk[] {
  let shift = 0;
  const open: OfferedHunk[] = [];
  for (const [index, { baseStart, baseCount, resultCount, status }] of hunks.entries()) {
    const lines = status === 'rejected' ? baseCount : resultCount;
    const start = baseStart + shift + 1;
    shift += lines - baseCount;
    if (status === 'open') {
      open.push({ number: index + 1, start, end: start + lines - 1 });
    }
  }
  return open;
}

/** Those that a range of lines touches; a removal is touched by the lines above and below it. */
export function touchedHunks(open: readonly OfferedHunk[], range: LineRange): readonly OfferedHunk[] {
  const [first, last] = touchingLines(range);
  return open.filter((hunk) => {
    const [start, end] = touchingLines(hunk);
    return start <= last && first <= end;
  });
}

function touchingLines({ start, end }: LineRange): readonly [first: number, last: number] {
  return end < start ? [start - 1, start] : [start, end];
}

/** The line of the next one that is left once these are decided, from the top again after the last. */
export function nextLine(open: readonly OfferedHunk[], decided: readonly OfferedHunk[]): number | undefined {
  const numbers = decided.map(({ number }) => number);
  const left = open.filter(({ number }) => !numbers.includes(number));
  const last = Math.max(0, ...numbers);
  return (left.find(({ number }) => number > last) ?? left[0])?.start;
}

/**
 * The range of a change as the editor's quick diff tells it: the arguments of its menu are the address, all changes and the
 * position of the one in question. A removal has 0 as its last line, and the line above it as its first.
 */
export function changedRange(changes: unknown, index: unknown): LineRange | undefined {
  const change: unknown = Array.isArray(changes) && typeof index === 'number' ? changes[index] : undefined;
  if (typeof change !== 'object' || change === null) {
    return undefined;
  }
  const { modifiedStartLineNumber: start, modifiedEndLineNumber: end } = change as Readonly<Record<string, unknown>>;
  if (typeof start !== 'number' || typeof end !== 'number') {
    return undefined;
  }
  return end === 0 ? { start: start + 1, end: start } : { start, end };
}
