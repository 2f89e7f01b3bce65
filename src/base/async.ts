import { type Failure, failure } from './failure.ts';
import { fail, ok, type Result } from './result.ts';

/**
 * Runs `work` with a deadline in milliseconds. On time-out the work's signal is aborted and the answer is a value; what the
 * work does after that is ignored. An abort of `signal` answers `aborted`. Errors thrown by the work are thrown on.
 */
export async function withDeadline<T>(
  milliseconds: number,
  signal: AbortSignal,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Result<T, Failure<'timeout' | 'aborted'>>> {
  if (signal.aborted) {
    return fail(failure('aborted', `${what} was cancelled.`));
  }
  const controller = new AbortController();
  let onAbort: () => void = () => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = new Promise<Result<T, Failure<'timeout' | 'aborted'>>>((resolve) => {
    onAbort = () => resolve(fail(failure('aborted', `${what} was cancelled.`)));
    timer = setTimeout(
      () => resolve(fail(failure('timeout', `${what} did not end within ${milliseconds / 1000} s.`))),
      milliseconds,
    );
  });
  signal.addEventListener('abort', onAbort, { once: true });
  const running = work(controller.signal);
  running.catch(() => undefined);
  try {
    const outcome = await Promise.race([running.then((value) => ok(value)), ended]);
    if (!outcome.ok) {
      controller.abort();
    }
    return outcome;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** At most `limit` pieces of work at once, first come first served. */
export class Limiter {
  private readonly limit: number;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.limit) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) {
        this.running -= 1;
      } else {
        next();
      }
    }
  }
}

/** Runs pieces of work one after another in the order they were given. */
export class Serializer {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work, work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}
