import { z } from 'zod';
import { refuseOversized } from './frameSize.ts';
import type { Tool } from './tool.ts';
import { toolFailure } from './toolFailure.ts';

const parameters = z.object({
  path: z.string().min(1).describe('file in the repository'),
  oldText: z.string().describe('exact present text, unique in the file, with its white space'),
  newText: z.string().describe('text to put in its place'),
});

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
    const { line, content } = answer.value;
    return { ok: true, output: `Edited ${path} at line ${line}.`, file: { path, ...content } };
  },
};
