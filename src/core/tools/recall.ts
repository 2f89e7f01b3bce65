import * as z from 'zod';
import type { Tool } from './tool.ts';

/** Characters; a stack trace has room. */
const longestQuery = 4_000;

const parameters = z.object({
  query: z
    .string()
    .min(1)
    .overwrite((query) => query.slice(0, longestQuery))
    .describe('words, or an error with its stack trace'),
});

/** Answered by the host: the box knows nothing of it. Offered only where there is a memory. */
export const recall: Tool<typeof parameters> = {
  name: 'recall',
  description: 'Find code, documents, commits and tasks solved before that are about something.',
  effect: 'read',
  parameters,
  async execute({ query }, { recall: ask, signal }) {
    const answer = (await ask?.(query, signal)) ?? {
      unavailable: 'There is no memory here; search the files instead.',
    };
    return 'unavailable' in answer
      ? { ok: false, reason: 'memory-unavailable', message: answer.unavailable }
      : { ok: true, output: answer.text };
  },
};
