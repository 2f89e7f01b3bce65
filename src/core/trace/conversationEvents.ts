import * as z from 'zod';
import { artifactSchema } from './artifact.ts';

const count = z.int().nonnegative();

/** Characters of what a person says at once, and of an agent's answer to a comment. */
export const longestSaid = 4_000;

/** Characters of the commented lines that are kept to be quoted. */
export const longestQuote = 2_000;

/** Characters of a question of an agent. */
export const longestQuestion = 1_000;

/** Characters of an answer that it offers: short enough to be read whole in a list before it becomes the user's word. */
export const longestOption = 100;

export const mostOptions = 5;

/** What a person and an agent say to each other about a task that was begun. */
export const conversationEvents = {
  /** The user says something to the agent; it is told with its next step, or at the start of its next run. */
  'user-said': z.object({ text: z.string().max(longestSaid) }),
  /** The agent of a run at work was told it. */
  'note-told': z.object({ run: z.string(), step: count, text: z.string().max(longestSaid) }),
  /** A comment of the user on lines of a result, to which the task is sent back. */
  'comment-sent': z.object({
    /** The changeset that was looked at. */
    hash: z.string(),
    path: z.string(),
    /** Lines of `file`, counted from 0, both included. */
    startLine: count,
    endLine: count,
    /** The file as the user saw it: lines are followed from it to later ones. */
    file: artifactSchema,
    quote: z.string().max(longestQuote),
    text: z.string().max(longestSaid),
  }),
  /** The agent answers a comment, by its number from 1 among all comments of the task. */
  'comment-answered': z.object({ run: z.string(), comment: z.int().positive(), text: z.string().max(longestSaid) }),
  /** The user has done with a comment, or takes that back. */
  'comment-resolved': z.object({ comment: z.int().positive(), resolved: z.boolean() }),
  /** The agent asks the user; its run is over with it, and the note of the resume that follows is the answer. */
  'question-asked': z.object({
    run: z.string(),
    question: z.string().max(longestQuestion),
    /** Answers to choose from; another one may be given. */
    options: z.array(z.string().max(longestOption)).max(mostOptions),
  }),
} as const satisfies Record<string, z.ZodType>;
