/** The reason with which a host that ends aborts its tasks: they are interrupted, not cancelled. */
export class HostStopping extends Error {
  constructor() {
    super('The agent host is stopping; the task goes on when it starts again.');
    this.name = 'HostStopping';
  }
}

export function isHostStopping(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof HostStopping;
}

/** The reason with which the user's pause aborts a task: what it did until then stays, and it goes on with a resume. */
export class Pausing extends Error {
  constructor() {
    super('You paused the task; it goes on from its last checkpoint when you resume it.');
    this.name = 'Pausing';
  }
}

export function isPausing(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof Pausing;
}
