import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { RuntimeInfo } from '../core/sandbox/sandbox.ts';
import type { Environment } from './paths.ts';

/**
 * The runtime that the user wishes for boxes, `NIGHTSHIFT_SANDBOX_RUNTIME`: `runsc` (gVisor, its own kernel) or `runc` (a shared
 * kernel, faster). Unset means gVisor where it works. Read from the environment of whoever starts the agent host, never from a
 * workspace.
 */
export function preferredRuntime(
  environment: Environment,
): Result<RuntimeInfo['name'] | undefined, Failure<'bad-setting'>> {
  const set = environment['NIGHTSHIFT_SANDBOX_RUNTIME'];
  if (set === undefined || set === '') {
    return ok(undefined);
  }
  return set === 'runsc' || set === 'runc'
    ? ok(set)
    : fail(failure('bad-setting', `NIGHTSHIFT_SANDBOX_RUNTIME is "${set}"; set it to runsc or runc, or unset it.`));
}
