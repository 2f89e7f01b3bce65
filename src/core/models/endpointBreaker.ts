import type { Clock } from '../../base/clock.ts';
import { failure } from '../../base/failure.ts';
import { fail, type Result } from '../../base/result.ts';
import type { LanguageModel, ModelFailure, ModelFailureReason, Turn } from './languageModel.ts';

/** Failures within this time open the breaker, milliseconds. */
const countedMs = 60_000;
const mostFailures = 5;
/** How long nobody asks a server that keeps failing, milliseconds; then one request tries it. */
const openMs = 30_000;

/** Failures of the server. What the request or the model's answer is to blame for says nothing about it. */
const ofServer: ReadonlySet<ModelFailureReason> = new Set(['busy', 'crashed', 'interrupted', 'unreachable', 'timeout']);

/** True for a failure that may pass when the same is asked again. */
export function isTransient(reason: ModelFailureReason): boolean {
  return reason !== 'timeout' && ofServer.has(reason);
}

/** Milliseconds before the attempts after the first. */
const backoff = [1_000, 2_000, 4_000, 8_000] as const;

/**
 * Milliseconds before the next attempt after `attempts` failed ones; undefined when it is enough. Up to half as long again, by
 * `spread` from 0 to 1, so that tasks that failed together do not ask together.
 */
export function pauseBefore(attempts: number, spread: number): number | undefined {
  const pause = backoff[attempts - 1];
  return pause === undefined ? undefined : Math.round(pause * (1 + spread / 2));
}

/** What came of a request; `unknown` says nothing of the server. */
type Outcome = 'well' | 'failed' | 'unknown';

/** Whoever is let through settles once. */
type Admission = { readonly settle: (outcome: Outcome) => void } | { readonly waitMs: number };

/**
 * Keeps the tasks of a host from hammering a model server that fails: after five failures within a minute nobody asks it for
 * half a minute, then one request tries it for all. Lives as long as the host: it says how the server is, not how a task is.
 */
export class EndpointBreaker {
  private readonly clock: Clock;
  private failures: readonly number[] = [];
  /** Undefined while the breaker is closed. */
  private openUntil: number | undefined;
  private probing = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Lets a request through, or says how long to wait before it asks again. */
  admit(): Admission {
    const now = this.clock.monotonic();
    if (this.openUntil === undefined) {
      return { settle: (outcome) => this.settle(outcome) };
    }
    if (now < this.openUntil) {
      return { waitMs: this.openUntil - now };
    }
    if (this.probing) {
      return { waitMs: recheckMs };
    }
    this.probing = true;
    return {
      settle: (outcome) => {
        this.probing = false;
        this.settle(outcome);
        if (outcome === 'failed') {
          this.openUntil = this.clock.monotonic() + openMs;
        }
      },
    };
  }

  private settle(outcome: Outcome): void {
    const now = this.clock.monotonic();
    if (outcome === 'well') {
      this.failures = [];
      this.openUntil = undefined;
    } else if (outcome === 'failed') {
      this.failures = [...this.failures, now].filter((at) => at > now - countedMs).slice(-mostFailures);
      if (this.failures.length === mostFailures) {
        this.openUntil = now + openMs;
      }
    }
  }
}

/** Milliseconds between looks at a try that another task makes. */
const recheckMs = 500;

/** The same model, whose requests wait while its server's breaker is open. */
export function withBreaker(
  model: LanguageModel,
  breaker: EndpointBreaker,
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>,
): LanguageModel {
  return {
    id: model.id,
    probe: (signal) => model.probe(signal),
    async chat(request, options) {
      for (;;) {
        const admission = breaker.admit();
        if ('settle' in admission) {
          return await settling(admission.settle, () => model.chat(request, options));
        }
        await sleep(admission.waitMs, options.signal);
        if (options.signal.aborted) {
          return fail(failure('aborted', 'The request to the model was cancelled while its server rested.'));
        }
      }
    },
  };
}

async function settling(
  settle: (outcome: Outcome) => void,
  chat: () => Promise<Result<Turn, ModelFailure>>,
): Promise<Result<Turn, ModelFailure>> {
  let outcome: Outcome = 'unknown';
  try {
    const answer = await chat();
    outcome = answer.ok ? 'well' : ofServer.has(answer.error.reason) ? 'failed' : 'unknown';
    return answer;
  } finally {
    settle(outcome);
  }
}
