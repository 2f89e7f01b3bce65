import * as z from 'zod';
import type { Tool } from './tool.ts';
import { toolFailure } from './toolFailure.ts';

const parameters = z.object({
  pattern: z.string().min(1).describe('text to find'),
  regex: z.boolean().optional().describe('pattern is a regular expression'),
  glob: z.string().optional().describe('only in these files, for example src/**/*.py'),
});

const limit = 60;

export const searchText: Tool<typeof parameters> = {
  name: 'search_text',
  description: 'Find text in the files of the repository.',
  effect: 'read',
  parameters,
  async execute({ pattern, regex, glob }, { sandbox, signal }) {
    const asked = { pattern, regex: regex ?? false, limit, ...(glob ? { glob } : {}) };
    const answer = await sandbox.request('search_text', asked, { signal });
    if (!answer.ok) {
      return toolFailure(answer.error);
    }
    const { hits, truncated } = answer.value;
    if (hits.length === 0) {
      return { ok: true, output: 'Nothing found.' };
    }
    const lines = hits.map((hit) => `${hit.path}:${hit.line}: ${hit.text.trim()}`);
    const more = truncated ? `\n[more than ${hits.length} hits; narrow it with glob or a longer pattern]` : '';
    return { ok: true, output: lines.join('\n') + more };
  },
};
