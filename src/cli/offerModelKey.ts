import type { Failure } from '../base/failure.ts';
import { ok, type Result } from '../base/result.ts';
import type { HostClient } from '../host/client/hostClient.ts';
import { parseOpenaiBase } from '../protocol/openaiBase.ts';
import type { CliIo } from './cliIo.ts';

/** The address of the server of `openai:` models: the option, else the variable. */
export function openaiBaseUrlOf(option: string | undefined, environment: CliIo['environment']): string | undefined {
  return option ?? (environment['NIGHTSHIFT_OPENAI_BASE_URL'] || undefined);
}

/**
 * The key of the environment for a server. An environment that names a server means its key for that one (scheme, host, port) alone,
 * whatever server a task is given.
 */
export function keyOfEnvironment(baseUrl: string | undefined, environment: CliIo['environment']): string | undefined {
  const key = environment['NIGHTSHIFT_OPENAI_API_KEY']?.trim() ?? '';
  const named = environment['NIGHTSHIFT_OPENAI_BASE_URL']?.trim() ?? '';
  if (key === '' || baseUrl === undefined) {
    return undefined;
  }
  return named === '' || (originOf(named) !== undefined && originOf(named) === originOf(baseUrl)) ? key : undefined;
}

function originOf(address: string): string | undefined {
  const base = parseOpenaiBase(address);
  return base.ok ? new URL(base.value).origin : undefined;
}

/** Gives the key of the environment to the host, which may have been started without it: for that server alone. */
export async function offerModelKey(
  client: HostClient,
  baseUrl: string | undefined,
  environment: CliIo['environment'],
): Promise<Result<void, Failure>> {
  const key = keyOfEnvironment(baseUrl, environment);
  if (key === undefined || baseUrl === undefined) {
    return ok(undefined);
  }
  const set = await client.request('setModelKey', { baseUrl, key });
  return set.ok ? ok(undefined) : set;
}
