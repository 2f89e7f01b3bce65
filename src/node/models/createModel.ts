import { isAbsolute, join } from 'node:path';
import { type Failure, failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { LanguageModel, ModelId } from '../../core/models/languageModel.ts';
import { driverList, isModelDriver } from '../../core/models/modelId.ts';
import { createOllamaModel } from './ollama.ts';
import { defaultOllamaHost, parseOllamaHost } from './ollamaHost.ts';
import { createReplayModel } from './replay.ts';

export interface ModelSettings {
  /** Address of the Ollama server; the local default when left out or empty. */
  readonly ollamaHost?: string;
  /** Folder of named replay scripts; `replay:name` is `name.json` in it. Absolute paths need none. */
  readonly scriptDirectory?: string;
  readonly logger?: Logger;
}

/** The model of an id. Contacts nothing: `probe` tells whether it answers. */
export function createModel(
  id: ModelId,
  settings: ModelSettings = {},
): Result<LanguageModel, Failure<'unknown-driver' | 'bad-host' | 'bad-script'>> {
  if (!isModelDriver(id.driver)) {
    return fail(failure('unknown-driver', `There is no model driver "${id.driver}". ${driverList()}`));
  }
  switch (id.driver) {
    case 'ollama':
      return openOllama(id.name, settings);
    case 'replay':
      break;
  }
  return openReplay(id.name, settings);
}

function openOllama(name: string, settings: ModelSettings): Result<LanguageModel, Failure<'bad-host'>> {
  const host = parseOllamaHost(settings.ollamaHost?.trim() || defaultOllamaHost);
  const logger = settings.logger === undefined ? {} : { logger: settings.logger };
  return host.ok ? ok(createOllamaModel({ name, host: host.value, ...logger })) : host;
}

function openReplay(name: string, settings: ModelSettings): Result<LanguageModel, Failure<'bad-script'>> {
  const path = scriptPath(name, settings.scriptDirectory);
  return path === undefined
    ? fail(failure('bad-script', `The replay script "${name}" has no folder to be found in; give its absolute path.`))
    : ok(createReplayModel({ path, name }));
}

function scriptPath(name: string, directory: string | undefined): string | undefined {
  if (isAbsolute(name)) {
    return name;
  }
  return directory === undefined ? undefined : join(directory, name.endsWith('.json') ? name : `${name}.json`);
}
