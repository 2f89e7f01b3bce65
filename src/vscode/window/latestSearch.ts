import { errorText } from '../../base/failure.ts';
import type { Disposable } from '../../base/lifecycle.ts';

export interface LatestSearchOptions<T> {
  /** Milliseconds of rest after a key before anything is asked. */
  readonly restMs: number;
  readonly find: (text: string, signal: AbortSignal) => Promise<T>;
  /** Called for the newest text only. */
  readonly show: (answer: T, text: string) => void;
  readonly onBusy: (busy: boolean) => void;
  readonly onFault: (message: string) => void;
}

/** A search that follows what is typed: waits for a rest, ends the request of an older text, and never shows its answer. */
export class LatestSearch<T> implements Disposable {
  private readonly options: LatestSearchOptions<T>;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  /** The question that waits for its rest or its answer. */
  private asking: AbortController | undefined;

  constructor(options: LatestSearchOptions<T>) {
    this.options = options;
  }

  /** `now` asks without waiting for a rest. */
  follow(text: string, now = false): void {
    this.dispose();
    const controller = new AbortController();
    this.running = controller;
    this.asking = controller;
    this.options.onBusy(true);
    const ask = (): void => void this.ask(text, controller);
    if (now) {
      ask();
    } else {
      this.timer = setTimeout(ask, this.options.restMs);
    }
  }

  /** Asks once more for the same text; a question that is under way is the newest anyway. */
  again(text: string): void {
    if (this.asking === undefined) {
      this.follow(text, true);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = undefined;
    this.asking = undefined;
  }

  private async ask(text: string, controller: AbortController): Promise<void> {
    const { find, show, onBusy, onFault } = this.options;
    try {
      const answer = await find(text, controller.signal);
      if (this.running === controller) {
        show(answer, text);
      }
    } catch (error) {
      if (this.running === controller) {
        onFault(errorText(error));
      }
    }
    if (this.running === controller) {
      this.asking = undefined;
      onBusy(false);
    }
  }
}
