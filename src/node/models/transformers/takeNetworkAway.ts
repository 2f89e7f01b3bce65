import { env, LogLevel } from '@huggingface/transformers';

/** The library can fetch models, and code for its own engine; here it has nothing to fetch with. */
export function takeNetworkAway(): void {
  const refuse = async (): Promise<never> => {
    throw new Error('models use no network');
  };
  globalThis.fetch = refuse;
  env.fetch = refuse;
  env.allowRemoteModels = false;
  env.useFSCache = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.logLevel = LogLevel.ERROR;
}
