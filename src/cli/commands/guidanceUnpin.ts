import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { namedGuidance } from '../namedGuidance.ts';
import { withHost } from '../withHost.ts';

export const guidanceUnpinCommand: Command = {
  name: 'guidance unpin',
  summary: 'Take a pin back: agents are told the file as data from the repository again',
  operands: [{ name: 'PATH|HASH' }],
  options: {},
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const { positionals, signal, writer } = invocation;
      const shown = await client.request('guidance', {}, signal);
      if (!shown.ok) {
        return shown.error;
      }
      const pinned = shown.value.files.filter(({ status }) => status !== 'unpinned');
      const named = namedGuidance(pinned, positionals[0]);
      if (!named.ok) {
        return named.error;
      }
      const unpinned = await client.request('unpinGuidance', { path: named.value.path }, signal);
      if (!unpinned.ok) {
        return unpinned.error;
      }
      writer.guidance(unpinned.value.files);
      return exitCode.done;
    }),
};
