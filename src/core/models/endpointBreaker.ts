import type { Clock } from '../../base/clock.ts';
import type { Result } from '../../base/result.ts';
import type { ModelFailure, ModelFailureReason, Turn } from './languageModel.ts';

/** Failures within this time open the breaker, milliseconds. */
const countedMs = 60_000;
const mostFailures = 5;
/** How long nobody asks a server that keeps failing, milliseconds; then one request tries it. */
const openMs = 30_000;

/** Failures of the server. What the request or the model's answer is to blame for says nothing about it. */
const ofServer: ReadonlySet<ModelFailureReason> = new Set(['busy', 'crashed', 'interrupted', 'unreachable', 'timeout']);

/** True for a failure that may pass when the same is asked again. A model whose window is needed is waited for before. */
export function isTransient(reason: ModelFailureReason): boolean {
  return reason === 'window-needed' || (reason !== 'timeout' && ofServer.has(reason));
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

/** Milliseconds between looks at a try that another task makes. */
const recheckMs = 500;

/** A server that wishes to be left alone for longer than this, milliseconds, is asked all the same: who waits is told sooner. */
const longestWishMs = 300_000;

/** What came of a request; `unknown` says nothing of the server. `restMs` is how long it wishes to be left alone. */
type Outcome = 'well' | 'unknown' | { readonly restMs?: number };

/** Whoever is let through settles once. */
type Admission = { readonly settle: (outcome: Outcome) => void } | { readonly waitMs: number };

/**
 * Keeps the tasks of a host from hammering a model server that fails: after five failures within a minute nobody asks it for half a
 * minute, and for as long as it wishes when it says so; then one request tries it for all. Lives as long as the host: it says how
 * the server is, not how a task is.
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

  /** Milliseconds until a request may be let through; 0 when one may be now. */
  waitMs(): number {
    if (this.openUntil === undefined) {
      return 0;
    }
    const left = this.openUntil - this.clock.monotonic();
    return left > 0 ? left : this.probing ? recheckMs : 0;
  }

  /** Lets a request through, or says how long to wait before it asks again. */
  admit(): Admission {
    const waitMs = this.waitMs();
    if (waitMs > 0) {
      return { waitMs };
    }
    if (this.openUntil === undefined) {
      return { settle: (outcome) => this.settle(outcome) };
    }
    this.probing = true;
    return {
      settle: (outcome) => {
        this.probing = false;
        this.settle(outcome);
        if (typeof outcome === 'object') {
          this.rest(openMs);
        }
      },
    };
  }

  private settle(outcome: Outcome): void {
    const now = this.clock.monotonic();
    if (outcome === 'well') {
      this.failures = [];
      this.openUntil = undefined;
    } else if (outcome !== 'unknown') {
      this.failures = [...this.failures, now].filter((at) => at > now - countedMs).slice(-mostFailures);
      if (this.failures.length === mostFailures) {
        this.rest(openMs);
      }
      if (outcome.restMs !== undefined) {
        this.rest(Math.min(outcome.restMs, longestWishMs));
      }
    }
  }

  /** Never ends a longer rest sooner. */
  private rest(milliseconds: number): void {
    this.openUntil = Math.max(this.openUntil ?? 0, this.clock.monotonic() + milliseconds);
  }
}

/** What an answer, or its failure, says of the server. */
export function outcomeOf(answer: Result<Turn, ModelFailure>): Outcome {
  if (answer.ok) {
    return 'well';
  }
  const { reason, retryAfterMs } = answer.error;
  if (!ofServer.has(reason)) {
    return 'unknown';
  }
  return retryAfterMs === undefined ? {} : { restMs: retryAfterMs };
}
