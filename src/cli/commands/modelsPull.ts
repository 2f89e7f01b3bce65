import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { modelFailure } from '../modelFailure.ts';
import { modelSettings, ollamaOption } from '../modelOptions.ts';

export const modelsPullCommand: Command = {
  name: 'models pull',
  summary: 'Let Ollama fetch a model; stopped and asked again, it goes on from where it was',
  operands: [{ name: 'NAME', missing: 'Which model? `nightshift models` says what is recommended for this machine.' }],
  options: ollamaOption,
  json: true,
  run: async ({ io, writer, values, positionals, signal }) => {
    const settings = modelSettings(values, io.environment);
    if (!settings.ok) {
      return settings.error;
    }
    const report = (progress: Parameters<typeof writer.modelProgress>[0]): void => writer.modelProgress(progress);
    const pulled = await io.models().pull(positionals[0] ?? '', settings.value, { signal, report });
    if (!pulled.ok) {
      return modelFailure(pulled.error);
    }
    writer.model(pulled.value);
    return exitCode.done;
  },
};
