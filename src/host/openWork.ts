import { type Failure, failure } from '../base/failure.ts';
import { fail, type Result } from '../base/result.ts';

/** What a desk has under way beside its scheduled work, and whether anything more may begin. */
export class OpenWork {
  private readonly onChange: () => void;
  private readonly pending = new Set<Promise<unknown>>();
  private readonly controller = new AbortController();

  /** `onChange` is called when something began or ended. */
  constructor(onChange: () => void) {
    this.onChange = onChange;
  }

  get busy(): boolean {
    return this.pending.size > 0;
  }

  /** Aborted by `end`. */
  get ending(): AbortSignal {
    return this.controller.signal;
  }

  /** From now on nothing begins; what is under way goes on. */
  end(): void {
    this.controller.abort();
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  /** Keeps the desk busy, and its end waiting, for as long as the work takes. */
  serve<T>(work: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
    return this.unlessEnding(() => this.keepBusy(work()));
  }

  async unlessEnding<T>(work: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
    return this.ending.aborted
      ? fail(failure('stopping', 'The agent host is ending; ask again, and a new one takes the tasks up.'))
      : work();
  }

  async keepBusy<T>(work: Promise<T>): Promise<T> {
    this.pending.add(work);
    this.onChange();
    try {
      return await work;
    } finally {
      this.pending.delete(work);
      this.onChange();
    }
  }
}
