import { fail, ok, type Result } from '../base/result.ts';
import { type TaskSettings, windowRange } from '../protocol/host.ts';
import type { CliIo } from './cliIo.ts';
import type { OptionSpec, OptionValues } from './command.ts';
import { usage, type UsageFailure } from './commandLine.ts';
import { openaiBaseUrlOf } from './offerModelKey.ts';
import { stringOption } from './optionValues.ts';

export const ollamaOption: Readonly<Record<'ollama-host', OptionSpec>> = {
  'ollama-host': { type: 'string', value: 'URL', help: 'address of Ollama (default: OLLAMA_HOST)' },
};

export const openaiOption: Readonly<Record<'openai-base-url', OptionSpec>> = {
  'openai-base-url': {
    type: 'string',
    value: 'URL',
    help: 'address of the server of openai: models (default: NIGHTSHIFT_OPENAI_BASE_URL)',
  },
};

export const contextOption: Readonly<Record<'context-tokens', OptionSpec>> = {
  'context-tokens': {
    type: 'string',
    value: 'N',
    help: 'window of the model (default: NIGHTSHIFT_CONTEXT_TOKENS, else 16384, or less where the model or memory is small)',
  },
};

/** Roles whose models can be set apart, with their variables. */
export const roleVariables = {
  supervisor: 'NIGHTSHIFT_MODELS_SUPERVISOR',
  implementer: 'NIGHTSHIFT_MODELS_IMPLEMENTER',
  reviewer: 'NIGHTSHIFT_MODELS_REVIEWER',
} as const;

type ModelSettings = Pick<TaskSettings, 'ollamaHost' | 'openaiBaseUrl' | 'contextTokens' | 'models'>;

/** What options and environment say of models and where they are. */
export function modelSettings(
  values: OptionValues,
  environment: CliIo['environment'],
): Result<ModelSettings, UsageFailure> {
  const ollamaHost = stringOption(values, 'ollama-host') ?? (environment['OLLAMA_HOST'] || undefined);
  const openaiBaseUrl = openaiBaseUrlOf(stringOption(values, 'openai-base-url'), environment);
  const given = stringOption(values, 'context-tokens');
  const window = given ?? (environment['NIGHTSHIFT_CONTEXT_TOKENS'] || undefined);
  const { least, most } = windowRange;
  if (window !== undefined && !(/^\d{1,9}$/.test(window) && Number(window) >= least && Number(window) <= most)) {
    const source = given === undefined ? 'NIGHTSHIFT_CONTEXT_TOKENS' : '--context-tokens';
    return fail(
      usage(`${source} takes a number of tokens from ${least} to ${most}, for example 32768, not "${window}".`),
    );
  }
  const models = Object.fromEntries(
    Object.entries(roleVariables).flatMap(([role, variable]) => {
      const model = environment[variable]?.trim() ?? '';
      return model === '' ? [] : [[role, model]];
    }),
  );
  return ok({
    ...(ollamaHost === undefined ? {} : { ollamaHost }),
    ...(openaiBaseUrl === undefined ? {} : { openaiBaseUrl }),
    ...(window === undefined ? {} : { contextTokens: Number(window) }),
    ...(Object.keys(models).length === 0 ? {} : { models }),
  });
}

/** The model of every role that has none of its own. */
export function commonModel(values: OptionValues, environment: CliIo['environment']): string {
  return stringOption(values, 'model') ?? (environment['NIGHTSHIFT_MODEL'] || 'auto');
}
