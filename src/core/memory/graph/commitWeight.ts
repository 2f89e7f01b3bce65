/** A commit of more files says nothing of two of them. */
export const widestCommit = 50;

/** Newest commits of a file whose other files are looked at. */
export const longestHistory = 200;

/**
 * What commits say of two files, 0 to 1. `sum`: over the commits that changed both, each 1 / (its files - 1), so that one of two files says
 * much and one of many little. Two commits of nothing else are .5.
 */
export function changedWithWeight(sum: number): number {
  return sum / (sum + 2);
}
