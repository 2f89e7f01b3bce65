import type { Files } from './evalTask.ts';

/** Who works on the tasks: the product, or the loop it is compared with. */
export const arms = ['nightshift', 'one-tool'] as const;
export type Arm = (typeof arms)[number];

/** What both arms may use for a task. */
export interface EvalLimits {
  readonly newTokens: number;
  readonly totalTokens: number;
  readonly steps: number;
  readonly seconds: number;
  readonly commandSeconds: number;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
}

/** Counted the same way for both arms. */
export interface ArmCounts {
  readonly newTokens: number;
  readonly tokens: number;
  readonly steps: number;
  readonly seconds: number;
  /** Answers of the model, those without a call included. */
  readonly answers: number;
  /** Answers that held no call which could be run as it was written: none, a broken one, or one that had to be repaired. */
  readonly malformed: number;
  /** Calls that change a file by a tool for that; a shell has none. */
  readonly edits: number;
  readonly failedEdits: number;
  /** How often each rung of the repair ladder was taken. */
  readonly rungs: Readonly<Record<string, number>>;
}

export interface ArmRun {
  readonly counts: ArmCounts;
  /** How it ended: `ready`, `submitted`, or a reason code. */
  readonly ended: string;
  /** The files it hands over; undefined where it hands over none. */
  readonly result?: Files;
  /** The record of the run, kept with the report: lines of JSON. */
  readonly record: string;
}
