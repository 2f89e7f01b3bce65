import * as z from 'zod';
import type { Tool } from './tool.ts';
import { toolFailure } from './toolFailure.ts';

const parameters = z.object({
  directory: z.string().optional().describe('folder, default the whole repository'),
  glob: z.string().optional().describe('for example **/*.ts'),
});

const limit = 200;

export const listFiles: Tool<typeof parameters> = {
  name: 'list_files',
  description: 'List the files of the repository.',
  effect: 'read',
  parameters,
  async execute({ directory, glob }, { sandbox, signal }) {
    const asked = { directory: repositoryFolder(directory ?? ''), limit, ...(glob ? { glob } : {}) };
    const answer = await sandbox.request('list_files', asked, { signal });
    if (!answer.ok) {
      return toolFailure(answer.error);
    }
    const { files, truncated } = answer.value;
    if (files.length === 0) {
      return { ok: true, output: 'No file matches.' };
    }
    const more = truncated ? `\n[more than ${files.length} files; narrow it with directory or glob]` : '';
    return { ok: true, output: files.map((file) => file.path).join('\n') + more };
  },
};

/** Models write the root as `.`, `./` or `/`; the guest knows it as the empty path. */
function repositoryFolder(directory: string): string {
  return directory.replace(/^(?:\.?\/+)+|^\.$|\/+$/g, '');
}
