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
