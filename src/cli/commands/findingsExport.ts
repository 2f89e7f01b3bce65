import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorText } from '../../base/failure.ts';
import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { withHost } from '../withHost.ts';

export const findingsExportCommand: Command = {
  name: 'findings export',
  summary: 'Print all findings as a SARIF 2.1.0 file, or write them to FILE; dismissed ones are suppressed in it',
  operands: [{ name: 'FILE' }],
  options: {},
  json: false,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const { io, positionals, signal, writer } = invocation;
      const exported = await client.request('exportFindings', {}, signal);
      if (!exported.ok) {
        return exported.error;
      }
      const [file] = positionals;
      if (file === undefined) {
        io.stdout.write(exported.value.sarif);
        return exitCode.done;
      }
      try {
        await writeFile(resolve(io.cwd, file), exported.value.sarif);
      } catch (error) {
        return { reason: 'unwritable', message: `${file} cannot be written: ${errorText(error)}.` };
      }
      writer.note(`Written to ${file}.`);
      return exitCode.done;
    }),
};
