import * as z from 'zod';
import { refuseOversized } from './frameSize.ts';
import type { Tool } from './tool.ts';
import { toolFailure } from './toolFailure.ts';

const parameters = z.object({
  path: z.string().min(1).describe('file in the repository'),
  oldText: z.string().describe('exact present text, unique in the file, with its white space'),
  newText: z.string().describe('text to put in its place'),
});

/** What differed between the text to replace and the file. */
const setAside = {
  'trim-end': 'white space at line ends',
  trim: 'indentation',
  punctuation: 'the kind of quotes and dashes',
} as const;

export const editFile: Tool<typeof parameters> = {
  name: 'edit_file',
  description: 'Replace one piece of text in a file.',
  effect: 'write',
  parameters,
  async execute({ path, oldText, newText }, { sandbox, signal }) {
    if (oldText === newText) {
      return { ok: false, reason: 'no-change', message: 'oldText and newText are the same; nothing was changed.' };
    }
    const oversized = refuseOversized(oldText, newText);
    if (oversized !== undefined) {
      return oversized;
    }
    const answer = await sandbox.request('edit_file', { path, oldText, newText }, { signal });
    if (!answer.ok) {
      return toolFailure(answer.error);
    }
    const { line, match, content } = answer.value;
    const aside = match === undefined ? undefined : setAside[match];
    return {
      ok: true,
      output: `Edited ${path} at line ${line}${aside === undefined ? '' : `, found with ${aside} set aside`}.`,
      file: { path, ...content },
      ...(aside === undefined ? {} : { repair: { rung: 'edit-match', detail: `${aside} set aside` } }),
    };
  },
};
