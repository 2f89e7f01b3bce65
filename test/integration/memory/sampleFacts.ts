import { createHash } from 'node:crypto';
import type { SourceFacts } from '../../../src/core/memory/sourceFacts.ts';

/** A file of these chunks, each ten lines on. */
export function sampleFacts(texts: readonly string[], more: Partial<SourceFacts> = {}): SourceFacts {
  return {
    kind: 'code',
    language: 'typescript',
    chunks: texts.map((text, index) => ({
      kind: 'window',
      startLine: index * 10 + 1,
      endLine: index * 10 + 10,
      text,
      hash: createHash('sha256').update(text).digest('hex').slice(0, 32),
    })),
    symbols: [],
    imports: [],
    calls: [],
    ...more,
  };
}
