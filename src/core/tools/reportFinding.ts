import * as z from 'zod';
import { longestFinding } from '../trace/findingEvents.ts';
import type { Tool } from './tool.ts';

const parameters = z.object({
  path: z.string().min(1).describe('file'),
  // Not a line number: models count badly, and copy well.
  oldText: z.string().min(1).describe('exact text, unique in the file'),
  message: z
    .string()
    .min(1)
    .overwrite((text) => text.slice(0, longestFinding))
    .describe('what is wrong'),
  newText: z.string().optional().describe('better text'),
});

/** Changes nothing: what the agent sees besides its task is for the person to judge. Offered only to strong models. */
export const reportFinding: Tool<typeof parameters> = {
  name: 'report_finding',
  description: 'Report a fault outside your task.',
  effect: 'read',
  parameters,
  async execute(finding, { reportFinding: report, signal }) {
    const reported = await report?.(finding, signal);
    if (reported === undefined) {
      return { ok: false, reason: 'cannot-report', message: 'Nothing is reported here; go on with your task.' };
    }
    return reported.ok
      ? { ok: true, output: 'Reported. Leave it as it is and go on with your task.' }
      : { ok: false, reason: reported.error.reason, message: reported.error.message };
  },
};
