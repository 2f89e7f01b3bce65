import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { namedGuidance } from '../namedGuidance.ts';
import { withHost } from '../withHost.ts';

export const guidancePinCommand: Command = {
  name: 'guidance pin',
  summary: 'Pin a file of instructions as it is now: agents take it for your own word until it changes',
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
      const present = shown.value.files.filter(({ status }) => status !== 'gone');
      const named = namedGuidance(present, positionals[0]);
      if (!named.ok) {
        return named.error;
      }
      const { path, sha256 } = named.value;
      const pinned = await client.request('pinGuidance', { path, sha256 }, signal);
      if (!pinned.ok) {
        return pinned.error;
      }
      writer.guidance(pinned.value.files);
      return exitCode.done;
    }),
};
