import type { VectorHit } from '../vectorIndex.ts';
import { poolPieces } from './fuseLists.ts';
import type { FileScore } from './recallSources.ts';

/** Of what lies between the first and the last hit, that much is left to the last. */
const leftToLast = 0.02;

/**
 * Files by the nearest vectors, best first. Models put even what has nothing in common at a cosine of a half or more, so that what counts
 * is how far a hit stands above the last one that was looked at.
 */
export function likeInMeaning(hits: readonly VectorHit[]): FileScore[] {
  const scores = hits.map(({ score }) => score);
  const lowest = Math.min(...scores);
  const spread = Math.max(...scores) - lowest;
  const floor = lowest - (spread > 0 ? spread * leftToLast : 1);
  return poolPieces(hits.map(({ owner, score }) => ({ path: owner, score: score - floor })));
}
