import * as z from 'zod/mini';

const count = z.int().check(z.nonnegative());

/** One test of one run. `expected` and `actual` only where the runner tells them apart from its words. */
export const testResultSchema = z.object({
  name: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  /** Relative to the repository, with `/`, where the runner names it. */
  file: z.optional(z.string()),
  /** From 1. */
  line: z.optional(z.int().check(z.positive())),
  milliseconds: z.optional(z.number()),
  message: z.optional(z.string()),
  expected: z.optional(z.string()),
  actual: z.optional(z.string()),
});

/** What a run of the tests on one tree showed. */
export const testRunSchema = z.object({
  passed: count,
  failed: count,
  skipped: count,
  total: count,
  exitCode: z.nullable(z.int()),
  timedOut: z.boolean(),
  milliseconds: z.number(),
  /** Failed ones first; fewer than `total` where the runner lists none, or far too many. */
  tests: z.array(testResultSchema),
  /** The end of what it printed. */
  output: z.string(),
  /** Why it could not run at all. */
  cannotRun: z.optional(z.string()),
});

/** A proof as it stands in the task's trace. */
export const proofRecordSchema = z.object({
  /** Number of its line in the trace: names it within the task. */
  seq: count,
  /** ISO 8601. */
  at: z.string(),
  /** Set for one that a person asked for again: the name of that wish. */
  again: z.optional(z.string()),
  verdict: z.enum(['green', 'red', 'unverified']),
  reason: z.string(),
  /** The changeset that it is a proof of. */
  hash: z.string(),
  command: z.array(z.string()),
  runner: z.string(),
  runtime: z.string(),
  base: testRunSchema,
  patched: testRunSchema,
});

/** The tests of the checkout as it was when it was asked for. */
export const workspaceTestsSchema = z.object({
  command: z.array(z.string()),
  runner: z.string(),
  runtime: z.string(),
  run: testRunSchema,
});

/** What of a person's own settings decides how tests run. */
const testSettingsSchema = z.object({
  requireGvisor: z.optional(z.boolean()),
  allowUnlimited: z.optional(z.boolean()),
  testCommand: z.optional(z.array(z.string())),
});

/** A wish to prove again, as its client names it. */
const proofWishPattern = /^proof-[0-9a-z]{10}$/;

/** Requests about tests; a part of `hostMethods`. */
export const proofMethods = {
  /** The newest proofs of a task, newest first, with the tests of both runs. */
  proofs: { params: z.object({ task: z.string() }), result: z.object({ proofs: z.array(proofRecordSchema) }) },
  /**
   * Runs the tests of a task's changeset once more, on both sides in new sandboxes, and records what they say; the proof that the task
   * stands on stays. `wish` is chosen by the client: asked again with the same one, the answer is the proof that it got. Tells
   * progress; ends when it is cancelled.
   */
  proveAgain: {
    params: z.object({
      task: z.string(),
      wish: z.string().check(z.regex(proofWishPattern)),
      progress: z.optional(z.string()),
    }),
    result: z.object({ proof: proofRecordSchema }),
  },
  /** Runs the tests of the checkout as it is now in a sandbox, without any agent. Tells progress; ends when it is cancelled. */
  runTests: {
    params: z.object({ settings: testSettingsSchema, progress: z.optional(z.string()) }),
    result: workspaceTestsSchema,
  },
} as const;

export type TestResultView = z.infer<typeof testResultSchema>;
export type TestRunView = z.infer<typeof testRunSchema>;
export type ProofRecord = z.infer<typeof proofRecordSchema>;
export type WorkspaceTests = z.infer<typeof workspaceTestsSchema>;
export type TestSettings = z.infer<typeof testSettingsSchema>;
