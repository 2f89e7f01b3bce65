import { findRepository } from '../../host/findRepository.ts';
import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { ollamaOption, openaiOption } from '../modelOptions.ts';
import { openaiBaseUrlOf } from '../offerModelKey.ts';
import { stringOption } from '../optionValues.ts';
import { repositoryFolder } from '../withHost.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check what Nightshift needs on this machine, and say how to get what is missing',
  operands: [],
  options: {
    brief: { type: 'boolean', help: 'only Git, the engine and the models: quick, and nothing is started or made' },
    ...ollamaOption,
    ...openaiOption,
  },
  json: true,
  run: async (invocation) => {
    const { io, writer, values, signal } = invocation;
    const ollamaHost = stringOption(values, 'ollama-host') ?? (io.environment['OLLAMA_HOST'] || undefined);
    const openaiBaseUrl = openaiBaseUrlOf(stringOption(values, 'openai-base-url'), io.environment);
    const checks = io.runChecks({
      repository: () => findRepository(repositoryFolder(invocation), signal),
      signal,
      brief: values['brief'] === true,
      ...(ollamaHost === undefined ? {} : { ollamaHost }),
      ...(openaiBaseUrl === undefined ? {} : { openaiBaseUrl }),
    });
    let ok = true;
    for await (const check of checks) {
      ok &&= check.status !== 'fail';
      writer.check(check);
    }
    writer.doctor(ok);
    return ok ? exitCode.done : exitCode.environment;
  },
};
