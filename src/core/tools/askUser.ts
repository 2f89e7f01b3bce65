import * as z from 'zod';
import { plainLine } from '../../base/plainText.ts';
import { longestOption, longestQuestion, mostOptions } from '../trace/conversationEvents.ts';
import type { Tool } from './tool.ts';

const parameters = z.object({
  question: z
    .string()
    .min(1)
    .overwrite((text) => text.slice(0, longestQuestion))
    .describe('one question'),
  // Not a list: flat parameters are all that small models fill in well.
  options: z.string().optional().describe('answers to choose from, one a line'),
});

/** Ends the run: the box is given up while a person thinks. Offered only to models that are not weak. */
export const askUser: Tool<typeof parameters> = {
  name: 'ask_user',
  description: 'Ask the user a question that only they can answer. Work stops until they answer.',
  effect: 'read',
  parameters,
  async execute({ question, options = '' }, { askUser: ask, signal }) {
    const asked = await ask?.(question, readOptions(options), signal);
    if (asked === undefined) {
      return { ok: false, reason: 'cannot-ask', message: 'Nobody can be asked; decide it yourself.' };
    }
    return asked.ok
      ? { ok: true, output: 'Asked. The answer begins the next run.', asked: { question } }
      : { ok: false, reason: asked.error.reason, message: asked.error.message };
  },
};

/** One that is too long to be read whole is left out: cut, it would say something else. */
function readOptions(options: string): readonly string[] {
  const lines = options
    .split('\n')
    .map((line) => plainLine(line))
    .filter((line) => line.length <= longestOption);
  return [...new Set(lines.filter((line) => line !== ''))].slice(0, mostOptions);
}
