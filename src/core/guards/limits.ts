import { z } from 'zod';
import { usualLimits } from '../../protocol/host.ts';

/** Limits of one task. Only the user's own settings set them; a model or a workspace never does. */
export const limitsSchema = z.object({
  /** Output tokens and prompt tokens not already sent in the same run. */
  newTokens: z.int().positive(),
  /** All processed tokens. */
  totalTokens: z.int().positive(),
  steps: z.int().positive(),
  /** Active wall time: time spent waiting for a person does not count. */
  seconds: z.int().positive(),
  /** The same tool fails this often in a row: it is closed for the task. */
  toolFailures: z.int().positive(),
  /** Answers in a row with a malformed call. */
  malformedCalls: z.int().positive(),
  /** Answers in a row without a call. */
  silentAnswers: z.int().positive(),
  /** One command in a sandbox. */
  commandSeconds: z.int().positive(),
});

export type Limits = z.infer<typeof limitsSchema>;

export const defaultLimits: Limits = {
  newTokens: usualLimits.newTokens,
  totalTokens: 1_000_000,
  steps: usualLimits.steps,
  seconds: usualLimits.seconds,
  toolFailures: 3,
  malformedCalls: 3,
  silentAnswers: 3,
  commandSeconds: 120,
};

/** Share of the token budget at which the agent is told to wrap up. */
export const budgetNoticeShare = 0.8;
