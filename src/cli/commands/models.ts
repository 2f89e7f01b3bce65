import { isWorkable } from '../../protocol/isWorkable.ts';
import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { commonModel, contextOption, modelSettings, ollamaOption, openaiOption } from '../modelOptions.ts';

export const modelsCommand: Command = {
  name: 'models',
  summary: 'List the models that can be worked with, what they can do, and what is recommended for this machine',
  operands: [],
  options: { ...ollamaOption, ...openaiOption, ...contextOption },
  json: true,
  run: async ({ io, writer, values, signal }) => {
    const settings = modelSettings(values, io.environment);
    if (!settings.ok) {
      return settings.error;
    }
    const list = await io.models().list(settings.value, signal);
    writer.models(list, { common: commonModel(values, io.environment), ...settings.value.models });
    return list.models.some(isWorkable) ? exitCode.done : exitCode.environment;
  },
};
