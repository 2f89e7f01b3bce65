import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostClient } from '../../host/client/hostClient.ts';
import { type TaskSettings, usualLimits } from '../../protocol/host.ts';
import { agreeToEnvironment } from '../agreeToEnvironment.ts';
import type { CliFailure, Command, Invocation, OptionValues } from '../command.ts';
import { usage, type UsageFailure } from '../commandLine.ts';
import { limitOptions, limitWish } from '../limitOptions.ts';
import { flag, stringOption } from '../optionValues.ts';
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
    model: {
      type: 'string',
      value: 'driver:name',
      help: 'the model (default: NIGHTSHIFT_MODEL, else an installed Ollama model with tools)',
    },
    'ollama-host': { type: 'string', value: 'URL', help: 'address of Ollama (default: OLLAMA_HOST)' },
    'test-command': {
      type: 'string',
      value: 'ARGV',
      help: `how to run the tests, a JSON list, for example '["npm","test"]'`,
    },
    'allow-setup': {
      type: 'boolean',
      help: 'agree to the environment that the repository asks for now, and print it in full',
    },
    detach: { type: 'boolean', help: 'do not wait; the task goes on in the background' },
    'require-gvisor': { type: 'boolean', help: 'refuse to run on a shared kernel' },
    'allow-unlimited': { type: 'boolean', help: 'run although the engine keeps no limits of a sandbox' },
    ...limitOptions(
      `default: ${usualLimits.newTokens}`,
      `default: ${usualLimits.steps}`,
      `default: ${usualLimits.seconds / 60}`,
    ),
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
    const model = absoluteScript(
      stringOption(values, 'model') ?? (io.environment['NIGHTSHIFT_MODEL'] || 'auto'),
      io.cwd,
    );
    return watched(invocation, (scoped) =>
      withHost(scoped, { trace: true, start: true }, async (client) => {
        const agreed = flag(values, 'allow-setup') ? await agreeIfAsked(scoped, client) : ok(undefined);
        if (!agreed.ok) {
          return agreed.error;
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

function taskSettings(
  values: OptionValues,
  environment: Invocation['io']['environment'],
): Result<TaskSettings, UsageFailure> {
  const testCommand = argv(values);
  const limits = limitWish(values);
  if (!testCommand.ok) {
    return testCommand;
  }
  if (!limits.ok) {
    return limits;
  }
  const ollamaHost = stringOption(values, 'ollama-host') ?? (environment['OLLAMA_HOST'] || undefined);
  return ok({
    ...(ollamaHost === undefined ? {} : { ollamaHost }),
    ...(testCommand.value !== undefined ? { testCommand: testCommand.value } : {}),
    ...(flag(values, 'require-gvisor') ? { requireGvisor: true } : {}),
    ...(flag(values, 'allow-unlimited') ? { allowUnlimited: true } : {}),
    ...(limits.value === undefined ? {} : { limits: limits.value }),
  });
}

function argv(values: OptionValues): Result<string[] | undefined, UsageFailure> {
  const text = stringOption(values, 'test-command');
  if (text === undefined) {
    return ok(undefined);
  }
  const parsed = z
    .array(z.string().check(z.minLength(1)))
    .check(z.minLength(1))
    .safeParse(parseJson(text));
  return parsed.success
    ? ok(parsed.data)
    : fail(usage(`--test-command takes a JSON list of words, for example '["npm","test"]'.`));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The host works in another folder: the path of a recording is made independent of it. */
function absoluteScript(model: string, cwd: string): string {
  const script = /^replay:(.+)$/s.exec(model)?.[1];
  return script === undefined ? model : `replay:${resolve(cwd, script)}`;
}
