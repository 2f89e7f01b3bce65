import { hunksOf } from './hunks.ts';

/** Lines of a text, counted from 0, both included. */
export interface LineAnchor {
  readonly startLine: number;
  readonly endLine: number;
}

export interface MovedAnchor extends LineAnchor {
  /** The lines themselves were changed or removed: the anchor is at the place where they were. */
  readonly stale: boolean;
}

/**
 * Where lines of a text stand in a later version of it, by the line differences between the two. Null for either where the file is
 * not there. Changes elsewhere only move lines; a change of one of them, or between two of them, makes the anchor stale.
 */
export function moveAnchor(before: Uint8Array | null, after: Uint8Array | null, anchor: LineAnchor): MovedAnchor {
  const hunks = before === null || after === null ? undefined : hunksOf(before, after);
  if (hunks === undefined) {
    return { ...anchor, stale: true };
  }
  const { startLine, endLine } = anchor;
  let shift = 0;
  let stale = false;
  for (const { baseStart, baseCount, resultCount } of hunks) {
    if (baseStart + baseCount <= startLine) {
      shift += resultCount - baseCount;
    } else if (baseStart <= endLine) {
      stale = true;
      // What stands in the place of the lines begins where the change does.
      shift = Math.min(shift, shift + baseStart - startLine);
    }
  }
  const start = Math.max(0, startLine + shift);
  return { startLine: start, endLine: start + endLine - startLine, stale };
}
