import { dimensions } from './searchEngine.ts';

/**
 * Vectors of length 1 in 200 clusters, the same in each run: embeddings of code lie in clusters, and random ones make graph indexes
 * look worse than they are.
 */
export function clusteredVectors(count: number, seed: number): Float32Array {
  const centreNumbers = numbers(1);
  const centres = Array.from({ length: 200 }, () =>
    Float32Array.from({ length: dimensions }, () => centreNumbers() - 0.5),
  );
  const random = numbers(seed);
  const all = new Float32Array(count * dimensions);
  for (let start = 0; start < all.length; start += dimensions) {
    const centre = centres[Math.floor(random() * centres.length)] ?? new Float32Array();
    let squares = 0;
    for (let index = 0; index < dimensions; index += 1) {
      const value = (centre[index] ?? 0) + (random() - 0.5) * 1.2;
      all[start + index] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let index = start; index < start + dimensions; index += 1) {
      all[index] = (all[index] ?? 0) / length;
    }
  }
  return all;
}

function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
