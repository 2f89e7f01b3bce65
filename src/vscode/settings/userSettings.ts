import { planModes, recallModes, type TaskSettings, windowRange } from '../../protocol/host.ts';

/** What the person set, by setting name without the product's prefix; undefined where nothing was set. */
export type ReadSetting = (name: string) => unknown;

/** The model and the settings that go with every task; Ollama's own variable says where it is when the setting does not. Values of the wrong type count as not set. */
export function readUserSettings(
  read: ReadSetting,
  environment: Readonly<Record<string, string | undefined>> = {},
): { readonly model: string; readonly settings: TaskSettings } {
  const limits = {
    ...positive('newTokens', read('limits.newTokens')),
    ...positive('steps', read('limits.steps')),
    ...positive('seconds', inSeconds(read('limits.minutes'))),
  };
  const host = text(read('ollama.host')) ?? text(environment['OLLAMA_HOST']);
  const openaiBaseUrl = text(read('openai.baseUrl')) ?? text(environment['NIGHTSHIFT_OPENAI_BASE_URL']);
  const models = Object.fromEntries(
    modelRoles.flatMap((role) => {
      const model = text(read(`models.${role}`));
      return model === undefined ? [] : [[role, model]];
    }),
  );
  const requireGvisor = read('sandbox.requireGvisor');
  const testCommand = read('testCommand');
  const plan = planModes.find((mode) => mode === read('plan'));
  const recall = recallModes.find((mode) => mode === read('recall'));
  return {
    model: text(read('model')) ?? 'auto',
    settings: {
      ...(host === undefined ? {} : { ollamaHost: host }),
      ...(openaiBaseUrl === undefined ? {} : { openaiBaseUrl }),
      ...windowOf(read('contextTokens')),
      ...(Object.keys(models).length === 0 ? {} : { models }),
      ...(typeof requireGvisor === 'boolean' ? { requireGvisor } : {}),
      ...(read('sandbox.allowUnlimited') === true ? { allowUnlimited: true } : {}),
      ...(isCommand(testCommand) ? { testCommand: [...testCommand] } : {}),
      ...(plan === undefined ? {} : { plan }),
      ...(recall === undefined ? {} : { recall }),
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
    },
  };
}

const modelRoles = ['supervisor', 'implementer', 'reviewer'] as const;

function positive<Name extends string>(name: Name, value: unknown): { readonly [key in Name]?: number } {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
    ? ({ [name]: value } as { readonly [key in Name]: number })
    : {};
}

/** 0 leaves it to the host; what is out of range is moved into it. */
function windowOf(value: unknown): { readonly contextTokens?: number } {
  const { contextTokens } = positive('contextTokens', value);
  const { least, most } = windowRange;
  return contextTokens === undefined ? {} : { contextTokens: Math.min(Math.max(contextTokens, least), most) };
}

function inSeconds(minutes: unknown): unknown {
  return typeof minutes === 'number' ? Math.round(minutes * 60) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function isCommand(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string');
}
