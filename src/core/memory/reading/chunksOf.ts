import type { Sha256 } from '../../../base/hash.ts';
import type { Chunk } from '../sourceFacts.ts';
import type { Piece } from './pieces.ts';

/** Characters of a chunk; one of more, such as a file without line breaks, becomes several. */
export const mostCharacters = 6_000;

/** Hexadecimal digits of a chunk's hash, 128 bits: two texts that share one are not to be met. */
const hashDigits = 32;

/** Names that are shown of a chunk which has many. */
const mostNames = 8;

/**
 * The chunks of pieces. Put together, their texts are the lines again, with `\n` between two; parts of one line, which share its
 * number, follow each other without one. A file of blank lines has no chunk.
 */
export function chunksOf(
  lines: readonly string[],
  pieces: readonly Piece[],
  kind: Chunk['kind'],
  sha256: Sha256,
): Chunk[] {
  if (lines.every((line) => line.trim() === '')) {
    return [];
  }
  return pieces.flatMap(({ startLine, endLine, names }) => {
    const symbol = names.slice(0, mostNames).join(', ');
    const named = symbol === '' ? {} : { symbol };
    return parts(lines, startLine, endLine).map((part) => ({
      kind: symbol === '' ? ('window' as const) : kind,
      ...named,
      ...part,
      hash: sha256(`${symbol}\n${part.text}`).slice(0, hashDigits),
    }));
  });
}

/** The lines as one text, or as several of at most `mostCharacters`: cut between lines where that can be, else inside of one. */
function parts(
  lines: readonly string[],
  startLine: number,
  endLine: number,
): Pick<Chunk, 'startLine' | 'endLine' | 'text'>[] {
  const found: { startLine: number; endLine: number; text: string }[] = [];
  let last: { startLine: number; endLine: number; text: string } | undefined;
  for (let line = startLine; line <= endLine; line += 1) {
    const text = lines[line - 1] ?? '';
    if (last !== undefined && last.text.length + 1 + text.length <= mostCharacters) {
      last.text += `\n${text}`;
      last.endLine = line;
      continue;
    }
    for (const slice of slices(text)) {
      last = { startLine: line, endLine: line, text: slice };
      found.push(last);
    }
  }
  return found;
}

/** Never between the two halves of a character outside of the basic plane. */
function slices(line: string): string[] {
  const found: string[] = [];
  let start = 0;
  while (line.length - start > mostCharacters) {
    let end = start + mostCharacters;
    const unit = line.charCodeAt(end - 1);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      end -= 1;
    }
    found.push(line.slice(start, end));
    start = end;
  }
  found.push(line.slice(start));
  return found;
}
