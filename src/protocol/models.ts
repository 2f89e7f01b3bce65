import * as z from 'zod/mini';

const count = z.int().check(z.nonnegative());
/** Bytes and numbers of parameters: no fraction of them means anything, and servers send what they like. */
const amount = z.number().check(z.nonnegative());

/** What a model showed when it was tried out. */
export const gradeViewSchema = z.object({
  tools: z.enum(['native', 'text', 'none']),
  schema: z.boolean(),
  level: z.enum(['strong', 'capable', 'weak', 'unfit']),
  /** Why, in one line for people. */
  words: z.string(),
  /** ISO 8601. */
  gradedAt: z.string(),
});

export const modelViewSchema = z.object({
  /** `driver:name`, as tasks take it. */
  id: z.string(),
  driver: z.string(),
  name: z.string(),
  /** Whether its server says that it calls tools. */
  tools: z.boolean(),
  /** Largest window, tokens. */
  contextTokens: z.optional(count),
  /** The window that a task gets, tokens. */
  taskTokens: count,
  parameters: z.optional(amount),
  /** On disk. */
  bytes: z.optional(amount),
  /** Memory that it takes with the window of a task; see `memoryNeed`. */
  needBytes: z.optional(amount),
  /** Whether that is there. */
  fits: z.optional(z.boolean()),
  quantization: z.optional(z.string()),
  family: z.optional(z.string()),
  /** Set where its server says that it answers no questions: it makes vectors of texts. */
  embeds: z.optional(z.boolean()),
  digest: z.optional(z.string()),
  /** Absent for a model that was not tried out. */
  grade: z.optional(gradeViewSchema),
  /** Why nobody delegates to it, where that is plain without a question: it answers none, or its window is too small. */
  other: z.optional(z.string()),
});

export const modelListSchema = z.object({
  models: z.array(modelViewSchema),
  /** Each configured driver that has a list, with what is wrong where it could not be had. */
  sources: z.array(
    z.object({
      driver: z.string(),
      endpoint: z.string(),
      problem: z.optional(z.object({ reason: z.string(), message: z.string() })),
    }),
  ),
  /** What `auto` takes now; absent where there is nothing to take. */
  automatic: z.optional(z.string()),
  machine: z.object({ memoryBytes: amount, videoBytes: z.optional(amount) }),
  /** Advice by the memory of the machine, best first; not measured. */
  recommended: z.array(
    z.object({
      name: z.string(),
      parameters: amount,
      needBytes: amount,
      fits: z.boolean(),
      why: z.string(),
      installed: z.boolean(),
    }),
  ),
});

/** What a long request tells on its way. */
export const requestProgressSchema = z.object({
  text: z.string(),
  /** Bytes. */
  completed: z.optional(amount),
  total: z.optional(amount),
});

export type GradeView = z.infer<typeof gradeViewSchema>;
export type ModelView = z.infer<typeof modelViewSchema>;
export type ModelList = z.infer<typeof modelListSchema>;
export type RequestProgress = z.infer<typeof requestProgressSchema>;
