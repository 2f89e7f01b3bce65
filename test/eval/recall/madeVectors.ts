import type { VectorHit } from '../../../src/core/memory/vectorIndex.ts';
import { createRandom } from './measures.ts';

export interface OwnedChunks {
  readonly path: string;
  readonly chunks: number;
}

/** Hits that recall asks a vector index for. */
const hitCount = 100;

/** Chunks of a file that are about what changed. */
const tellingChunks = 2;

/** Cosines as trained models give them: what has nothing in common is at a half, and a little more or less. */
const middle = 0.55;
const deviation = 0.05;

/**
 * What a model of a given worth would find, without any: every chunk of the candidates at a random likeness, those of the truth
 * `signal` standard deviations nearer. 0 is chance. The same for the same seed.
 */
export function madeHits(
  files: readonly OwnedChunks[],
  truth: ReadonlySet<string>,
  signal: number,
  seed: number,
): readonly VectorHit[] {
  const random = createRandom(seed);
  const hits: VectorHit[] = [];
  for (const { path, chunks } of files) {
    for (let ordinal = 0; ordinal < chunks; ordinal += 1) {
      const more = truth.has(path) && ordinal < tellingChunks ? signal : 0;
      const score = middle + deviation * (normal(random) + more);
      hits.push({ owner: path, hash: '', ordinal, startLine: 1, endLine: 1, score });
    }
  }
  return hits.sort((a, b) => b.score - a.score).slice(0, hitCount);
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
