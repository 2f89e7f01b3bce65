import * as z from 'zod';
import { longestSaid } from '../trace/conversationEvents.ts';
import type { Tool } from './tool.ts';

const parameters = z.object({
  comment: z.int().min(1).describe('its number'),
  answer: z
    .string()
    .min(1)
    .overwrite((text) => text.slice(0, longestSaid))
    .describe('what you changed, or why not'),
});

/** Offered only where the user commented on the result. */
export const answerComment: Tool<typeof parameters> = {
  name: 'answer_comment',
  description: 'Answer a review comment of the user.',
  effect: 'read',
  parameters,
  async execute({ comment, answer }, { answerComment: keep }) {
    const kept = (await keep?.(comment, answer)) ?? { unavailable: 'There are no review comments.' };
    return 'unavailable' in kept
      ? { ok: false, reason: 'no-such-comment', message: kept.unavailable }
      : { ok: true, output: `Answered comment ${comment}.` };
  },
};
