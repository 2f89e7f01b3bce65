interface Entry<T> {
  readonly work: Promise<T>;
  readonly ending: AbortController;
  waiting: number;
}

/** Work by key that is asked for several times at once and done once. It is aborted when nobody waits for it any more. */
export class SharedWork<T> {
  private readonly running = new Map<string, Entry<T>>();

  /** Aborting `signal` ends this wait, by what `onAbort` answers; others go on waiting. */
  async run(
    key: string,
    signal: AbortSignal,
    onAbort: () => T,
    start: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const entry = this.running.get(key) ?? this.begin(key, start);
    entry.waiting += 1;
    let stop: () => void = () => undefined;
    const aborted = new Promise<T>((resolve) => {
      stop = () => resolve(onAbort());
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) {
      stop();
    }
    try {
      return await Promise.race([entry.work, aborted]);
    } finally {
      signal.removeEventListener('abort', stop);
      entry.waiting -= 1;
      if (entry.waiting === 0) {
        // Whoever asks from now on begins anew instead of getting what was cut short.
        this.forget(key, entry);
        entry.ending.abort();
      }
    }
  }

  private begin(key: string, start: (signal: AbortSignal) => Promise<T>): Entry<T> {
    const ending = new AbortController();
    const entry: Entry<T> = { work: start(ending.signal), ending, waiting: 0 };
    const over = (): void => this.forget(key, entry);
    entry.work.then(over, over);
    this.running.set(key, entry);
    return entry;
  }

  private forget(key: string, entry: Entry<T>): void {
    if (this.running.get(key) === entry) {
      this.running.delete(key);
    }
  }
}
