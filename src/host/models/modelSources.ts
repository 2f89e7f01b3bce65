import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import type { ModelInfo } from '../../core/models/languageModel.ts';
import { listOllamaModels } from '../../node/models/ollama/ollamaCatalog.ts';
import { listOpenaiModels } from '../../node/models/openai/openaiCatalog.ts';
import { parseOpenaiBase } from '../../protocol/openaiBase.ts';
import { type EndpointSettings, type ModelSupply, ollamaAddress } from './modelSettings.ts';

/** A driver that can say which models it has. */
export interface ModelSource {
  readonly driver: string;
  isConfigured(settings: EndpointSettings): boolean;
  list(
    settings: EndpointSettings,
    supply: ModelSupply,
    signal: AbortSignal,
  ): Promise<Result<readonly ModelInfo[], Failure>>;
}

/** What Ollama has: `auto` takes one of these. */
export async function listInstalled(
  settings: EndpointSettings,
  signal: AbortSignal,
): Promise<Result<readonly ModelInfo[], Failure>> {
  const installed = await listOllamaModels(ollamaAddress(settings), signal);
  return installed.ok
    ? ok(installed.value.map(({ name, ...known }) => ({ id: { driver: 'ollama', name }, replay: false, ...known })))
    : installed;
}

/** Every driver with a list, in the order in which they are shown. A recording is named by its path, and has none. */
export const modelSources: readonly ModelSource[] = [
  {
    driver: 'ollama',
    isConfigured: () => true,
    list: (settings, _supply, signal) => listInstalled(settings, signal),
  },
  {
    driver: 'openai',
    isConfigured: ({ openaiBaseUrl }) => (openaiBaseUrl ?? '').trim() !== '',
    async list(settings, supply, signal) {
      const base = parseOpenaiBase(settings.openaiBaseUrl);
      const names = base.ok
        ? await listOpenaiModels({ base: base.value, key: supply.keyOf?.(base.value), signal })
        : base;
      return names.ok
        ? ok(names.value.map((name) => ({ id: { driver: 'openai', name }, replay: false, tools: true })))
        : names;
    },
  },
];
