/** Of one question: shares of the truth among the first five and ten, and one over the place of the first that is right. */
export interface Measures {
  readonly recall5: number;
  readonly recall10: number;
  readonly reciprocalRank: number;
}

export function measure(ranked: readonly string[], truth: readonly string[]): Measures {
  const wanted = new Set(truth);
  const first = ranked.slice(0, 10);
  const found = (count: number): number =>
    first.slice(0, count).filter((path) => wanted.has(path)).length / wanted.size;
  const place = first.findIndex((path) => wanted.has(path));
  return { recall5: found(5), recall10: found(10), reciprocalRank: place < 0 ? 0 : 1 / (place + 1) };
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The interval that holds the mean in 95 of 100 draws of as many cases with replacement; the same for the same values. */
export function bootstrapInterval(values: readonly number[], draws = 2_000): readonly [low: number, high: number] {
  const random = createRandom(20_261);
  const means = Array.from({ length: draws }, () =>
    mean(values.map(() => values[Math.floor(random() * values.length)] ?? 0)),
  ).sort((a, b) => a - b);
  return [means[Math.floor(draws * 0.025)] ?? 0, means[Math.ceil(draws * 0.975) - 1] ?? 0];
}

/** Numbers in [0, 1) that look drawn; the same for the same seed (xorshift, 32 bits). */
export function createRandom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
