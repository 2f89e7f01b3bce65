/** The vector with length 1; undefined for one of zeros, and for one that has what is no number: neither can be compared. */
export function unitVector(values: ArrayLike<number>): Float32Array | undefined {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? Number.NaN;
    sum += value * value;
  }
  const length = Math.sqrt(sum);
  return Number.isFinite(length) && length > 0 ? Float32Array.from(values, (value) => value / length) : undefined;
}
