import { failure } from '../../base/failure.ts';
import type { SandboxFailure } from './sandbox.ts';

export const limitNames = ['memory', 'swap', 'processes', 'processors'] as const;
export type LimitName = (typeof limitNames)[number];

/** What an engine says of its own powers. */
export interface EngineAbilities {
  readonly memory: boolean;
  readonly swap: boolean;
  readonly processes: boolean;
  readonly processors: boolean;
  readonly rootless: boolean;
  /** `1` or `2`; absent where the engine is too old to tell. */
  readonly cgroupVersion?: string | undefined;
}

/**
 * Limits of a box that this engine would take and not keep. Without root and on cgroup v1 nobody can keep one, whatever the engine
 * says of itself: Podman lists every limit as there, and drops them with a line in its own log.
 */
export function unenforcedLimits(abilities: EngineAbilities): readonly LimitName[] {
  return abilities.rootless && abilities.cgroupVersion === '1'
    ? limitNames
    : limitNames.filter((name) => !abilities[name]);
}

/** Without these two a runaway box takes the machine down; the others cost speed. */
const essential: ReadonlySet<LimitName> = new Set(['memory', 'processes']);

export function lacksEssentialLimits(unenforced: readonly LimitName[]): boolean {
  return unenforced.some((name) => essential.has(name));
}

/** Why such an engine is not used, with the ways out. */
export function limitsRefusal(unenforced: readonly LimitName[]): SandboxFailure {
  return failure(
    'runtime-unavailable',
    `The engine does not keep the limits of a sandbox (${unenforced.join(', ')}), so one could take the whole machine; ` +
      'use cgroup v2 or an engine with root, or allow it in sandbox.allowUnlimited.',
  );
}
