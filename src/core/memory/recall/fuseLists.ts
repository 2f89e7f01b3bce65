import type { RecallReason } from '../../../protocol/memory.ts';
import type { FileScore } from './recallSources.ts';

/** One ranking of files, best first, and what it counts for. */
export interface RankedList {
  readonly by: RecallReason['by'];
  readonly weight: number;
  readonly scores: readonly FileScore[];
  /** Only raises what a list before it has. */
  readonly raises?: boolean;
}

export interface FusedFile {
  readonly path: string;
  readonly score: number;
  /** What each list gave to the score. */
  readonly parts: ReadonlyMap<RecallReason['by'], number>;
}

/** Of each list; what comes later is noise. */
const listDepth = 300;

/**
 * Adds the lists up, each divided by its best score: a list that is sure of one file says so, where ranks alone would make the
 * second as good as the first. Ties go by path, so that the same index answers the same.
 */
export function fuseLists(lists: readonly RankedList[]): FusedFile[] {
  const files = new Map<string, { score: number; parts: Map<RecallReason['by'], number> }>();
  for (const { by, weight, scores, raises = false } of lists) {
    const best = scores[0]?.score ?? 0;
    if (best > 0 && weight > 0) {
      for (const { path, score } of scores.slice(0, listDepth)) {
        const gain = (weight * score) / best;
        const known = files.get(path);
        if (known === undefined && raises) {
          continue;
        }
        const file = known ?? { score: 0, parts: new Map<RecallReason['by'], number>() };
        file.score += gain;
        file.parts.set(by, (file.parts.get(by) ?? 0) + gain);
        files.set(path, file);
      }
    }
  }
  return sortFused([...files].map(([path, file]) => ({ path, ...file })));
}

export function sortFused(files: FusedFile[]): FusedFile[] {
  return files.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}

/** Of a file's pieces the best counts whole, the second half, the third a third: many places that fit say more than one. */
export function poolPieces(pieces: readonly FileScore[], most = 3): FileScore[] {
  const files = new Map<string, { pieces: number; score: number }>();
  for (const { path, score } of pieces) {
    const file = files.get(path) ?? { pieces: 0, score: 0 };
    file.pieces += 1;
    if (file.pieces <= most) {
      file.score += score / file.pieces;
    }
    files.set(path, file);
  }
  return [...files]
    .map(([path, { score }]) => ({ path, score }))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}
