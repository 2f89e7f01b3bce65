import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import type { TraceProtection } from '../../node/tasks/traceProtection.ts';
import { createRedactor } from '../../node/trace/secretRedactor.ts';
import { openSigningKey } from '../../node/trace/signingKeyFile.ts';
import type { WorkspacePaths } from '../paths.ts';

/**
 * What keeps the traces of a workspace honest, from the user's keys; these are made where there are none yet. `secrets` are
 * texts known to be secret at the moment.
 */
export async function openTraceProtection(
  paths: WorkspacePaths,
  secrets: () => readonly string[] = () => [],
): Promise<Result<TraceProtection, Failure>> {
  const keys = await openSigningKey(paths.keys);
  if (!keys.ok) {
    return keys;
  }
  const { signing, redaction } = keys.value;
  return ok({ workspace: paths.id, key: signing, redactor: createRedactor(redaction, secrets) });
}
