import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { memoryFailure } from '../memoryFailure.ts';
import { withHost } from '../withHost.ts';

export const memoryExportCommand: Command = {
  name: 'memory export',
  summary: 'Print everything that is remembered of solved tasks, a JSON object a line',
  operands: [],
  options: {},
  json: false,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const shown = await client.request('episodes', {}, invocation.signal);
      if (!shown.ok) {
        return memoryFailure(shown.error);
      }
      shown.value.episodes.forEach((episode) => invocation.io.stdout.write(`${JSON.stringify(episode)}\n`));
      return exitCode.done;
    }),
};
