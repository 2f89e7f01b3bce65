import * as z from 'zod';
import type { Tool } from './tool.ts';
import { toolFailure } from './toolFailure.ts';

const parameters = z.object({ path: z.string().min(1).describe('file in the repository') });

export const deleteFile: Tool<typeof parameters> = {
  name: 'delete_file',
  description: 'Delete a file.',
  effect: 'write',
  parameters,
  async execute({ path }, { sandbox, signal }) {
    const answer = await sandbox.request('delete_file', { path }, { signal });
    return answer.ok
      ? { ok: true, output: `Deleted ${path}.`, file: { path, before: null, after: null } }
      : toolFailure(answer.error);
  },
};
