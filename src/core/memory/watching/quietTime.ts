/** Paths that are told one by one, as somebody saves them; more are a checkout or a tool at work. */
export const burstPaths = 50;

/**
 * Milliseconds to wait for more hints after one came. One saved file is told at once; of a burst the end is awaited, but not for
 * ever. `waitedMs` counts from the first hint that was not looked at yet.
 */
export function quietTime(waiting: number, waitedMs: number): number {
  const [quiet, longest] = waiting > burstPaths ? [120, 1_500] : [15, 60];
  return Math.max(0, Math.min(quiet, longest - waitedMs));
}
