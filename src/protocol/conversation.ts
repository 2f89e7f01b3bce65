import * as z from 'zod/mini';
import { taskViewSchema } from './taskView.ts';

const count = z.int().check(z.nonnegative());

/** Characters of what a person says to an agent at once. */
export const longestWords = 4_000;

const words = z.string().check(z.trim(), z.minLength(1), z.maxLength(longestWords));

/** Lines of the offered side of a changed file, counted from 0, both included. */
const place = { path: z.string().check(z.minLength(1), z.maxLength(4_096)), startLine: count, endLine: count };

/** A comment of the user on lines of a result, and where those lines stand on the offered side now. */
export const commentViewSchema = z.object({
  /** From 1, in the order in which the comments were sent. */
  number: z.int().check(z.positive()),
  ...place,
  /** The lines themselves were changed or removed since: the place is where they were. */
  stale: z.boolean(),
  text: z.string(),
  /** What the agent said to it. */
  answer: z.optional(z.string()),
  resolved: z.boolean(),
});

const task = z.object({ task: taskViewSchema });

/** What a person says to the agent of a task that was begun. */
export const conversationMethods = {
  /** Stops the work on a task until `resumeTask`. What it did until then stays. */
  pauseTask: { params: z.object({ task: z.string() }), result: task },
  /**
   * An agent at work is told it with its next step, one that rests when it goes on; a result that waits for its review goes back to its
   * agent with it.
   */
  say: { params: z.object({ task: z.string(), text: words }), result: task },
  /** Answers what the agent asked, and lets the task go on. Where `question` is not what it asks now, nothing is answered. */
  answer: { params: z.object({ task: z.string(), text: words, question: z.optional(z.string()) }), result: task },
  /** Sends a result back to its agent with comments on its lines. `hash` names the changeset that was looked at. */
  sendReview: {
    params: z.object({
      task: z.string(),
      hash: z.string(),
      comments: z.array(z.object({ ...place, text: words })).check(z.minLength(1), z.maxLength(50)),
    }),
    result: task,
  },
  resolveComment: {
    params: z.object({ task: z.string(), comment: z.int().check(z.positive()), resolved: z.boolean() }),
    result: task,
  },
  comments: { params: z.object({ task: z.string() }), result: z.object({ comments: z.array(commentViewSchema) }) },
} as const;

export type CommentView = z.infer<typeof commentViewSchema>;
