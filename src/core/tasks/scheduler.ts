/** Starts tasks in the order they were submitted, at most `limit` at once. The work itself must never reject. */
export class Scheduler {
  private readonly limit: number;
  private readonly queue: { readonly task: string; readonly work: () => Promise<void> }[] = [];
  private readonly running = new Map<string, Promise<void>>();
  /** Submitted while the same task was running: queued when that ends. */
  private readonly again = new Map<string, () => Promise<void>>();
  private readonly onBusyChange: () => void;

  /** `onBusyChange` is called when `busy` becomes true or false. */
  constructor(limit: number, onBusyChange: () => void = () => undefined) {
    this.limit = Math.max(1, limit);
    this.onBusyChange = onBusyChange;
  }

  /** A task that is queued is not taken twice; one that runs is queued once more when it has ended. */
  submit(task: string, work: () => Promise<void>): void {
    if (this.running.has(task)) {
      this.again.set(task, work);
      return;
    }
    if (this.has(task)) {
      return;
    }
    const wasBusy = this.busy;
    this.queue.push({ task, work });
    this.startNext();
    if (!wasBusy) {
      this.onBusyChange();
    }
  }

  /** Takes a task back that has not started; false when it runs already or is not known. */
  withdraw(task: string): boolean {
    const index = this.queue.findIndex((item) => item.task === task);
    if (index === -1) {
      return false;
    }
    this.queue.splice(index, 1);
    if (!this.busy) {
      this.onBusyChange();
    }
    return true;
  }

  has(task: string): boolean {
    return this.running.has(task) || this.queue.some((item) => item.task === task);
  }

  get busy(): boolean {
    return this.running.size > 0 || this.queue.length > 0;
  }

  /** Resolves when a task that runs now has ended. */
  async ended(task: string): Promise<void> {
    await this.running.get(task);
  }

  /** Resolves when everything that runs now has ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.running.values());
  }

  private startNext(): void {
    while (this.running.size < this.limit) {
      const next = this.queue.shift();
      if (next === undefined) {
        break;
      }
      const done = next.work().finally(() => {
        this.running.delete(next.task);
        const again = this.again.get(next.task);
        if (this.again.delete(next.task) && again !== undefined) {
          this.queue.push({ task: next.task, work: again });
        }
        this.startNext();
        if (!this.busy) {
          this.onBusyChange();
        }
      });
      this.running.set(next.task, done);
    }
  }
}
