/** Time as a port, so that budgets and deadlines are tested without waiting. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. May go backwards. */
  now(): number;
  /** Monotonic milliseconds from an arbitrary start. Never goes backwards. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
