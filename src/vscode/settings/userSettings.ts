import type { TaskSettings } from '../../protocol/host.ts';

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
  const requireGvisor = read('sandbox.requireGvisor');
  const testCommand = read('testCommand');
  return {
    model: text(read('model')) ?? 'auto',
    settings: {
      ...(host === undefined ? {} : { ollamaHost: host }),
      ...(typeof requireGvisor === 'boolean' ? { requireGvisor } : {}),
      ...(read('sandbox.allowUnlimited') === true ? { allowUnlimited: true } : {}),
      ...(isCommand(testCommand) ? { testCommand: [...testCommand] } : {}),
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
    },
  };
}

function positive<Name extends string>(name: Name, value: unknown): { readonly [key in Name]?: number } {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
    ? ({ [name]: value } as { readonly [key in Name]: number })
    : {};
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
