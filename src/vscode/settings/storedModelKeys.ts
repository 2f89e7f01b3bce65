import type { Logger } from '../../base/logger.ts';
import { parseOpenaiBase } from '../../protocol/openaiBase.ts';
import type { TaskHost } from '../host/taskHost.ts';

/** The editor's secret storage. */
export interface SecretStorage {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** The keys of model servers that the person gave, one for each origin: an address that is changed takes no key along. */
export class StoredModelKeys {
  private readonly storage: SecretStorage;

  constructor(storage: SecretStorage) {
    this.storage = storage;
  }

  /** The key for a server, by its address as it was set; undefined where there is none. */
  async of(baseUrl: string | undefined): Promise<string | undefined> {
    const name = entryName(baseUrl);
    return name === undefined ? undefined : (await this.storage.get(name)) || undefined;
  }

  /** An empty key takes the stored one away. */
  async set(baseUrl: string, key: string): Promise<void> {
    const name = entryName(baseUrl);
    if (name !== undefined) {
      await (key === '' ? this.storage.delete(name) : this.storage.store(name, key));
    }
  }
}

/** Variables for a host that is started: the key and the address that it is for. Without them it would go on with its tasks and be refused. */
export function keyVariables(baseUrl: string | undefined, key: string | undefined): Readonly<Record<string, string>> {
  return baseUrl === undefined || key === undefined
    ? {}
    : { NIGHTSHIFT_OPENAI_BASE_URL: baseUrl, NIGHTSHIFT_OPENAI_API_KEY: key };
}

/** Gives a host the key, which one that somebody else started does not know. A host that is too old to take it is told of in the log. */
export async function giveModelKey(
  host: Pick<TaskHost, 'request'>,
  baseUrl: string | undefined,
  key: string | undefined,
  log: Logger,
): Promise<void> {
  if (baseUrl === undefined || key === undefined) {
    return;
  }
  const told = await host.request('setModelKey', { baseUrl, key }, new AbortController().signal);
  if (!told.ok) {
    log.warn(`The agent host did not take the key of the model server: ${told.error.message}`);
  }
}

function entryName(baseUrl: string | undefined): string | undefined {
  const base = parseOpenaiBase(baseUrl);
  return base.ok ? `nightshift.modelKey ${new URL(base.value).origin}` : undefined;
}
