import { type Clock, systemClock } from '../../base/clock.ts';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { runtimeBreakerLimit, runtimeRest } from '../../core/sandbox/budgets.ts';
import { lacksEssentialLimits, limitsRefusal } from '../../core/sandbox/engineLimits.ts';
import type { RuntimeInfo, RuntimeWish, SandboxFailure } from '../../core/sandbox/sandbox.ts';

export type RuntimeProbe = (
  name: RuntimeInfo['name'],
  signal: AbortSignal,
) => Promise<Result<Omit<RuntimeInfo, 'name'>, SandboxFailure>>;

/** What is known of one runtime. */
interface RuntimeState {
  passed?: RuntimeInfo | undefined;
  failures: number;
  /** Monotonic milliseconds of the last failure. */
  failedAt: number;
  /** The one probe after a rest is under way. */
  probing: boolean;
}

/** Failures that say nothing about the runtime. */
const ofOthers: ReadonlySet<string> = new Set<SandboxFailure['reason']>([
  'aborted',
  'engine-unavailable',
  'image-missing',
]);

/**
 * Which runtime boxes get. One that passed its probe is trusted until it fails `runtimeBreakerLimit` times in a row. Then it rests
 * for `runtimeRest`, and one probe decides whether it is used again or rests once more. A runtime that claims its own kernel and
 * shows the host's does not pass.
 */
export class RuntimeChoice {
  private readonly probe: RuntimeProbe;
  private readonly clock: Clock;
  private readonly states = new Map<RuntimeInfo['name'], RuntimeState>();

  constructor(probe: RuntimeProbe, clock: Clock = systemClock) {
    this.probe = probe;
    this.clock = clock;
  }

  async choose(
    wish: RuntimeWish,
    offered: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<RuntimeInfo, SandboxFailure>> {
    let last: SandboxFailure | undefined;
    for (const name of candidates(wish)) {
      if (name === 'runsc' && !offered.includes(name)) {
        last ??= failure(
          'runtime-unavailable',
          'The Docker engine has no runtime "runsc"; install gVisor and name it in daemon.json.',
        );
      } else if (this.rests(name)) {
        last ??= failure(
          'runtime-unavailable',
          `The runtime ${name} failed ${runtimeBreakerLimit} times in a row; it is tried again within ${runtimeRest / 1000} s.`,
        );
      } else {
        const tried = await this.tryRuntime(name, signal);
        const judged = tried.ok ? judgeLimits(tried.value, wish) : tried;
        if (judged.ok || judged.error.reason === 'aborted' || judged.error.reason === 'engine-unavailable') {
          return judged;
        }
        last = judged.error;
      }
    }
    const why = last === undefined ? '' : ` ${last.message}`;
    return fail(
      wish.requireGvisor
        ? failure(
            'runtime-unavailable',
            `gVisor is required and cannot be used.${why} Or allow runc in sandbox.requireGvisor.`,
          )
        : (last ?? failure('runtime-unavailable', 'The Docker engine has no runtime that can be used.')),
    );
  }

  /** Starts of real boxes count too. */
  recordStart(name: RuntimeInfo['name'], started: boolean): void {
    const state = this.state(name);
    state.failures = started ? 0 : state.failures + 1;
    state.failedAt = this.clock.monotonic();
  }

  /** What was learnt is of another engine. */
  forget(): void {
    this.states.clear();
  }

  private state(name: RuntimeInfo['name']): RuntimeState {
    const known = this.states.get(name) ?? { failures: 0, failedAt: 0, probing: false };
    this.states.set(name, known);
    return known;
  }

  private rests(name: RuntimeInfo['name']): boolean {
    const { failures, failedAt, probing } = this.state(name);
    return failures >= runtimeBreakerLimit && (probing || this.clock.monotonic() - failedAt < runtimeRest);
  }

  private async tryRuntime(
    name: RuntimeInfo['name'],
    signal: AbortSignal,
  ): Promise<Result<RuntimeInfo, SandboxFailure>> {
    const state = this.state(name);
    const isTired = state.failures >= runtimeBreakerLimit;
    if (state.passed !== undefined && !isTired) {
      return ok(state.passed);
    }
    state.passed = undefined;
    state.probing = isTired;
    const probed = await this.probe(name, signal).finally(() => (state.probing = false));
    if (probed.ok && (name === 'runc' || probed.value.isolatedKernel)) {
      const info: RuntimeInfo = { name, ...probed.value };
      state.passed = info;
      this.recordStart(name, true);
      return ok(info);
    }
    const cause = probed.ok
      ? failure('runtime-unavailable', `The runtime ${name} shows the host's own kernel, so it isolates nothing.`)
      : probed.error;
    if (!ofOthers.has(cause.reason)) {
      this.recordStart(name, false);
    }
    return fail(cause);
  }
}

/** An engine may promise limits that its boxes then do not have. */
function judgeLimits(info: RuntimeInfo, wish: RuntimeWish): Result<RuntimeInfo, SandboxFailure> {
  const unenforced = info.unenforced ?? [];
  return wish.allowUnlimited !== true && lacksEssentialLimits(unenforced) ? fail(limitsRefusal(unenforced)) : ok(info);
}

function candidates(wish: RuntimeWish): readonly RuntimeInfo['name'][] {
  if (wish.requireGvisor) {
    return ['runsc'];
  }
  return wish.preferred === 'runc' ? ['runc'] : ['runsc', 'runc'];
}
