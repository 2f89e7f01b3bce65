import * as z from 'zod/mini';

/** What clients see of a task. Made by the host from the folded task; the CLI prints it, the editor mirrors it. */

const count = z.int().check(z.nonnegative());

export const changedFileViewSchema = z.object({
  path: z.string(),
  status: z.enum(['added', 'modified', 'deleted']),
  /** The deleted file of the same changeset that an added one was before; what is accepted or rejected of one is of both. */
  renamedFrom: z.optional(z.string()),
  /** Where its mode changes: whether it is executable then. */
  executable: z.optional(z.boolean()),
  additions: count,
  deletions: count,
  binary: z.boolean(),
  /** Set where a person must accept this file by itself; the text says why. */
  protected: z.optional(z.string()),
  /** True once its whole change stands in the checkout. */
  applied: z.boolean(),
  /** A person has looked at it as it is. */
  reviewed: z.optional(z.boolean()),
  /** Where it was decided in parts, or rejected as a whole: hunks of so many; `of` is 0 where there are none to choose from. */
  decided: z.optional(z.object({ accepted: count, rejected: count, of: count, settled: z.boolean() })),
});

/** Lines of the base that a change replaces, and lines of the result in their place. Starts count from 0. */
export const hunkViewSchema = z.object({
  baseStart: count,
  baseCount: count,
  resultStart: count,
  resultCount: count,
  status: z.enum(['open', 'accepted', 'rejected']),
});

export const testCaseViewSchema = z.object({
  name: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  file: z.optional(z.string()),
  milliseconds: z.optional(z.number()),
  message: z.optional(z.string()),
});

export const reportViewSchema = z.object({ passed: count, failed: count, skipped: count, total: count });

export const proofViewSchema = z.object({
  verdict: z.enum(['green', 'red', 'unverified']),
  reason: z.string(),
  hash: z.string(),
  command: z.array(z.string()),
  runtime: z.string(),
  base: reportViewSchema,
  patched: reportViewSchema,
  tests: z.array(testCaseViewSchema),
});

/** Where a task can stand; `core/tasks` has the moves between them. */
export const taskStates = [
  'queued',
  'preparing',
  'working',
  'verifying',
  'reviewing',
  'ready',
  'revising',
  'waiting',
  'paused',
  'applied',
  'merged',
  'discarded',
  'failed',
  'cancelled',
] as const;

export const taskStateSchema = z.enum(taskStates);

export const taskViewSchema = z.object({
  id: z.string(),
  goal: z.string(),
  state: taskStateSchema,
  reason: z.optional(z.object({ code: z.string(), message: z.string() })),
  activity: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  model: z.string(),
  replay: z.boolean(),
  /** The model, as `driver:name`, that it waits for: until a window lends it, or until its user allows it. */
  awaits: z.optional(z.object({ model: z.string(), need: z.enum(['window', 'consent']) })),
  /** `unenforced`: limits that the sandbox does not have. */
  runtime: z.optional(
    z.object({ name: z.string(), isolatedKernel: z.boolean(), unenforced: z.optional(z.array(z.string())) }),
  ),
  origin: z.object({
    kind: z.string(),
    file: z.optional(z.string()),
    startLine: z.optional(z.int()),
    endLine: z.optional(z.int()),
  }),
  changeset: z.optional(z.object({ hash: z.string(), files: z.array(changedFileViewSchema) })),
  /** Where the user went on with it by themselves: an absolute path of the machine that the host runs on, and its branch. */
  takenOver: z.optional(z.object({ directory: z.string(), branch: z.string() })),
  /** The user put it out of the lists. */
  archived: z.optional(z.boolean()),
  summary: z.optional(z.string()),
  /** The steps that the agent works by, a model's own words. */
  plan: z.optional(z.array(z.string())),
  /** What a person should know of how it goes, one line each, with the way out. */
  warnings: z.optional(z.array(z.string())),
  /** Changes that policy left out of the changeset, with the rule. */
  refused: z.array(z.object({ path: z.string(), rule: z.string(), message: z.string() })),
  /** Files of the user's that the agent did not get, with the reason. */
  excluded: z.array(z.object({ path: z.string(), reason: z.string() })),
  proof: z.optional(proofViewSchema),
  votes: z.array(
    z.object({
      agent: z.string(),
      vote: z.enum(['approve', 'reject', 'abstain']),
      hash: z.string(),
      reason: z.string(),
    }),
  ),
  /** What its agent asks, where it waits for the answer; `options` are answers to choose from, and another may be given. */
  question: z.optional(z.object({ text: z.string(), options: z.array(z.string()) })),
  /** What it asked before, and what it was told; absent where nothing was answered. */
  answered: z.optional(z.array(z.object({ question: z.string(), answer: z.string() }))),
  /** Of the user on lines of results; absent where there are none. `open` are not resolved, `answered` of them have an answer. */
  /** How many its agent reported. */
  findings: z.optional(count),
  comments: z.optional(z.object({ of: count, open: count, answered: count })),
  usage: z.object({ newTokens: count, tokens: count, steps: count, seconds: z.number() }),
  limits: z.object({ newTokens: count, steps: count, seconds: count }),
  /** `head` is the hash of its last line: who remembers both can tell later whether the trace was put back or written anew. */
  trace: z.object({ path: z.string(), events: count, head: z.optional(z.string()) }),
});

/** Reasons of a task whose trace cannot be worked with: nothing can be done with it but to look at its trace. */
export const traceProblems = ['trace-damaged', 'trace-foreign', 'trace-unreadable'] as const;

export type ChangedFileView = z.infer<typeof changedFileViewSchema>;
export type HunkView = z.infer<typeof hunkViewSchema>;
export type ProofView = z.infer<typeof proofViewSchema>;
export type TaskView = z.infer<typeof taskViewSchema>;
export type TaskStateView = z.infer<typeof taskStateSchema>;
