import { type Failure, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { ModelId, ModelInfo } from '../core/models/languageModel.ts';
import { parseModelId } from '../core/models/modelId.ts';
import { createModel } from '../node/models/createModel.ts';
import { listOllamaModels } from '../node/models/ollamaCatalog.ts';
import { defaultOllamaHost } from '../node/models/ollamaHost.ts';

/** The word that leaves the choice to us: the newest installed Ollama model that can call tools. */
export const automaticModel = 'auto';

/** Finds the model a task is to use and asks it whether it is there, before any task is made of it. */
export async function chooseModel(
  text: string,
  settings: { readonly ollamaHost?: string; readonly logger: Logger },
  signal: AbortSignal,
): Promise<Result<ModelInfo, Failure>> {
  const id = text === automaticModel ? await newestToolModel(settings.ollamaHost, signal) : parseModelId(text);
  if (!id.ok) {
    return id;
  }
  const model = createModel(id.value, settings);
  if (!model.ok) {
    return model;
  }
  const info = await model.value.probe(signal);
  if (info.ok && !info.value.tools) {
    const message = `The model ${id.value.name} cannot call tools; choose one that can, for example qwen3:8b.`;
    return fail(failure('tools-unsupported', message));
  }
  return info;
}

async function newestToolModel(host: string | undefined, signal: AbortSignal): Promise<Result<ModelId, Failure>> {
  const installed = await listOllamaModels(host?.trim() || defaultOllamaHost, signal);
  if (!installed.ok) {
    return installed;
  }
  const found = installed.value.find((model) => model.tools);
  return found === undefined
    ? fail(failure('model-missing', 'No installed Ollama model can call tools; get one with `ollama pull qwen3:8b`.'))
    : ok({ driver: 'ollama', name: found.name });
}
