import { defaultLimits } from '../core/guards/limits.ts';

/** What an option of a single task may not go beyond; a front door refuses more before it asks. */
export const limitCeilings = {
  newTokens: defaultLimits.newTokens,
  steps: defaultLimits.steps,
  seconds: defaultLimits.seconds,
} as const;
