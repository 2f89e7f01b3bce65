import { diffIndices } from 'node-diff3';
import * as z from 'zod';
import { isBinary, readLines, sameBytes, writeLines } from './textLines.ts';

const count = z.int().nonnegative();

/** Lines that a change replaces, and the lines that stand in their place. Starts count from 0; a count of 0 is a place between lines. */
export const hunkSchema = z.object({
  baseStart: count,
  baseCount: count,
  resultStart: count,
  resultCount: count,
});

export type Hunk = z.infer<typeof hunkSchema>;

/** Lines between the first and the last difference; the comparison is quadratic, and takes up to 1.5 s at this length. */
const maxDifferingLines = 10_000;

/**
 * The hunks of a change of a text, in order, with at least one unchanged line between any two. Undefined where it has none to
 * choose from: a binary file, or one of too many differences. Line endings count, so a file whose endings all changed is one hunk.
 */
export function hunksOf(base: Uint8Array, result: Uint8Array): readonly Hunk[] | undefined {
  if (isBinary(base) || isBinary(result)) {
    return undefined;
  }
  if (sameBytes(base, result)) {
    return [];
  }
  const [from, to] = [linesOf(base), linesOf(result)];
  const head = sharedHead(from, to);
  const tail = sharedTail(from, to, head);
  const [old, young] = [from.slice(head, from.length - tail), to.slice(head, to.length - tail)];
  if (Math.max(old.length, young.length) > maxDifferingLines) {
    return undefined;
  }
  return diffIndices(old, young).map(({ buffer1, buffer2 }) => ({
    baseStart: buffer1[0] + head,
    baseCount: buffer1[1],
    resultStart: buffer2[0] + head,
    resultCount: buffer2[1],
  }));
}

/** The base with these of its hunks only; undefined when they are not hunks of these two texts, in order. */
export function withHunks(base: Uint8Array, result: Uint8Array, hunks: readonly Hunk[]): Uint8Array | undefined {
  const [from, to] = [linesOf(base), linesOf(result)];
  const lines: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    if (hunk.baseStart < at || !fits(hunk, from, to)) {
      return undefined;
    }
    append(lines, from, at, hunk.baseStart);
    append(lines, to, hunk.resultStart, hunk.resultStart + hunk.resultCount);
    at = hunk.baseStart + hunk.baseCount;
  }
  append(lines, from, at, from.length);
  return writeLines(false, lines);
}

export function sameHunk(one: Hunk, other: Hunk): boolean {
  return (
    one.baseStart === other.baseStart &&
    one.baseCount === other.baseCount &&
    one.resultStart === other.resultStart &&
    one.resultCount === other.resultCount
  );
}

/** Both, in the order of the file and each once. */
export function joinHunks(one: readonly Hunk[], other: readonly Hunk[]): readonly Hunk[] {
  return [...one, ...withoutHunks(other, one)].toSorted(
    (a, b) => a.baseStart - b.baseStart || a.resultStart - b.resultStart,
  );
}

export function withoutHunks(hunks: readonly Hunk[], removed: readonly Hunk[]): readonly Hunk[] {
  return hunks.filter((hunk) => !removed.some((other) => sameHunk(hunk, other)));
}

function fits(hunk: Hunk, from: readonly string[], to: readonly string[]): boolean {
  return hunk.baseStart + hunk.baseCount <= from.length && hunk.resultStart + hunk.resultCount <= to.length;
}

/** Lines with their ends; a byte order mark is a part of the first one. */
function linesOf(bytes: Uint8Array): readonly string[] {
  const { bom, lines } = readLines(bytes);
  const [first = '', ...rest] = lines;
  return bom ? [`\u00EF\u00BB\u00BF${first}`, ...rest] : lines;
}

function append(lines: string[], from: readonly string[], start: number, end: number): void {
  for (let index = start; index < end; index += 1) {
    lines.push(from[index] ?? '');
  }
}

function sharedHead(one: readonly string[], other: readonly string[]): number {
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) {
    head += 1;
  }
  return head;
}

function sharedTail(one: readonly string[], other: readonly string[], head: number): number {
  let tail = 0;
  while (tail < one.length - head && tail < other.length - head && one.at(-1 - tail) === other.at(-1 - tail)) {
    tail += 1;
  }
  return tail;
}
