/** The scheduler of one server: so many requests at a time, a bounded queue, one loaded window per model. */
export class Slots {
  private readonly size: number;
  private readonly queueLimit: number;
  private readonly loaded = new Map<string, number>();
  private readonly queue: (() => void)[] = [];
  private running = 0;
  /** Models with their windows, in the order in which they were loaded. */
  readonly loads: { readonly model: string; readonly window: number }[] = [];
  /** Requests that were answered or queued at the same time, at most. */
  most = 0;

  constructor(size: number, queueLimit: number) {
    this.size = size;
    this.queueLimit = queueLimit;
  }

  /** False when the queue is full. Otherwise resolves with a slot taken, or when `gone` ends the wait without one. */
  async take(gone: AbortSignal): Promise<'taken' | 'full' | 'gone'> {
    this.most = Math.max(this.most, this.running + this.queue.length + 1);
    if (this.running < this.size) {
      this.running += 1;
      return 'taken';
    }
    if (this.queue.length >= this.queueLimit) {
      return 'full';
    }
    return new Promise((resolve) => {
      const enter = (): void => {
        gone.removeEventListener('abort', leave);
        resolve('taken');
      };
      const leave = (): void => {
        this.queue.splice(this.queue.indexOf(enter), 1);
        resolve('gone');
      };
      gone.addEventListener('abort', leave, { once: true });
      this.queue.push(enter);
    });
  }

  release(): void {
    const next = this.queue.shift();
    if (next === undefined) {
      this.running -= 1;
    } else {
      next();
    }
  }

  /** True when the model must be loaded anew: it was not, or with another window. */
  load(model: string, window: number): boolean {
    const fresh = this.loaded.get(model) !== window;
    this.loaded.set(model, window);
    if (fresh) {
      this.loads.push({ model, window });
    }
    return fresh;
  }

  /** Loaded models with their windows, as `/api/ps` shows them. */
  get windows(): ReadonlyMap<string, number> {
    return this.loaded;
  }
}
