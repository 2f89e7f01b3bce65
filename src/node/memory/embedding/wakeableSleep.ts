/** A sleep that ends when it is over or somebody wakes the sleeper; waking one that is not asleep ends its next sleep at once. */
export class WakeableSleep {
  private woken = false;
  private end: (() => void) | undefined;

  /** Milliseconds; without a number until it is woken. */
  async sleep(milliseconds?: number): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = milliseconds === undefined ? undefined : setTimeout(resolve, Math.max(0, milliseconds));
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.end = undefined;
    this.woken = false;
  }

  /** The next sleep is none. */
  get isWoken(): boolean {
    return this.woken;
  }

  wake(): void {
    this.woken = true;
    this.end?.();
  }
}
