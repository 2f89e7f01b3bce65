import { z } from 'zod';
import type { Tool } from './tool.ts';

const parameters = z.object({
  summary: z.string().min(1).describe('what was changed and why, in a few sentences'),
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
