import { ok, type Result } from '../../../src/base/result.ts';
import type { EmbedFailure, Embedder } from '../../../src/core/memory/embedder.ts';
import { unitVector } from '../../../src/core/memory/embedding/unitVector.ts';

/** Makes vectors of letters, and writes down what it was given and gave a vector of. */
export class CountingEmbedder implements Embedder {
  readonly identity: string;
  readonly dimensions: number;
  readonly maxTokens = 512;
  readonly batch: number;
  /** In their order. */
  readonly embedded: string[] = [];
  closed = false;
  /** Asked before each request; a failure is given in place of vectors, a promise is waited for. */
  before: (texts: readonly string[], use: 'query' | 'passage') => Promise<EmbedFailure | undefined> = async () =>
    undefined;

  constructor({ identity = 'counting', dimensions = 8, batch = 3 } = {}) {
    this.identity = identity;
    this.dimensions = dimensions;
    this.batch = batch;
  }

  async embed(
    texts: readonly string[],
    use: 'query' | 'passage',
    signal: AbortSignal,
  ): Promise<Result<readonly Float32Array[], EmbedFailure>> {
    const error = await this.before(texts, use);
    if (error !== undefined || signal.aborted) {
      return { ok: false, error: error ?? { reason: 'aborted', message: 'Cancelled.' } };
    }
    if (use === 'passage') {
      this.embedded.push(...texts);
    }
    return ok(texts.map((text) => letterVector(text, this.dimensions)));
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

function letterVector(text: string, dimensions: number): Float32Array {
  const counts = Array.from({ length: dimensions }, () => 0);
  for (const letter of text) {
    const at = (letter.codePointAt(0) ?? 0) % dimensions;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return unitVector([1, ...counts.slice(1)]) ?? new Float32Array(dimensions);
}
