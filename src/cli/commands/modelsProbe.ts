import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { contextOption, modelSettings, ollamaOption, openaiOption } from '../modelOptions.ts';
import { modelFailure } from '../modelFailure.ts';

export const modelsProbeCommand: Command = {
  name: 'models probe',
  summary: 'Try a model out with a few questions, and keep what it can do',
  operands: [{ name: 'NAME', missing: 'Which model? `nightshift models` lists them.' }],
  options: { ...ollamaOption, ...openaiOption, ...contextOption },
  json: true,
  run: async ({ io, writer, values, positionals, signal }) => {
    const settings = modelSettings(values, io.environment);
    if (!settings.ok) {
      return settings.error;
    }
    const report = (progress: Parameters<typeof writer.modelProgress>[0]): void => writer.modelProgress(progress);
    const tried = await io.models().probe(positionals[0] ?? '', settings.value, { signal, report });
    if (!tried.ok) {
      return modelFailure(tried.error);
    }
    writer.model(tried.value);
    return tried.value.grade?.level === 'unfit' ? exitCode.failed : exitCode.done;
  },
};
