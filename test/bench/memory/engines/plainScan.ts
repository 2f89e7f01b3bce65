import { dimensions, type SearchEngine } from '../searchEngine.ts';

/** One loop over all vectors in plain code: what needs no index and no library. */
export const plainScan: SearchEngine = {
  build: async () => undefined,
  async open(_, data) {
    const { all, count: rows } = data;
    const scores = new Float32Array(rows);
    return {
      search: async (query, count) => {
        for (let row = 0; row < rows; row += 1) {
          const start = row * dimensions;
          let [a, b, c, d] = [0, 0, 0, 0];
          for (let at = 0; at < dimensions; at += 4) {
            a += all[start + at]! * query[at]!;
            b += all[start + at + 1]! * query[at + 1]!;
            c += all[start + at + 2]! * query[at + 2]!;
            d += all[start + at + 3]! * query[at + 3]!;
          }
          scores[row] = a + b + c + d;
        }
        return largest(scores, count);
      },
      close: async () => undefined,
    };
  },
};

/** Places of the largest numbers, the largest first; for a few of many. */
export function largest(scores: Float32Array, count: number): number[] {
  const best: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  scores.forEach((score, row) => {
    if (best.length < count || score > least) {
      const at = best.findIndex((other) => scores[other]! < score);
      best.splice(at === -1 ? best.length : at, 0, row);
      best.length = Math.min(best.length, count);
      least = best.length < count ? Number.NEGATIVE_INFINITY : scores[best.at(-1)!]!;
    }
  });
  return best;
}
