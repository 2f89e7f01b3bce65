import type { LineSpan } from '../sourceFacts.ts';

/** A run of lines that becomes a chunk, with the names of what is in it. */
export interface Piece extends LineSpan {
  /** Qualified; more than one where small neighbours were put together. */
  readonly names: readonly string[];
}

/**
 * Lines that a chunk has at most, and below which it is put together with a neighbour. The size itself moves what is found by next
 * to nothing between 20 and 120 lines; a screenful is what a person reads and what fits the window of a small embedder.
 */
export const mostLines = 60;
export const fewLines = 10;

export function lineCount({ startLine, endLine }: LineSpan): number {
  return endLine - startLine + 1;
}

/** Cuts a run of lines into runs of at most `most`, before a line that stands after a blank one where there is one. */
export function windowsOf(
  lines: readonly string[],
  { startLine, endLine }: LineSpan,
  most: number = mostLines,
): LineSpan[] {
  const windows: LineSpan[] = [];
  let start = startLine;
  while (endLine - start + 1 > most) {
    const end = start + bestCut(lines, start, most) - 1;
    windows.push({ startLine: start, endLine: end });
    start = end + 1;
  }
  windows.push({ startLine: start, endLine });
  return windows;
}

/** How many lines the window from `start` takes: up to the last, least indented line of its second half that follows a blank one. */
function bestCut(lines: readonly string[], start: number, most: number): number {
  let best = most;
  let bestIndent = Number.MAX_SAFE_INTEGER;
  for (let count = Math.max(1, most >> 1); count <= most; count += 1) {
    const before = lines[start - 1 + count - 1];
    const after = lines[start - 1 + count];
    if (before?.trim() === '' && after !== undefined && after.trim() !== '' && indentOf(after) <= bestIndent) {
      best = count;
      bestIndent = indentOf(after);
    }
  }
  return best;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Puts pieces of fewer than `few` lines together with the one before them, as long as both fit a chunk. Order and lines stay. */
export function mergeSmall(
  pieces: readonly Piece[],
  { few, most }: { readonly few: number; readonly most: number } = { few: fewLines, most: mostLines },
): Piece[] {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    const small = last !== undefined && (lineCount(last) < few || lineCount(piece) < few);
    if (last !== undefined && small && lineCount(last) + lineCount(piece) <= most) {
      const names = [...new Set([...last.names, ...piece.names])];
      merged[merged.length - 1] = { startLine: last.startLine, endLine: piece.endLine, names };
    } else {
      merged.push(piece);
    }
  }
  return merged;
}
