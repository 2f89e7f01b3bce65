import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import { listOpenaiModels } from '../../node/models/openai/openaiCatalog.ts';
import { parseOpenaiBase } from '../../protocol/openaiBase.ts';
import { ModelKeys } from '../modelKeys.ts';
import type { Environment } from '../paths.ts';

/** What the server of `openai:` models has, in words; undefined where none is set. The key is that of the environment. */
export async function askModelServer(
  address: string | undefined,
  environment: Environment,
  signal: AbortSignal,
): Promise<Result<string, Failure> | undefined> {
  if (address === undefined || address.trim() === '') {
    return undefined;
  }
  const base = parseOpenaiBase(address);
  if (!base.ok) {
    return base;
  }
  const keys = new ModelKeys();
  const set = keys.set(base.value, environment['NIGHTSHIFT_OPENAI_API_KEY'] ?? '');
  if (!set.ok) {
    return set;
  }
  const key = keys.of(base.value);
  const listed = await listOpenaiModels({ base: base.value, key, signal });
  if (!listed.ok) {
    return listed;
  }
  const { origin, protocol, hostname, pathname } = new URL(base.value);
  const open = key !== undefined && protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  const names = listed.value.slice(0, 5).map((name) => `openai:${name}`);
  const count = listed.value.length === 1 ? '1 model' : `${listed.value.length} models`;
  return ok(
    `${origin}${pathname} has ${count}${names.length === 0 ? '' : `: ${names.join(', ')}`}${open ? '; the key goes there unencrypted' : ''}`,
  );
}
