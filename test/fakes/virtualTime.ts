import { setImmediate as flushed } from 'node:timers/promises';
import type { Clock } from '../../src/base/clock.ts';

/** A time of its own: it stands still until everything that could happen now has happened, then goes on to the next timer. */
export class VirtualTime {
  private at = 0;
  private readonly timers = new Map<symbol, { readonly due: number; readonly fire: () => void }>();

  readonly clock: Clock = { now: () => this.at, monotonic: () => this.at };

  readonly sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const id = Symbol('timer');
      const fire = (): void => {
        this.timers.delete(id);
        signal.removeEventListener('abort', fire);
        resolve();
      };
      if (signal.aborted) {
        resolve();
        return;
      }
      signal.addEventListener('abort', fire, { once: true });
      this.timers.set(id, { due: this.at + milliseconds, fire });
    });

  pass(milliseconds: number): void {
    this.at += milliseconds;
  }

  /** Lets time go on until `work` has ended; rejects when nothing is left that could end it. */
  async until<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const done = work.finally(() => (ended = true));
    done.catch(() => undefined);
    for (;;) {
      await flushed();
      if (ended) {
        return done;
      }
      const next = [...this.timers.values()].toSorted((one, other) => one.due - other.due)[0];
      if (next === undefined) {
        throw new Error('It waits, and nothing is left that could wake it.');
      }
      this.at = Math.max(this.at, next.due);
      next.fire();
    }
  }
}
