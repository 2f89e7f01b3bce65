import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { withHost } from '../withHost.ts';

export const findingsImportCommand: Command = {
  name: 'findings import',
  summary: 'Take over the results of a SARIF 2.1.0 file, in place of earlier ones of the same tools',
  operands: [{ name: 'FILE', missing: 'Which file? Name a SARIF 2.1.0 file.' }],
  options: {},
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const { io, positionals, signal, writer } = invocation;
      const imported = await client.request('importFindings', { file: resolve(io.cwd, positionals[0] ?? '') }, signal);
      if (!imported.ok) {
        return imported.error;
      }
      writer.findingsImported(imported.value);
      return exitCode.done;
    }),
};
