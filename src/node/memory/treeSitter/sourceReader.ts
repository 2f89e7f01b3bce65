import type { Sha256 } from '../../../base/hash.ts';
import { factsOf } from '../../../core/memory/reading/factsOf.ts';
import { isMinified } from '../../../core/memory/reading/fileKind.ts';
import { languageOf } from '../../../core/memory/reading/languageOf.ts';
import { plainLines } from '../../../core/memory/reading/textLines.ts';
import type { SourceReader } from '../../../core/memory/sourceFacts.ts';
import type { ReadGrammar } from './grammarFolder.ts';
import { type ParseLimits, parseLimits, SourceParser } from './sourceParser.ts';

export interface SourceReaderOptions {
  readonly grammars: ReadGrammar;
  readonly sha256: Sha256;
  readonly limits?: Partial<ParseLimits>;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now?: () => number;
}

/** Reads source with tree-sitter, documents by their headings and the rest by windows of lines. Parses on the thread that calls it. */
export function createSourceReader({
  grammars,
  sha256,
  limits = {},
  now = () => performance.now(),
}: SourceReaderOptions): SourceReader {
  const parser = new SourceParser(grammars, { ...parseLimits, ...limits }, now);
  return {
    async read(path, text) {
      const plain = plainLines(text);
      const language = languageOf(path, plain.slice(0, 200).split('\n', 1)[0] ?? '');
      const parsed = isMinified(plain) ? undefined : await parser.parse(language, plain);
      if (parsed === undefined) {
        return factsOf(path, plain, sha256);
      }
      return factsOf(path, plain, sha256, parsed.ok ? { parsed: parsed.value } : { problem: parsed.error.message });
    },
    close: () => parser.close(),
  };
}
