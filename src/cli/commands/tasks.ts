import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { withHost } from '../withHost.ts';

export const tasksCommand: Command = {
  name: 'tasks',
  summary: 'List the tasks of this repository, the newest first',
  operands: [],
  options: {},
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      invocation.writer.taskList(client.state.tasks);
      return exitCode.done;
    }),
};
