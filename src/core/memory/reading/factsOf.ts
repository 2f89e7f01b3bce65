import type { Sha256 } from '../../../base/hash.ts';
import type { CallFact, ImportFact, SourceFacts, SymbolFact } from '../sourceFacts.ts';
import { chunksOf } from './chunksOf.ts';
import { chunkSymbols } from './chunkSymbols.ts';
import { readDecision } from './decisionRecord.ts';
import { fileKind } from './fileKind.ts';
import { languageOf } from './languageOf.ts';
import { readSections } from './readSections.ts';
import { testSymbols } from './testSymbols.ts';
import { textLines } from './textLines.ts';

/** What a parser found in the text of one file. */
export interface ParsedSource {
  readonly symbols: readonly SymbolFact[];
  readonly imports: readonly ImportFact[];
  readonly calls: readonly CallFact[];
}

const nothing: ParsedSource = { symbols: [], imports: [], calls: [] };

/** The facts of a file from its text and what a parser found in it; without a parser's word, by headings or windows of lines. */
export function factsOf(
  path: string,
  text: string,
  sha256: Sha256,
  {
    parsed = nothing,
    problem,
  }: { readonly parsed?: ParsedSource | undefined; readonly problem?: string | undefined } = {},
): SourceFacts {
  const lines = textLines(text);
  const kind = fileKind(path, text);
  const language = languageOf(path, lines[0] ?? '');
  const isMarkdown = language === 'markdown' || language === 'mdx';
  const told = kind === 'test' ? testSymbols(language, parsed.symbols) : parsed.symbols;
  const { symbols, pieces } = isMarkdown ? readSections(lines) : { symbols: told, pieces: chunkSymbols(lines, told) };
  return {
    kind,
    language,
    chunks: chunksOf(lines, pieces, isMarkdown ? 'section' : 'symbol', sha256),
    symbols,
    imports: parsed.imports,
    calls: parsed.calls,
    ...(kind === 'decision' ? { decision: readDecision(path, lines) } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}
