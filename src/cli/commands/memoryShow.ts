import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { memoryFailure } from '../memoryFailure.ts';
import { withHost } from '../withHost.ts';

export const memoryShowCommand: Command = {
  name: 'memory show',
  summary: 'Show what is remembered of solved tasks, and how the index stands',
  operands: [],
  options: {},
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const { signal, writer } = invocation;
      const shown = await client.request('episodes', {}, signal);
      if (!shown.ok) {
        return memoryFailure(shown.error);
      }
      const status = await client.request('memoryStatus', {}, signal);
      if (!status.ok) {
        return memoryFailure(status.error);
      }
      writer.episodes(shown.value.episodes);
      writer.memory(status.value);
      return exitCode.done;
    }),
};
