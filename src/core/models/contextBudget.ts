import type { ContextItem } from './contextItem.ts';
import type { TokenEstimator } from './tokenEstimate.ts';

type Source = ContextItem['source'];

/**
 * Share of the window that all items of a source may take together, in order of worth. Together less than half of a window, so that
 * no item pushes out the goal or the work itself. The goal has no share: it is told whole, or the request is refused.
 */
const shares: readonly (readonly [Source, number])[] = [
  ['review', 0.1],
  ['note', 0.08],
  ['attempt', 0.08],
  ['origin', 0.1],
  ['guidance', 0.07],
  ['recall', 0.06],
];

/** Fewer tokens than this are not worth a place of their own. */
const smallestPart = 40;

/** Tokens that all items of a source may take together. */
export function shareOf(source: Source, contextTokens: number): number {
  return Math.floor(contextTokens * (shares.find(([name]) => name === source)?.[1] ?? 0));
}

/**
 * The items as they fit the window, in their order. An item that is too long for what its source has left loses its end and says how
 * many lines; one for which nothing is left stays without its text. Of the user's notes the newest are kept first.
 */
export function fitItems(
  items: readonly ContextItem[],
  contextTokens: number,
  estimate: TokenEstimator,
): readonly ContextItem[] {
  const fitted = new Map<ContextItem, ContextItem>();
  for (const [source, share] of shares) {
    let left = Math.floor(contextTokens * share);
    const ours = items.filter((item) => item.source === source);
    for (const item of source === 'note' ? ours.toReversed() : ours) {
      const part = fitItem(item, left, estimate);
      left -= estimate(part.text);
      fitted.set(item, part);
    }
  }
  return items.map((item) => fitted.get(item) ?? item);
}

function fitItem(item: ContextItem, tokens: number, estimate: TokenEstimator): ContextItem {
  if (estimate(item.text) <= tokens) {
    return item;
  }
  const lines = item.text.split('\n');
  const kept = tokens < smallestPart ? 0 : mostLines(lines, tokens, estimate);
  const before = item.leftOut ?? 0;
  if (kept > 0) {
    const leftOut = lines.length - kept;
    return { ...item, text: `${lines.slice(0, kept).join('\n')}\n${leftOutNote(leftOut)}`, leftOut: before + leftOut };
  }
  const start = tokens < smallestPart ? '' : startOfLine(lines[0] ?? '', tokens, estimate);
  const text = start === '' ? '' : `${start}\n${leftOutNote(lines.length)}`;
  return { ...item, text, leftOut: before + lines.length };
}

/** Lines at the start that fit beside the note of those that do not. */
function mostLines(lines: readonly string[], tokens: number, estimate: TokenEstimator): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const text = `${lines.slice(0, middle).join('\n')}\n${leftOutNote(lines.length)}`;
    [low, high] = estimate(text) <= tokens ? [middle, high] : [low, middle - 1];
  }
  return low;
}

/** A line that is too long by itself: as much of it as fits, between two characters. */
function startOfLine(line: string, tokens: number, estimate: TokenEstimator): string {
  let start = line;
  while (start !== '' && estimate(`${start}\n${leftOutNote(line.length)}`) > tokens) {
    start = start.slice(0, Math.floor(start.length / 2));
  }
  return start.replace(/[\ud800-\udbff]$/, '');
}

function leftOutNote(lines: number): string {
  return `[${lines} lines left out]`;
}
