import * as z from 'zod/mini';
import { taskStateSchema } from './taskView.ts';

/** What happened in a task, in the words that people read it in: a page of its trace, described. */

const count = z.int().check(z.nonnegative());

/** How a row stands out; a front door has its own colours for these. */
export const timelineStyles = ['bold', 'cyan', 'green', 'yellow', 'red'] as const;

/** What a box may and may not do, and what it runs on. */
export const sandboxReportSchema = z.object({
  profile: z.enum(['locked', 'build']),
  runtime: z.string(),
  isolatedKernel: z.boolean(),
  /** Limits that the engine does not keep. */
  unenforced: z.array(z.string()),
  image: z.string(),
  may: z.array(z.string()),
  mayNot: z.array(z.string()),
});

/** What the tests run in, and what setting it up could reach; boxes themselves reach nothing. */
export const setupReportSchema = z.object({
  source: z.string(),
  status: z.enum(['base', 'needs-approval', 'ready', 'failed']),
  image: z.nullable(z.string()),
  network: z.union([z.boolean(), z.array(z.string())]),
  reached: z.array(z.string()),
});

export const timelineRowSchema = z.object({
  /** Number of the event in the trace, from 0. */
  seq: count,
  ts: z.string(),
  type: z.string(),
  /** Run and step of an agent, where it belongs to one. */
  run: z.optional(z.string()),
  step: z.optional(count),
  label: z.string(),
  style: z.optional(z.enum(timelineStyles)),
  /** One line, safe to show. */
  text: z.string(),
  /** There is more of it to ask for. */
  more: z.boolean(),
  /** Tool of a call or of its result. */
  tool: z.optional(z.string()),
  /** Where the task stands from here on, where this moved it. */
  state: z.optional(taskStateSchema),
  sandbox: z.optional(sandboxReportSchema),
  setup: z.optional(setupReportSchema),
});

export const timelineMethods = {
  /** The page of the trace that `traceLines` has from this number on, in words; the details are asked for one by one. */
  timeline: {
    params: z.object({ task: z.string(), from: count }),
    result: z.object({ rows: z.array(timelineRowSchema) }),
  },
  /** The rest of an event of a trace; empty where there is none. */
  timelineDetail: {
    params: z.object({ task: z.string(), seq: count }),
    result: z.object({ detail: z.string() }),
  },
};

export type TimelineRow = z.infer<typeof timelineRowSchema>;
export type SandboxReport = z.infer<typeof sandboxReportSchema>;
export type SetupReport = z.infer<typeof setupReportSchema>;
