import { fingerprint } from '../../../base/fingerprint.ts';
import { isBinary } from '../../changes/textLines.ts';
import type { EpisodeFile } from './episodeRecord.ts';

export type ChangedLines = NonNullable<EpisodeFile['lines']>;

/** Lines of a file that are remembered; the first of a longer change speak for the rest. */
export const mostChangedLines = 400;

/**
 * The lines by which two sides of a change differ, as fingerprints with their counts: so whether a change still stands is told in a file
 * that others have changed as well, without a word of it being kept. White space at the ends of lines and lines without a letter or digit
 * do not count. Undefined where that tells nothing.
 */
export function changedLines(base: Uint8Array | null, result: Uint8Array | null): ChangedLines | undefined {
  const before = lineCounts(base ?? new Uint8Array());
  const after = lineCounts(result ?? new Uint8Array());
  if (before === undefined || after === undefined) {
    return undefined;
  }
  const changed = [...new Set([...after.keys(), ...before.keys()])].flatMap((line) => {
    const counts = [before.get(line) ?? 0, after.get(line) ?? 0] as const;
    return counts[0] === counts[1] ? [] : [[line, ...counts] satisfies ChangedLines[number]];
  });
  return changed.length === 0 ? undefined : changed.slice(0, mostChangedLines);
}

/** Which side of the change a text has: all lines as in the result, all as in the base, or some of each or other ones. */
export function sideOf(lines: ChangedLines, present: Uint8Array): 'result' | 'base' | 'neither' {
  const counts = lineCounts(present);
  if (counts === undefined) {
    return 'neither';
  }
  const has = (line: string): number => counts.get(line) ?? 0;
  if (lines.every(([line, base, result]) => (result > base ? has(line) >= result : has(line) <= result))) {
    return 'result';
  }
  return lines.every(([line, base, result]) => (result > base ? has(line) <= base : has(line) >= base))
    ? 'base'
    : 'neither';
}

function lineCounts(bytes: Uint8Array): ReadonlyMap<string, number> | undefined {
  if (isBinary(bytes)) {
    return undefined;
  }
  const counts = new Map<string, number>();
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    if (/[\p{L}\p{N}]/u.test(line)) {
      const key = fingerprint(line.trim());
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}
