/** Standard normal quantile of a 95% interval. */
const z = 1.959964;

/** The 95% Wilson score interval of a rate, from 0 to 1. Nothing tried says nothing: from 0 to 1. */
export function wilson(successes: number, trials: number): { readonly low: number; readonly high: number } {
  if (trials === 0) {
    return { low: 0, high: 1 };
  }
  const rate = successes / trials;
  const square = z ** 2 / trials;
  const middle = (rate + square / 2) / (1 + square);
  const half = (z * Math.sqrt((rate * (1 - rate)) / trials + square / (4 * trials))) / (1 + square);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
