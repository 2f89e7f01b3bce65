import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import type { HostClient } from '../../host/client/hostClient.ts';
import type { Command, Invocation } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { findTask } from '../findTask.ts';
import { stringOption, stringOptions } from '../optionValues.ts';
import { withHost } from '../withHost.ts';

const taskOption = {
  task: { type: 'string', value: 'ID', help: "of that task's changes, instead of the checkout as it is now" },
} as const;

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
      invocation.writer.environment(shown.value.environment);
      return exitCode.done;
    }),
};

export const environmentApproveCommand: Command = {
  name: 'environment approve',
  summary: 'Agree that exactly this environment is set up, with the network it asks for',
  operands: [],
  options: {
    ...taskOption,
    'allow-host': {
      type: 'string',
      value: 'HOST[:PORT]',
      multiple: true,
      help: 'a host of your own that setup may reach, for example a registry on a private network',
    },
  },
  json: true,
  run: (invocation) =>
    withHost(invocation, { trace: false, start: true }, async (client) => {
      const { writer, values, signal } = invocation;
      const named = namedTask(invocation, client);
      if (!named.ok) {
        return named.error;
      }
      const shown = await client.request('environment', named.value, signal);
      if (!shown.ok) {
        return shown.error;
      }
      const { definition } = shown.value.environment;
      const hosts = [...stringOptions(values, 'allow-host')];
      const approved = await client.request('approveEnvironment', { definition, hosts, ...named.value }, signal);
      if (!approved.ok) {
        return approved.error;
      }
      if (approved.value.proving) {
        writer.note(
          `The tests of ${named.value.task} run again; \`nightshift show ${named.value.task}\` tells how it goes.`,
        );
      }
      writer.environment(approved.value.environment);
      return exitCode.done;
    }),
};

function namedTask(invocation: Invocation, client: HostClient): Result<{ task?: string }, Failure> {
  const text = stringOption(invocation.values, 'task');
  if (text === undefined) {
    return ok({});
  }
  const found = findTask(client.state.tasks, text);
  return found.ok ? ok({ task: found.value.id }) : found;
}
