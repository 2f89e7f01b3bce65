import { isAbsolute, join } from 'node:path';
import { type Failure, failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { LanguageModel, ModelId } from '../../core/models/languageModel.ts';
import { parseWindowModel, type WindowModels } from '../../core/models/windowModels.ts';
import { driverList, isModelDriver } from '../../core/models/modelId.ts';
import { parseOpenaiBase } from '../../protocol/openaiBase.ts';
import { createOllamaModel } from './ollama/ollama.ts';
import { defaultOllamaHost, parseOllamaHost } from './ollama/ollamaHost.ts';
import { createOpenaiModel } from './openai/openai.ts';
import { createReplayModel } from './replay/replay.ts';
import { createWindowModel } from './vscode/windowModel.ts';
import type { ModelRunner } from './transformers/modelRunner.ts';
import { createTransformersModel } from './transformers/transformers.ts';

export interface ModelSettings {
  /** Address of the Ollama server; the local default when left out or empty. */
  readonly ollamaHost?: string;
  /** Base address of the server of `openai:` models; there is no usual one. */
  readonly openaiBaseUrl?: string;
  /** The key for a server of `openai:` models, by its base address as parsed; asked at each request. */
  readonly keyOf?: (base: string) => string | undefined;
  /** Folder of named replay scripts; `replay:name` is `name.json` in it. Absolute paths need none. */
  readonly scriptDirectory?: string;
  readonly logger?: Logger;
  /** The windows of the editor whose models can be asked. */
  readonly windows?: WindowModels;
  /** What models inside the extension need; an agent host has it. */
  readonly insideModels?: InsideModels;
}

/** The one process that runs models of ours, and the folder that they are in. */
export interface InsideModels {
  readonly runner: ModelRunner;
  readonly directory: string;
}

/** The model of an id. Contacts nothing: `probe` tells whether it answers. */
export function createModel(
  id: ModelId,
  settings: ModelSettings = {},
): Result<LanguageModel, Failure<'unknown-driver' | 'bad-host' | 'bad-script' | 'bad-model-id' | 'window-needed'>> {
  if (!isModelDriver(id.driver)) {
    return fail(failure('unknown-driver', `There is no model driver "${id.driver}". ${driverList()}`));
  }
  switch (id.driver) {
    case 'ollama':
      return openOllama(id.name, settings);
    case 'openai':
      return openOpenai(id.name, settings);
    case 'vscode':
      return openWindowModel(id.name, settings);
    case 'transformers':
      return openTransformers(id.name, settings);
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

function openOpenai(name: string, settings: ModelSettings): Result<LanguageModel, Failure<'bad-host'>> {
  const { keyOf, logger } = settings;
  const base = parseOpenaiBase(settings.openaiBaseUrl);
  return base.ok
    ? ok(
        createOpenaiModel({
          name,
          base: base.value,
          ...(keyOf === undefined ? {} : { key: () => keyOf(base.value) }),
          ...(logger === undefined ? {} : { logger }),
        }),
      )
    : base;
}

function openWindowModel(
  name: string,
  { windows }: ModelSettings,
): Result<LanguageModel, Failure<'bad-model-id' | 'window-needed'>> {
  if (parseWindowModel(name) === undefined) {
    const message = `"vscode:${name}" names no model; write vscode:VENDOR/MODEL, for example vscode:copilot/gpt-4o.`;
    return fail(failure('bad-model-id', message));
  }
  return windows === undefined
    ? fail(failure('window-needed', `Only the agent host can ask VS Code for ${name}: delegate a task with it.`))
    : ok(createWindowModel(name, windows));
}

function openTransformers(
  name: string,
  { insideModels }: ModelSettings,
): Result<LanguageModel, Failure<'unknown-driver'>> {
  return insideModels === undefined
    ? fail(
        failure('unknown-driver', 'Models inside the extension run in the agent host only; delegate a task with it.'),
      )
    : ok(createTransformersModel({ name, ...insideModels }));
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
