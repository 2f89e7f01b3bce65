import * as z from 'zod';
import type { GuestResult } from '../../protocol/guest.ts';
import { maxToolOutputBytes } from './capOutput.ts';
import type { Tool } from './tool.ts';
import { toolFailure } from './toolFailure.ts';

const parameters = z.object({
  path: z.string().min(1).describe('file in the repository'),
  startLine: z.int().positive().optional().describe('first line, from 1'),
  endLine: z.int().positive().optional().describe('last line, inclusive'),
});

/** Room for the heading and the note at the end. */
const textBytes = maxToolOutputBytes - 512;
const maxLineCharacters = 1_000;

export const readFile: Tool<typeof parameters> = {
  name: 'read_file',
  description: 'Read lines of a text file. Each is shown as number|text; the number is not part of the file.',
  effect: 'read',
  parameters,
  async execute({ path, startLine, endLine }, { sandbox, signal }) {
    const asked = { path, maxBytes: textBytes, ...(startLine && { startLine }), ...(endLine && { endLine }) };
    const answer = await sandbox.request('read_file', asked, { signal });
    if (!answer.ok) {
      return toolFailure(answer.error);
    }
    const { totalLines } = answer.value;
    if (totalLines === 0) {
      return { ok: true, output: `${path} is empty.` };
    }
    if ((startLine ?? 1) > totalLines || (endLine ?? totalLines) < (startLine ?? 1)) {
      return {
        ok: false,
        reason: 'invalid-range',
        message: `${path} has lines 1 to ${totalLines}; ask for some of these.`,
      };
    }
    const output = numbered(path, answer.value, Math.min(endLine ?? totalLines, totalLines));
    return { ok: true, output, lines: totalLines };
  },
};

/** Whole lines only, as many as fit; says where to read on when some that were wanted are left out. */
function numbered(path: string, read: GuestResult<'read_file'>, wantedEnd: number): string {
  const encoder = new TextEncoder();
  const shown: string[] = [];
  let bytes = 0;
  const lines = read.text.split('\n').slice(0, Math.max(1, read.endLine - read.startLine + 1));
  for (const [index, line] of lines.entries()) {
    const text = `${read.startLine + index}|${shortened(withoutMarks(line))}`;
    bytes += encoder.encode(text).length + 1;
    if (bytes > textBytes && shown.length > 0) {
      break;
    }
    shown.push(text);
  }
  const end = read.startLine + shown.length - 1;
  const elided = wantedEnd - end;
  const note = elided > 0 ? `\n[${elided} lines elided, read on with startLine=${end + 1}]` : '';
  return `${path}, lines ${read.startLine}-${end} of ${read.totalLines}:\n${shown.join('\n')}${note}`;
}

function withoutMarks(line: string): string {
  return line.replace(/^\uFEFF/, '').replace(/\r$/, '');
}

function shortened(line: string): string {
  const rest = line.length - maxLineCharacters;
  return rest > 0 ? `${line.slice(0, maxLineCharacters)}[… ${rest} more characters]` : line;
}
