import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { flag } from '../optionValues.ts';
import { withHost } from '../withHost.ts';

export const tasksCommand: Command = {
  name: 'tasks',
  summary: 'List the tasks of this repository, the newest first, without those in the archive',
  operands: [],
  options: { all: { type: 'boolean', help: 'those in the archive as well' } },
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const all = flag(invocation.values, 'all');
      invocation.writer.taskList(client.state.tasks.filter(({ archived }) => all || archived !== true));
      return exitCode.done;
    }),
};
