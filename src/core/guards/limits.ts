import * as z from 'zod';
import { usualLimits } from '../../protocol/host.ts';

/** Traces of before there was such a limit are read with the usual one of then, whatever the product's present one is. */
const limit = (formerly: number) => z.int().positive().default(formerly);

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
  /** All commands that the agent has run, together. */
  commandTotalSeconds: limit(1_800),
  /** Commands in a row that run into their time limit. */
  commandTimeouts: limit(3),
  /** The same call with the same result, in a row. */
  sameResults: limit(4),
  /** The same call that fails, in a row. */
  sameErrors: limit(4),
  /** The same call whatever it answers, in a row. */
  sameCalls: limit(5),
  /** Calls of two kinds in turn, each with its same result. */
  alternations: limit(6),
  /** Steps without a changed file, something new read or another test result: told at this many, stopped at twice as many. */
  idleSteps: limit(8),
  /** Changes that bring back what the same file contained before. */
  contentReturns: limit(2),
  /** Answers in a row with neither text nor a call. */
  emptyAnswers: limit(3),
  /** Answers in a row that had to be broken off because they only repeated themselves. */
  runaways: limit(2),
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
  commandTotalSeconds: usualLimits.seconds,
  commandTimeouts: 3,
  sameResults: 4,
  sameErrors: 4,
  sameCalls: 5,
  alternations: 6,
  idleSteps: 8,
  contentReturns: 2,
  emptyAnswers: 3,
  runaways: 2,
};

/** All processed tokens that a budget of new tokens allows: a cached prompt is processed again with each step. */
export const totalPerNewToken = 20;

/** Share of the token budget at which the agent is told to wrap up. */
export const budgetNoticeShare = 0.8;
