import * as z from 'zod/mini';

/** Agent host and model runner speak over the channel of a child process; each checks what the other says. */

const count = z.int().check(z.nonnegative());
const record = z.record(z.string(), z.unknown());

/** How numbers are stored in the weights, in the words of the library: they decide the name of the file. */
export const weightTypeSchema = z.enum(['q4', 'q8', 'int8', 'uint8', 'fp32', 'q4f16', 'fp16', 'bnb4']);

export type WeightType = z.infer<typeof weightTypeSchema>;

/** An answer that the host asks for. One is worked on at a time. */
export const runnerChatSchema = z.object({
  type: z.literal('chat'),
  id: count,
  model: z.object({
    folder: z.string(),
    weights: weightTypeSchema,
    /** Changes when a file of the folder does, so that a model that was replaced is loaded again. */
    version: z.string(),
  }),
  /** Jinja. Without one the messages are written out one below the other. */
  template: z.optional(z.string()),
  /** As chat templates want them: `role`, `content` and what belongs to calls. */
  messages: z.array(record),
  tools: z.array(record),
  /** Tokens that prompt and answer have together. */
  window: count,
  maxOutputTokens: count,
  temperature: z.number(),
  seed: z.int(),
});

export type RunnerChat = z.infer<typeof runnerChatSchema>;

export const runnerOrderSchema = z.discriminatedUnion('type', [
  runnerChatSchema,
  z.object({ type: z.literal('abort'), id: count }),
]);

export type RunnerOrder = z.infer<typeof runnerOrderSchema>;

const runnerDoneSchema = z.object({
  type: z.literal('done'),
  id: count,
  /** Tokens, counted by the model's own tokenizer. */
  prompt: count,
  /** Of the prompt: what did not have to be read again. */
  remembered: count,
  output: count,
  finish: z.enum(['stop', 'length', 'aborted']),
});

export type RunnerDone = z.infer<typeof runnerDoneSchema>;

export const runnerReportSchema = z.discriminatedUnion('type', [
  /** The prompt fits; the template may have begun the model's thoughts for it. */
  z.object({ type: z.literal('begun'), id: count, insideThought: z.boolean() }),
  z.object({ type: z.literal('text'), id: count, text: z.string() }),
  runnerDoneSchema,
  z.object({
    type: z.literal('failed'),
    id: count,
    reason: z.enum(['no-engine', 'malformed', 'rejected', 'context-exceeded', 'crashed']),
    message: z.string(),
  }),
]);

export type RunnerReport = z.infer<typeof runnerReportSchema>;
