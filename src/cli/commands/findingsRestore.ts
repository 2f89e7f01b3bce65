import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { findingOperand, namedFinding } from '../namedFinding.ts';
import { withHost } from '../withHost.ts';

export const findingsRestoreCommand: Command = {
  name: 'findings restore',
  summary: 'Take the dismissal of a finding back',
  operands: [findingOperand],
  options: {},
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const named = await namedFinding(client, invocation);
      if (!named.ok) {
        return named.error;
      }
      const done = await client.request('restoreFinding', { id: named.value.id }, invocation.signal);
      if (!done.ok) {
        return done.error;
      }
      invocation.writer.findings([done.value.finding]);
      return exitCode.done;
    }),
};
