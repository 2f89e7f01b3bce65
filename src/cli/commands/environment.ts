import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { namedTask, taskOption } from '../taskOption.ts';
import { withHost } from '../withHost.ts';

export const environmentCommand: Command = {
  name: 'environment',
  summary: 'Show what the tests of this repository run in, and what setting it up would do',
  operands: [],
  options: taskOption,
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const named = namedTask(invocation, client);
      if (!named.ok) {
        return named.error;
      }
      const shown = await client.request('environment', named.value, invocation.signal);
      if (!shown.ok) {
        return shown.error;
      }
      invocation.writer.environment(shown.value.environment, named.value.task);
      return exitCode.done;
    }),
};
