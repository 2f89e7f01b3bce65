import * as z from 'zod';

export const testStatusSchema = z.enum(['passed', 'failed', 'skipped']);

export const testCaseSchema = z.object({
  name: z.string(),
  status: testStatusSchema,
  file: z.string().optional(),
  /** Where it begins in the file, from 1, where the runner says so. */
  line: z.int().positive().optional(),
  milliseconds: z.number().optional(),
  message: z.string().optional(),
  /** What a failed comparison wanted and what it got, where the runner tells these apart from its words. */
  expected: z.string().optional(),
  actual: z.string().optional(),
  /** True for a failure that stands for tests that could not run: a file that did not load, a set-up that failed. */
  standsForMany: z.boolean().optional(),
});

/** What the framework saw when it ran the tests once on one tree. */
export const testReportSchema = z.object({
  passed: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  total: z.int().nonnegative(),
  exitCode: z.int().nullable(),
  timedOut: z.boolean(),
  milliseconds: z.number(),
  /** Per-test results where the runner's format gives them; empty otherwise. */
  tests: z.array(testCaseSchema),
  /** The end of the output, at most 8 KB, for people. */
  outputTail: z.string(),
  /** Set when the runner or interpreter is missing in the environment: this is never a red test. */
  cannotRun: z.string().optional(),
});

export const verdictSchema = z.enum(['green', 'red', 'unverified']);

export const proofSchema = z.object({
  verdict: verdictSchema,
  /** One line that says why, for people. */
  reason: z.string(),
  /** The changeset this is a proof of, and of nothing else. */
  hash: z.string(),
  command: z.array(z.string()),
  runner: z.string(),
  runtime: z.string(),
  base: testReportSchema,
  patched: testReportSchema,
});

export type TestCase = z.infer<typeof testCaseSchema>;
export type TestReport = z.infer<typeof testReportSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Proof = z.infer<typeof proofSchema>;
