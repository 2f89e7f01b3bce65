import type { LineSpan, SymbolFact } from '../sourceFacts.ts';
import { lineCount, mergeSmall, mostLines, type Piece, windowsOf } from './pieces.ts';
import { qualifiedName } from '../qualifiedName.ts';

/** A symbol with the symbols inside of it, which do not share a line with each other. */
interface Branch extends LineSpan {
  readonly name: string;
  /** A module is a frame around what counts: it is a piece only where nothing is known of its inside. */
  readonly frame: boolean;
  readonly inner: Branch[];
}

/** Symbols in symbols that are cut at: no person writes more, and each one is a call on the stack. */
const deepest = 100;

/** A line that belongs to the declaration below it: a comment, a decorator, an attribute, the end of a comment of many lines. */
const leadsOver = /^\s*(?:\/\/|\/\*|\*|#(?!\s*(?:include|if|endif|else|define)\b)|@\w|\[\w)/;

/**
 * Cuts a file at its symbols: one that fits is a piece, a larger one is cut at the symbols inside of it, then at blank lines; what
 * lies between belongs to what it stands in. Small neighbours are put together. Each line of the file is in exactly one piece.
 */
export function chunkSymbols(lines: readonly string[], symbols: readonly SymbolFact[]): Piece[] {
  if (lines.length === 0) {
    return [];
  }
  const whole = { startLine: 1, endLine: lines.length };
  return mergeSmall(cutBetween(lines, whole, [], branchesOf(lines, symbols), 0));
}

/** The symbols as trees. One that begins on a line where another ends, or reaches out of what it stands in, is left out. */
function branchesOf(lines: readonly string[], symbols: readonly SymbolFact[]): Branch[] {
  const roots: Branch[] = [];
  const open: Branch[] = [];
  const sorted = symbols
    .filter(({ startLine, endLine }) => startLine >= 1 && endLine >= startLine && endLine <= lines.length)
    .toSorted((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
  for (const symbol of sorted) {
    while ((open.at(-1)?.endLine ?? Number.POSITIVE_INFINITY) < symbol.startLine) {
      open.pop();
    }
    const outer = open.at(-1);
    const siblings = outer === undefined ? roots : outer.inner;
    const floor = Math.max(siblings.at(-1)?.endLine ?? 0, outer === undefined ? 0 : outer.startLine);
    if (symbol.startLine <= floor || (outer !== undefined && symbol.endLine > outer.endLine)) {
      continue;
    }
    const startLine = withLead(lines, symbol.startLine, floor);
    const branch = {
      startLine,
      endLine: symbol.endLine,
      name: qualifiedName(symbol),
      frame: symbol.kind === 'module',
      inner: [],
    };
    siblings.push(branch);
    open.push(branch);
  }
  return roots;
}

/** The first of the comment lines right above, none of them at or above `floor`. */
function withLead(lines: readonly string[], startLine: number, floor: number): number {
  let start = startLine;
  while (start - 1 > floor && leadsOver.test(lines[start - 2] ?? '')) {
    start -= 1;
  }
  return start;
}

function cut(lines: readonly string[], branch: Branch, depth: number): Piece[] {
  const names = [branch.name];
  if (depth > deepest) {
    return windowsOf(lines, branch).map((span) => ({ ...span, names }));
  }
  if (lineCount(branch) <= mostLines && (!branch.frame || branch.inner.length === 0)) {
    return [{ startLine: branch.startLine, endLine: branch.endLine, names }];
  }
  return mergeSmall(cutBetween(lines, branch, names, branch.inner, depth));
}

/** The lines of a span: the branches in it, and what lies before, between and after them, which is `names`'. */
function cutBetween(
  lines: readonly string[],
  { startLine, endLine }: LineSpan,
  names: readonly string[],
  inner: readonly Branch[],
  depth: number,
): Piece[] {
  const pieces: Piece[] = [];
  let next = startLine;
  const between = (until: number): void => {
    if (until >= next) {
      const spans = windowsOf(lines, { startLine: next, endLine: until });
      pieces.push(...spans.map((span) => ({ ...span, names })));
    }
  };
  for (const branch of inner) {
    between(branch.startLine - 1);
    pieces.push(...cut(lines, branch, depth + 1));
    next = branch.endLine + 1;
  }
  between(endLine);
  return pieces;
}
