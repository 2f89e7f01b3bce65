import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { runtimeBreakerLimit } from '../../core/sandbox/budgets.ts';
import type { RuntimeInfo, SandboxFailure } from '../../core/sandbox/sandbox.ts';

export interface RuntimeWish {
  readonly requireGvisor: boolean;
  readonly preferred?: 'runsc' | 'runc';
}

export type RuntimeProbe = (
  name: RuntimeInfo['name'],
  signal: AbortSignal,
) => Promise<Result<{ readonly isolatedKernel: boolean }, SandboxFailure>>;

/**
 * Which runtime boxes get. One that passed its probe is trusted for the life of the process, until it fails
 * `runtimeBreakerLimit` times in a row; after that it is not tried again. A runtime that claims its own kernel and shows the
 * host's does not pass.
 */
export class RuntimeChoice {
  private readonly probe: RuntimeProbe;
  private readonly passed = new Map<RuntimeInfo['name'], RuntimeInfo>();
  private readonly failures = new Map<RuntimeInfo['name'], number>();

  constructor(probe: RuntimeProbe) {
    this.probe = probe;
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
      } else if ((this.failures.get(name) ?? 0) < runtimeBreakerLimit) {
        const tried = await this.tryRuntime(name, signal);
        if (tried.ok || tried.error.reason === 'aborted' || tried.error.reason === 'engine-unavailable') {
          return tried;
        }
        last = tried.error;
      } else {
        last ??= failure(
          'runtime-unavailable',
          `The runtime ${name} failed ${runtimeBreakerLimit} times and is not used any more.`,
        );
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
    if (started) {
      this.failures.delete(name);
    } else {
      this.failures.set(name, (this.failures.get(name) ?? 0) + 1);
    }
  }

  private async tryRuntime(
    name: RuntimeInfo['name'],
    signal: AbortSignal,
  ): Promise<Result<RuntimeInfo, SandboxFailure>> {
    const known = this.passed.get(name);
    if (known !== undefined) {
      return ok(known);
    }
    const probed = await this.probe(name, signal);
    if (probed.ok && (name === 'runc' || probed.value.isolatedKernel)) {
      const info: RuntimeInfo = { name, isolatedKernel: probed.value.isolatedKernel };
      this.passed.set(name, info);
      this.recordStart(name, true);
      return ok(info);
    }
    const cause = probed.ok
      ? failure('runtime-unavailable', `The runtime ${name} shows the host's own kernel, so it isolates nothing.`)
      : probed.error;
    if (cause.reason !== 'aborted' && cause.reason !== 'engine-unavailable' && cause.reason !== 'image-missing') {
      this.recordStart(name, false);
    }
    return fail(cause);
  }
}

function candidates(wish: RuntimeWish): readonly RuntimeInfo['name'][] {
  if (wish.requireGvisor) {
    return ['runsc'];
  }
  return wish.preferred === 'runc' ? ['runc'] : ['runsc', 'runc'];
}
