import type { Failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import type { Result } from '../../base/result.ts';
import type { MachineMemory } from '../../core/models/memoryNeed.ts';
import { defaultOllamaHost, parseOllamaHost, shownHost } from '../../node/models/ollama/ollamaHost.ts';
import type { ModelSettings } from '../../node/models/createModel.ts';
import { parseOpenaiBase } from '../../protocol/openaiBase.ts';
import type { TaskSettings } from '../../protocol/host.ts';

/** What of a user's settings says where models are. */
export type EndpointSettings = Pick<TaskSettings, 'ollamaHost' | 'openaiBaseUrl'>;

/** What one agent host has for all models, whoever asks for them. */
export type ModelSupply = Pick<ModelSettings, 'keyOf' | 'windows' | 'insideModels'> & { readonly logger: Logger };

export function modelSettings(
  { ollamaHost, openaiBaseUrl }: EndpointSettings,
  supply: ModelSupply,
): ModelSettings & { readonly logger: Logger } {
  return {
    ...supply,
    ...(ollamaHost === undefined ? {} : { ollamaHost }),
    ...(openaiBaseUrl === undefined ? {} : { openaiBaseUrl }),
  };
}

export function ollamaAddress({ ollamaHost }: EndpointSettings): string {
  return ollamaHost?.trim() || defaultOllamaHost;
}

/** The memory that a driver's models have; undefined where they are on another machine, of which nothing is known. */
export function memoryOf(
  driver: string,
  settings: EndpointSettings,
  machine: MachineMemory,
): MachineMemory | undefined {
  const address = addressOf(driver, settings);
  if (address === undefined) {
    return machine;
  }
  const name = address.ok ? new URL(address.value).hostname : '';
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(name) ? machine : undefined;
}

/** Where a driver's server is; undefined for a driver without one. */
function addressOf(driver: string, settings: EndpointSettings): Result<string, Failure> | undefined {
  if (driver === 'ollama') {
    return parseOllamaHost(ollamaAddress(settings));
  }
  return driver === 'openai' ? parseOpenaiBase(settings.openaiBaseUrl) : undefined;
}

/** The address of a driver's server, without credentials; empty for a driver without one. What a grade belongs to. */
export function endpointOf(driver: string, settings: EndpointSettings): string {
  const address = addressOf(driver, settings);
  return address?.ok === true ? shownHost(address.value) : '';
}
