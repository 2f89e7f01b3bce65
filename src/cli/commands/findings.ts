import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { flag } from '../optionValues.ts';
import { withHost } from '../withHost.ts';

export const findingsCommand: Command = {
  name: 'findings',
  summary: 'List what tools and agents found, each where its lines stand now',
  operands: [],
  options: { all: { type: 'boolean', help: 'also those that were dismissed' } },
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const listed = await client.request('listFindings', {}, invocation.signal);
      if (!listed.ok) {
        return listed.error;
      }
      const { findings, problem } = listed.value;
      if (problem !== undefined) {
        invocation.writer.note(problem);
      }
      const isAll = flag(invocation.values, 'all');
      invocation.writer.findings(findings.filter(({ dismissed }) => isAll || dismissed === undefined));
      return exitCode.done;
    }),
};
