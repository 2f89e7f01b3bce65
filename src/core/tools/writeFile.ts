import * as z from 'zod';
import { refuseOversized } from './frameSize.ts';
import type { Tool } from './tool.ts';
import { toolFailure } from './toolFailure.ts';

const parameters = z.object({
  path: z.string().min(1).describe('file in the repository'),
  content: z.string().describe('the whole new content'),
});

export const writeFile: Tool<typeof parameters> = {
  name: 'write_file',
  description: 'Create a file or replace its whole content. For a small change in a long file use edit_file.',
  effect: 'write',
  parameters,
  async execute({ path, content }, { sandbox, signal }) {
    const oversized = refuseOversized(content);
    if (oversized !== undefined) {
      return oversized;
    }
    const answer = await sandbox.request('write_file', { path, content }, { signal });
    if (!answer.ok) {
      return toolFailure(answer.error);
    }
    return {
      ok: true,
      output: `${answer.value.created ? 'Created' : 'Replaced'} ${path}, ${answer.value.bytes} bytes.`,
      file: { path, ...answer.value.content },
    };
  },
};
