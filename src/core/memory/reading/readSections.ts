import type { SymbolFact } from '../sourceFacts.ts';
import { type Heading, markdownHeadings } from './markdownHeadings.ts';
import { lineCount, mergeSmall, mostLines, type Piece, windowsOf } from './pieces.ts';
import { qualifiedName } from '../qualifiedName.ts';

/** A section with fewer lines than this, such as a heading that only leads to others, goes with the one before or after it. */
const fewSectionLines = 4;

/** A document cut at its headings, and the headings as symbols, each as long as what stands under it. */
export function readSections(lines: readonly string[]): {
  readonly pieces: readonly Piece[];
  readonly symbols: readonly SymbolFact[];
} {
  const headings = markdownHeadings(lines);
  const symbols = symbolsOf(headings, lines.length);
  const first = headings[0]?.line ?? lines.length + 1;
  const sections: Piece[] = headings.map(({ line }, index) => {
    const symbol = symbols[index];
    const endLine = (headings[index + 1]?.line ?? lines.length + 1) - 1;
    return { startLine: line, endLine, names: symbol === undefined ? [] : [qualifiedName(symbol)] };
  });
  const before: Piece[] = first > 1 ? [{ startLine: 1, endLine: first - 1, names: [] }] : [];
  const cut = [...before, ...sections].flatMap((piece) =>
    lineCount(piece) <= mostLines ? [piece] : windowsOf(lines, piece).map((span) => ({ ...span, names: piece.names })),
  );
  return { pieces: mergeSmall(cut, { few: fewSectionLines, most: mostLines }), symbols };
}

/** Each heading with those that it stands under, and as long as what stands under it; in one pass, however many there are. */
function symbolsOf(headings: readonly Heading[], lastLine: number): SymbolFact[] {
  const open: { readonly heading: Heading; readonly at: number }[] = [];
  const ends = headings.map(() => lastLine);
  const containers: string[] = [];
  for (const [index, heading] of headings.entries()) {
    while ((open.at(-1)?.heading.level ?? 0) >= heading.level) {
      const closed = open.pop();
      if (closed !== undefined) {
        ends[closed.at] = heading.line - 1;
      }
    }
    containers.push(open.map((outer) => outer.heading.title).join(' > '));
    open.push({ heading, at: index });
  }
  return headings.map(({ title, line }, index) => ({
    kind: 'heading',
    name: title,
    ...(containers[index] === '' ? {} : { container: containers[index] ?? '' }),
    startLine: line,
    endLine: ends[index] ?? lastLine,
  }));
}
