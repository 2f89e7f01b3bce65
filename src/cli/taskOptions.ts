import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { fail, ok, type Result } from '../base/result.ts';
import { planModes, recallModes, type TaskSettings, usualLimits } from '../protocol/host.ts';
import type { CliIo } from './cliIo.ts';
import type { OptionSpec, OptionValues } from './command.ts';
import { usage, type UsageFailure } from './commandLine.ts';
import { limitOptions, limitWish } from './limitOptions.ts';
import { commonModel, contextOption, modelSettings, ollamaOption, openaiOption } from './modelOptions.ts';
import { flag, stringOption } from './optionValues.ts';

/** The options that say how tasks are done. */
export const taskOptions: Readonly<Record<string, OptionSpec>> = {
  model: {
    type: 'string',
    value: 'driver:name',
    help: 'the model (default: NIGHTSHIFT_MODEL, else the best graded Ollama model; see `nightshift models`)',
  },
  ...ollamaOption,
  ...openaiOption,
  ...contextOption,
  'test-command': {
    type: 'string',
    value: 'ARGV',
    help: `how to run the tests, a JSON list, for example '["npm","test"]'`,
  },
  recall: {
    type: 'string',
    value: 'WHEN',
    help: `whether the agent is told what the memory of the repository knows: ${recallModes.join(', ')} (default: auto)`,
  },
  plan: {
    type: 'string',
    value: 'WHEN',
    help: `have a supervisor make a plan first: ${planModes.join(', ')} (default: auto)`,
  },
  'require-gvisor': { type: 'boolean', help: 'refuse to run on a shared kernel' },
  'allow-unlimited': { type: 'boolean', help: 'run although the engine keeps no limits of a sandbox' },
  ...limitOptions(
    `default: ${usualLimits.newTokens}`,
    `default: ${usualLimits.steps}`,
    `default: ${usualLimits.seconds / 60}`,
  ),
};

/** What options and environment say of how tasks are done. */
export function taskSettings(
  values: OptionValues,
  environment: CliIo['environment'],
): Result<TaskSettings, UsageFailure> {
  const testCommand = argv(values);
  const limits = limitWish(values);
  if (!testCommand.ok) {
    return testCommand;
  }
  if (!limits.ok) {
    return limits;
  }
  const wanted = stringOption(values, 'plan');
  const plan = planModes.find((mode) => mode === wanted);
  if (wanted !== undefined && plan === undefined) {
    return fail(usage(`--plan takes ${planModes.join(', ')}, not "${wanted}".`));
  }
  const wantedRecall = stringOption(values, 'recall');
  const recall = recallModes.find((mode) => mode === wantedRecall);
  if (wantedRecall !== undefined && recall === undefined) {
    return fail(usage(`--recall takes ${recallModes.join(', ')}, not "${wantedRecall}".`));
  }
  const models = modelSettings(values, environment);
  if (!models.ok) {
    return models;
  }
  return ok({
    ...models.value,
    ...(testCommand.value !== undefined ? { testCommand: testCommand.value } : {}),
    ...(flag(values, 'require-gvisor') ? { requireGvisor: true } : {}),
    ...(flag(values, 'allow-unlimited') ? { allowUnlimited: true } : {}),
    ...(limits.value === undefined ? {} : { limits: limits.value }),
    ...(plan === undefined ? {} : { plan }),
    ...(recall === undefined ? {} : { recall }),
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
export function taskModel(values: OptionValues, { environment, cwd }: Pick<CliIo, 'environment' | 'cwd'>): string {
  const model = commonModel(values, environment);
  const script = /^replay:(.+)$/s.exec(model)?.[1];
  return script === undefined ? model : `replay:${resolve(cwd, script)}`;
}
