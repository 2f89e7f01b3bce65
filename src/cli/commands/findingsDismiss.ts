import { longestReason } from '../../protocol/findings.ts';
import type { Command } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { findingOperand, namedFinding } from '../namedFinding.ts';
import { stringOption } from '../optionValues.ts';
import { withHost } from '../withHost.ts';

export const findingsDismissCommand: Command = {
  name: 'findings dismiss',
  summary: 'Put a finding aside for a reason; it is kept with it, and exported as suppressed',
  operands: [findingOperand],
  options: { reason: { type: 'string', required: true, value: 'TEXT', help: 'why, for example "false positive"' } },
  json: true,
  run: async (invocation) => {
    const reason = stringOption(invocation.values, 'reason')?.trim() ?? '';
    if (reason === '' || reason.length > longestReason) {
      return usage(`Say why with --reason TEXT, in 1 to ${longestReason} characters.`);
    }
    return withHost(invocation, { trace: false, start: true }, async (client) => {
      const named = await namedFinding(client, invocation);
      if (!named.ok) {
        return named.error;
      }
      const done = await client.request('dismissFinding', { id: named.value.id, reason }, invocation.signal);
      if (!done.ok) {
        return done.error;
      }
      invocation.writer.findings([done.value.finding]);
      return exitCode.done;
    });
  },
};
