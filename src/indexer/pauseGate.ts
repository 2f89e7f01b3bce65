/** Holds work up while a person wants it to rest. */
export class PauseGate {
  private waiting: (() => void)[] = [];
  private readonly watching = new Set<() => void>();
  private shut = false;

  get paused(): boolean {
    return this.shut;
  }

  set(paused: boolean): void {
    this.shut = paused;
    if (paused) {
      this.watching.forEach((tell) => tell());
      this.watching.clear();
    } else {
      this.waiting.splice(0).forEach((go) => go());
    }
  }

  /** Resolves when it is shut, or when whoever waits has no more need to know. */
  whenShut(unneeded: AbortSignal): Promise<void> {
    if (this.shut || unneeded.aborted) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const tell = (): void => {
        this.watching.delete(tell);
        resolve();
      };
      this.watching.add(tell);
      unneeded.addEventListener('abort', tell, { once: true });
    });
  }

  /** Resolves at once, or when work may go on. */
  pass(): Promise<void> {
    return this.shut ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }
}
