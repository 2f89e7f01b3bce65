import type { Disposable } from '../../base/lifecycle.ts';
import { largestHint } from '../../protocol/memoryMethods.ts';

export interface Hint {
  readonly changed: string[];
  readonly used: string[];
}

const restMs = 100;
/** After a calm, milliseconds: what is saved at once comes together, and who saves one file does not wait. */
const firstRestMs = 10;
/** Changes that go on without a rest, as a build makes them, are told of after this long. */
const longestWaitMs = 1_000;
const notTold = /(^|\/)(\.git|node_modules)(\/|$)/;

/** Gathers what a window sees of files, and sends it: the first after a calm at once, then a short rest after the last of it. Paths are relative to the repository. */
export class HintBatch implements Disposable {
  private readonly send: (hint: Hint) => void;
  private readonly changed = new Set<string>();
  private readonly used = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When the oldest of what is gathered came, milliseconds. */
  private since: number | undefined;
  private sent = 0;
  private isFirst = true;

  constructor(send: (hint: Hint) => void) {
    this.send = send;
  }

  addChanged(path: string): void {
    this.add(this.changed, path);
  }

  addUsed(path: string): void {
    this.add(this.used, path);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.changed.clear();
    this.used.clear();
    this.since = undefined;
  }

  private add(paths: Set<string>, path: string): void {
    if (path === '' || notTold.test(path)) {
      return;
    }
    paths.add(path);
    const now = Date.now();
    if (this.since === undefined) {
      this.since = now;
      this.isFirst = now - this.sent > restMs;
    }
    const left = this.since + longestWaitMs - now;
    const pause = this.isFirst ? firstRestMs : restMs;
    if (this.timer === undefined || !this.isFirst) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), Math.max(0, Math.min(pause, left)));
    }
  }

  private flush(): void {
    const changed = [...this.changed];
    const used = [...this.used];
    this.dispose();
    this.sent = Date.now();
    for (let from = 0; from < Math.max(changed.length, used.length); from += largestHint) {
      const to = from + largestHint;
      this.send({ changed: changed.slice(from, to), used: used.slice(from, to) });
    }
  }
}
