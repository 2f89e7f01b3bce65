/** What else goes on at this machine, as far as it can be told. */
export interface MachineStrain {
  /** Undefined where it is not known. */
  readonly onBattery?: boolean;
  /** Programs that wanted to run, per core, this one among them; undefined where it is not known. */
  readonly loadPerCore?: number;
}

export type PauseReason = 'user' | 'battery' | 'load';

/** Above the first it stops, below the second it goes on, so that a load in between does not make it stutter. */
const loadLimits = { stop: 1.5, go: 1.1 };

/** Longest rest at once, milliseconds: after it the machine is looked at again. */
const longestRest = 5_000;

export interface PauseInputs {
  readonly byUser: boolean;
  readonly strain: MachineStrain;
  /** Why it stood still until now. */
  readonly before: PauseReason | undefined;
  /** Somebody waits for the end of it: then only the user's own word holds it up. */
  readonly awaited: boolean;
}

/** Why nothing is embedded now. What is not known is no reason. */
export function pauseReason({ byUser, strain, before, awaited }: PauseInputs): PauseReason | undefined {
  if (byUser) {
    return 'user';
  }
  if (awaited) {
    return undefined;
  }
  if (strain.onBattery === true) {
    return 'battery';
  }
  const limit = before === 'load' ? loadLimits.go : loadLimits.stop;
  return (strain.loadPerCore ?? 0) > limit ? 'load' : undefined;
}

/** Milliseconds of rest after `worked` milliseconds, so that work takes `share` (over 0, at most 1) of one core's time. */
export function restAfter(worked: number, share: number): number {
  return Math.min(longestRest, Math.max(0, (worked * (1 - share)) / share));
}
