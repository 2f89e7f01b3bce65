import * as z from 'zod/mini';
import { weightTypeSchema } from './modelRunner.ts';

/** What the thread of an embedding model is told. One order is worked on at a time. */
export const threadOrderSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('load'),
    id: z.int(),
    folder: z.string(),
    weights: weightTypeSchema,
    pooling: z.enum(['cls', 'mean', 'last']),
    maxTokens: z.int(),
  }),
  z.object({ type: z.literal('embed'), id: z.int(), text: z.string() }),
]);

/** What it answers. `vector` has the length that the model gives it. */
export const threadReportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('loaded'), id: z.int() }),
  z.object({ type: z.literal('embedded'), id: z.int(), vector: z.instanceof(Float32Array) }),
  z.object({
    type: z.literal('failed'),
    id: z.int(),
    /** `no-engine`: this build has no library; `broken`: the model does not load; `text`: it does not take this text. */
    reason: z.enum(['no-engine', 'broken', 'text']),
    message: z.string(),
  }),
]);

export type ThreadOrder = z.infer<typeof threadOrderSchema>;
export type ThreadReport = z.infer<typeof threadReportSchema>;
