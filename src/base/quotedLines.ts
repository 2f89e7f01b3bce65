/** Lines of a text as they once stood, with those around them: enough to find them again where the text changed elsewhere. */
export interface QuotedLines {
  /** Null at the edge of the text. */
  readonly before: string | null;
  readonly lines: readonly string[];
  readonly after: string | null;
}

const mostLines = 8;
const longestLine = 200;
/** Letters and digits of lines that hardly stand in two places by chance. */
const fewestTelling = 12;

/** Line ends of every kind; what editors count lines by. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/);
}

/** The first of the lines, counted from 0 and both included; undefined where the text does not have them. */
export function quoteLines(text: readonly string[], startLine: number, endLine: number): QuotedLines | undefined {
  const lines = text.slice(startLine, Math.min(endLine + 1, startLine + mostLines)).map(cut);
  return startLine < 0 || endLine < startLine || endLine >= text.length
    ? undefined
    : { before: at(text, startLine - 1), lines, after: at(text, startLine + lines.length) };
}

/**
 * The line that the quoted ones begin at now; undefined where they are nowhere. Where they stand more than once it is the place with
 * the same neighbours, then the nearest one. Lines that moved without any neighbour are taken for others that look alike, unless they say enough and stand once.
 */
export function findQuoted(text: readonly string[], startLine: number, quote: QuotedLines): number | undefined {
  const [first] = quote.lines;
  const alone: number[] = [];
  let best: { readonly line: number; readonly neighbours: number } | undefined;
  for (let line = 0; line + quote.lines.length <= text.length; line += 1) {
    if (at(text, line) !== first || quote.lines.some((each, index) => each !== at(text, line + index))) {
      continue;
    }
    const neighbours =
      Number(at(text, line - 1) === quote.before) + Number(at(text, line + quote.lines.length) === quote.after);
    alone.push(line);
    const isBetter =
      best === undefined ||
      neighbours > best.neighbours ||
      (neighbours === best.neighbours && Math.abs(line - startLine) < Math.abs(best.line - startLine));
    if (isBetter && (neighbours > 0 || line === startLine)) {
      best = { line, neighbours };
    }
  }
  const isTelling = quote.lines.join('').replace(/[^\p{L}\p{N}]/gu, '').length >= fewestTelling;
  return best?.line ?? (isTelling && alone.length === 1 ? alone[0] : undefined);
}

function at(text: readonly string[], line: number): string | null {
  const found = text[line];
  return found === undefined ? null : cut(found);
}

function cut(line: string): string {
  return line.slice(0, longestLine);
}
