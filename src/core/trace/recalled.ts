import * as z from 'zod';

const count = z.int().nonnegative();

/** Where something that was recalled is from, and by what it was found; nothing of what it says. */
const recallSourceSchema = z.object({
  kind: z.string(),
  path: z.string().optional(),
  startLine: count.optional(),
  endLine: count.optional(),
  commit: z.string().optional(),
  /** Of an episode: the task that it is of, and what became of it. */
  task: z.string().optional(),
  outcome: z.string().optional(),
  stale: z.boolean().optional(),
  score: z.number(),
  /** The lists that it stood in. */
  by: z.array(z.string()),
});

/** What a memory was asked and gave. What of it a run was told at its start stands in `context-added`, an answer in `tool-returned`. */
export const recalledSchema = z.object({
  run: z.string(),
  purpose: z.enum(['start', 'call']),
  query: z.string(),
  sources: z.array(recallSourceSchema),
  /** What was not searched, and why. */
  missing: z.array(z.string()),
  milliseconds: z.number(),
  /** Why it gave nothing. */
  reason: z.object({ code: z.string(), message: z.string() }).optional(),
});

export type RecallSource = z.infer<typeof recallSourceSchema>;
