import * as z from 'zod';
import type { Tool } from './tool.ts';

/** Characters. It goes into several events of the trace, and to the person who reviews. */
const longestSummary = 4_000;

const parameters = z.object({
  summary: z.string().min(1).overwrite(cutSummary).describe('what was changed and why, in a few sentences'),
});

export const finish: Tool<typeof parameters> = {
  name: 'finish',
  description: 'End the task when the goal is reached, or when it cannot be reached and why.',
  effect: 'finish',
  parameters,
  async execute({ summary }) {
    return { ok: true, output: 'Finished.', finished: { summary } };
  },
};

/** Too long is no reason to refuse the end of a task: without an answer of its own the work would go on. */
function cutSummary(summary: string): string {
  return summary.length <= longestSummary
    ? summary
    : `${summary.slice(0, longestSummary - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
