import { ok, type Result } from '../../base/result.ts';
import type { HostClient } from '../../host/client/hostClient.ts';
import { agreeToEnvironment } from '../agreeToEnvironment.ts';
import type { CliFailure, Command, Invocation } from '../command.ts';
import { usage } from '../commandLine.ts';
import { offerModelKey } from '../offerModelKey.ts';
import { flag } from '../optionValues.ts';
import { taskModel, taskOptions, taskSettings } from '../taskOptions.ts';
import { watched, watchTask } from '../watchTask.ts';
import { withHost } from '../withHost.ts';

/** As the protocol has it. */
const maxGoalLength = 20_000;

export const runCommand: Command = {
  name: 'run',
  summary: 'Delegate a goal to an agent and wait for the patch and its proof',
  operands: [
    {
      name: '"GOAL"',
      missing: 'What is to be done? Give the goal, for example: nightshift run "fix the failing test".',
    },
  ],
  options: {
    ...taskOptions,
    'allow-setup': {
      type: 'boolean',
      help: 'agree to the environment that the repository asks for now, and print it in full',
    },
    detach: { type: 'boolean', help: 'do not wait; the task goes on in the background' },
  },
  json: true,
  ownInterrupts: true,
  run: async (invocation) => {
    const { io, values, positionals } = invocation;
    const goal = (positionals[0] ?? '').trim();
    if (goal.length > maxGoalLength) {
      return usage(
        `The goal has ${goal.length} characters, ${maxGoalLength} are allowed. Put details into a file of the repository.`,
      );
    }
    const settings = taskSettings(values, io.environment);
    if (!settings.ok) {
      return settings.error;
    }
    const model = taskModel(values, io);
    return watched(invocation, (scoped) =>
      withHost(scoped, { trace: true, start: true }, async (client) => {
        const agreed = flag(values, 'allow-setup') ? await agreeIfAsked(scoped, client) : ok(undefined);
        if (!agreed.ok) {
          return agreed.error;
        }
        const told = await offerModelKey(client, settings.value.openaiBaseUrl, io.environment);
        if (!told.ok) {
          return told.error;
        }
        const created = await client.request('createTask', {
          goal,
          origin: { kind: 'cli' },
          model,
          settings: settings.value,
        });
        return created.ok ? watchTask(scoped, client, created.value.task) : created.error;
      }),
    );
  },
};

/** What was agreed to before is not asked again, nor where there is nothing to agree to. */
async function agreeIfAsked(invocation: Invocation, client: HostClient): Promise<Result<void, CliFailure>> {
  const asked = await client.request('environment', {}, invocation.signal);
  if (!asked.ok) {
    return asked;
  }
  const { status, definition } = asked.value.environment;
  return status === 'needs-approval'
    ? agreeToEnvironment(invocation, client, { hash: definition, hosts: [] })
    : ok(undefined);
}
