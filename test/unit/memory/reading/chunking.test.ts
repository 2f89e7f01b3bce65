import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunksOf, mostCharacters } from '../../../../src/core/memory/reading/chunksOf.ts';
import { chunkSymbols } from '../../../../src/core/memory/reading/chunkSymbols.ts';
import { mostLines } from '../../../../src/core/memory/reading/pieces.ts';
import { readSections } from '../../../../src/core/memory/reading/readSections.ts';
import { textLines } from '../../../../src/core/memory/reading/textLines.ts';
import type { Chunk, SymbolFact } from '../../../../src/core/memory/sourceFacts.ts';

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** The text that chunks are of; throws where a line is missing, doubled or out of order. */
function together(chunks: readonly Chunk[]): string {
  let text = '';
  let last = 0;
  for (const { startLine, endLine, text: part } of chunks) {
    const goesOn = startLine === last;
    if (!goesOn && startLine !== last + 1) {
      throw new Error(`Line ${startLine} follows line ${last}.`);
    }
    text += goesOn || last === 0 ? part : `\n${part}`;
    last = endLine;
  }
  return text;
}

function chunksFor(text: string, symbols: readonly SymbolFact[]): Chunk[] {
  const lines = textLines(text);
  return chunksOf(lines, chunkSymbols(lines, symbols), 'symbol', sha256);
}

function symbol(name: string, startLine: number, endLine: number, container?: string): SymbolFact {
  return { kind: 'function', name, startLine, endLine, ...(container === undefined ? {} : { container }) };
}

const numbered = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, index) => `line ${from + index}`);

const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('', '  ', '// note', '  call();', '}', '# Heading', '```', '---', '===', '@mark'),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000 }).map((length) => 'é😀'.repeat(length).slice(1)) },
);
const texts = fc
  .tuple(fc.array(line, { maxLength: 200 }), fc.constantFrom('\n', '\r\n', '\r'), fc.boolean())
  .map(([lines, end, closed]) => lines.join(end) + (closed ? end : ''));
const spans = fc.array(fc.tuple(fc.integer({ min: -2, max: 220 }), fc.integer({ min: -2, max: 120 })), {
  maxLength: 40,
});

describe('chunks', () => {
  test('have each line of a file once, whatever symbols a parser tells', () => {
    fc.assert(
      fc.property(texts, spans, (text, pairs) => {
        const symbols = pairs.map(([start, length], index) => symbol(`s${index}`, start, start + length));
        const lines = textLines(text);
        const blank = lines.every((one) => one.trim() === '');
        const chunks = chunksFor(text, symbols);
        expect(together(chunks)).toBe(blank ? '' : lines.join('\n'));
        for (const chunk of chunks) {
          expect(chunk.text.length).toBeLessThanOrEqual(mostCharacters);
          expect(chunk.endLine - chunk.startLine).toBeLessThan(mostLines);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('have each line of a document once, whatever looks like a heading', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const lines = textLines(text);
        const chunks = chunksOf(lines, readSections(lines).pieces, 'section', sha256);
        const blank = lines.every((one) => one.trim() === '');
        expect(together(chunks)).toBe(blank ? '' : lines.join('\n'));
      }),
      { numRuns: 300 },
    );
  });

  test('are one for a symbol that fits, with the comment above it', () => {
    const lines = [
      "import x from 'x';",
      '',
      ...numbered(20, 3),
      '',
      '/** Adds. */',
      'function add() {',
      ...numbered(20),
      '}',
    ];
    const chunks = chunksFor(lines.join('\n'), [symbol('add', 25, 46)]);
    expect(chunks.map(({ kind, symbol: name, startLine, endLine }) => [kind, name, startLine, endLine])).toEqual([
      ['window', undefined, 1, 23],
      ['symbol', 'add', 24, 46],
    ]);
  });

  test('of a symbol that does not fit are what is inside of it, and the lines between by its own name', () => {
    const text = numbered(100).join('\n');
    const chunks = chunksFor(text, [
      symbol('Cart', 1, 100),
      symbol('add', 21, 60, 'Cart'),
      symbol('clear', 61, 100, 'Cart'),
    ]);
    expect(chunks.map(({ symbol: name, startLine, endLine }) => [name, startLine, endLine])).toEqual([
      ['Cart', 1, 20],
      ['Cart.add', 21, 60],
      ['Cart.clear', 61, 100],
    ]);
  });

  test('of a long symbol without others inside are cut where a blank line stands', () => {
    const lines = numbered(100);
    lines[44] = '';
    const chunks = chunksFor(lines.join('\n'), [symbol('long', 1, 100)]);
    expect(chunks.map(({ symbol: name, startLine, endLine }) => [name, startLine, endLine])).toEqual([
      ['long', 1, 45],
      ['long', 46, 100],
    ]);
  });

  test('of small neighbours are one, with the names of all', () => {
    const chunks = chunksFor(numbered(12).join('\n'), [symbol('a', 1, 4), symbol('b', 5, 8), symbol('c', 9, 12)]);
    expect(chunks.map(({ symbol: name, startLine, endLine }) => [name, startLine, endLine])).toEqual([
      ['a, b, c', 1, 12],
    ]);
  });

  test('have a hash of their text and symbol alone', () => {
    const here = chunksFor(numbered(30).join('\n'), [symbol('add', 1, 30)]);
    const moved = chunksFor([...Array.from({ length: 40 }, () => 'before'), ...numbered(30)].join('\r\n'), [
      symbol('add', 41, 70),
    ]);
    const renamed = chunksFor(numbered(30).join('\n'), [symbol('sum', 1, 30)]);
    expect(here[0]?.hash).toMatch(/^[0-9a-f]{32}$/);
    expect(moved[1]?.hash).toBe(here[0]?.hash);
    expect(renamed[0]?.hash).not.toBe(here[0]?.hash);
  });

  test('of a file of one long line are parts of that line', () => {
    const text = 'x'.repeat(1_000_000);
    const chunks = chunksFor(text, []);
    expect(chunks).toHaveLength(Math.ceil(1_000_000 / mostCharacters));
    expect(chunks.every(({ startLine, endLine }) => startLine === 1 && endLine === 1)).toBe(true);
    expect(together(chunks)).toBe(text);
  });

  test('are none for an empty file and one of blank lines', () => {
    expect(chunksFor('', [])).toEqual([]);
    expect(chunksFor('\uFEFF', [])).toEqual([]);
    expect(chunksFor('\n \r\n\t\n', [])).toEqual([]);
  });
});

test('cuts at symbols in symbols only as deep as there is stack for, and loses no line', () => {
  const depth = 20_000;
  const lines = [
    ...Array.from({ length: depth }, (_, index) => `function f${index}() {`),
    ...Array.from({ length: depth }, () => '}'),
  ];
  const symbols = Array.from({ length: depth }, (_, index) => ({
    kind: 'function' as const,
    name: `f${index}`,
    startLine: index + 1,
    endLine: 2 * depth - index,
  }));
  const pieces = chunkSymbols(lines, symbols);
  expect(pieces[0]?.startLine).toBe(1);
  expect(pieces.at(-1)?.endLine).toBe(lines.length);
  expect(pieces.every((piece, index) => index === 0 || piece.startLine === (pieces[index - 1]?.endLine ?? 0) + 1)).toBe(
    true,
  );
});
