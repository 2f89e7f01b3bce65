import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { withHost } from '../withHost.ts';

export const guidanceCommand: Command = {
  name: 'guidance',
  summary: 'List what this repository says to agents (AGENTS.md and the like), and what of it you pinned',
  operands: [],
  options: {},
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const shown = await client.request('guidance', {}, invocation.signal);
      if (!shown.ok) {
        return shown.error;
      }
      invocation.writer.guidance(shown.value.files);
      return exitCode.done;
    }),
};
