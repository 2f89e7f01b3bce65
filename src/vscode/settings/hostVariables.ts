import type { ReadSetting } from './userSettings.ts';

/** Settings for all of a person's work, by the variable that the agent host reads. */
const variables = [
  ['otlp.endpoint', 'NIGHTSHIFT_OTLP_ENDPOINT'],
  ['transformers.modelsDirectory', 'NIGHTSHIFT_MODELS_DIRECTORY'],
  ['models.parallel', 'NIGHTSHIFT_MODELS_PARALLEL'],
  ['sandbox.engine', 'NIGHTSHIFT_ENGINE'],
  ['sandbox.imageGigabytes', 'NIGHTSHIFT_IMAGE_GIGABYTES'],
] as const;

/** Variables for an agent host that this window starts; empty settings leave theirs. */
export function hostVariables(read: ReadSetting): Readonly<Record<string, string>> {
  return Object.fromEntries(
    variables.flatMap(([setting, variable]) => {
      const text = textOf(read(setting));
      return text === '' ? [] : [[variable, text]];
    }),
  );
}

function textOf(value: unknown): string {
  return typeof value === 'number' && value > 0 ? String(value) : typeof value === 'string' ? value.trim() : '';
}
