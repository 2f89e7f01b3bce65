/** From so many milliseconds after now on, the wall clock tells a time that is earlier. */
export function wrapClock({ afterMs, backMs }: { readonly afterMs: number; readonly backMs: number }): void {
  const now = Date.now.bind(Date);
  const turn = performance.now() + afterMs;
  Date.now = () => now() - (performance.now() < turn ? 0 : backMs);
}
