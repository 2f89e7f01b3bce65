import { availableParallelism } from 'node:os';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Result } from '../base/result.ts';
import { sandboxSpec } from '../core/sandbox/profiles.ts';
import type { SandboxEngine, SandboxFailure } from '../core/sandbox/sandbox.ts';
import type { SandboxOwner, SandboxSpec } from '../core/sandbox/sandboxSpec.ts';
import { withStartLimits } from '../core/sandbox/startLimits.ts';
import { withWarmPool } from '../core/sandbox/warmPool.ts';
import type { EngineConnection } from '../node/sandbox/engineConnection.ts';
import { createEngineMemory } from '../node/sandbox/engineMemory.ts';
import { markImageUsed } from '../node/sandbox/ownImages.ts';
import type { Environment } from './paths.ts';

export interface BoxesOptions {
  readonly connect: () => Result<EngineConnection, SandboxFailure> | Promise<Result<EngineConnection, SandboxFailure>>;
  readonly workspace: string;
  readonly owner: string;
  /** Boxes kept ready for each set of rights. */
  readonly warm: number;
  readonly preferredRuntime: 'runsc' | 'runc' | undefined;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
  /** A start waits for the machine; `message` says for what. */
  readonly onWait: (spec: SandboxSpec, message: string) => void;
}

export interface Boxes {
  /** What tasks start boxes with. */
  readonly engine: SandboxEngine;
  /** A task was delegated: its box is started while its tree is read. */
  anticipate(): Promise<void>;
  /** Destroys the boxes that nobody has. */
  close(): Promise<void>;
}

/** Milliseconds that warm boxes outlive the last start: the time between two tasks of somebody at work. */
const keepMs = 2 * 60_000;
/** Milliseconds that a task has the machine to itself to begin with its box: the next one is started after that. */
const refillAfterMs = 250;
/** Boxes at once, by core: far above what tasks use, far below what an engine stumbles over. */
const boxesPerCore = 16;
/** An image is marked as used no oftener than this, milliseconds. */
const markEveryMs = 3_600_000;

/** `NIGHTSHIFT_WARM_SANDBOXES`: boxes kept ready for each set of rights, 0 for none; two unless set, or one on a single core. */
export function warmBoxes(environment: Environment): number {
  const set = environment['NIGHTSHIFT_WARM_SANDBOXES'] ?? '';
  return /^\d$/.test(set) ? Number(set) : Math.min(2, availableParallelism());
}

/** The engine of a workspace: starts within the machine's limits, with warm boxes behind them. */
export function openBoxes(docker: SandboxEngine, options: BoxesOptions): Boxes {
  const { connect, clock, sleep, logger } = options;
  const cores = availableParallelism();
  const never = new AbortController().signal;
  const marked = new Map<string, number>();
  const pool = withWarmPool(docker, {
    size: options.warm,
    keepMs,
    refillAfterMs,
    hasRoom: (spec) => engine.hasRoom(spec),
    clock,
    sleep,
    logger,
  });
  const engine = withStartLimits(pool, {
    boxes: boxesPerCore * cores,
    machine: createEngineMemory({ connect, owner: options.owner }),
    sleep,
    warm: pool,
    onWait: options.onWait,
    onStart: (spec) => void markUsed(spec.image),
  });
  let usual: SandboxSpec | undefined;

  async function markUsed(image: string): Promise<void> {
    const now = clock.monotonic();
    if (now - (marked.get(image) ?? -Infinity) < markEveryMs) {
      return;
    }
    marked.set(image, now);
    const reached = await connect();
    await (reached.ok ? markImageUsed(reached.value.docker, image) : undefined);
  }

  async function usualSpec(): Promise<SandboxSpec | undefined> {
    const preferred = options.preferredRuntime;
    const wish = { requireGvisor: false, ...(preferred === undefined ? {} : { preferred }) };
    const runtime = await docker.chooseRuntime(wish, never);
    const image = runtime.ok ? await docker.ensureBaseImage(never) : runtime;
    const owner: SandboxOwner = { workspace: options.workspace, task: 'warm', run: 'warm', owner: options.owner };
    return runtime.ok && image.ok
      ? sandboxSpec('locked', { image: image.value.id, runtime: runtime.value.name, owner })
      : undefined;
  }

  return {
    engine: {
      ...engine,
      async start(spec, signal) {
        usual = spec.profile === 'locked' ? spec : usual;
        return engine.start(spec, signal);
      },
    },
    async anticipate() {
      if (options.warm === 0) {
        return;
      }
      const spec = usual ?? (await usualSpec());
      if (spec !== undefined) {
        pool.expect(spec);
      }
    },
    close: () => pool.close(),
  };
}
