import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Environment } from './paths.ts';

/**
 * How the user wishes boxes to be spoken with, `NIGHTSHIFT_CHANNEL`: `socket` (a Unix socket of this machine, used where the engine and
 * the runtime let it through) or `stdio`, as when it is unset. Read from the environment of whoever starts the agent host, never from
 * a workspace.
 */
export function boxChannel(environment: Environment): Result<'socket' | undefined, Failure<'bad-setting'>> {
  const set = environment['NIGHTSHIFT_CHANNEL'];
  if (set === undefined || set === '' || set === 'stdio') {
    return ok(undefined);
  }
  return set === 'socket'
    ? ok(set)
    : fail(failure('bad-setting', `NIGHTSHIFT_CHANNEL is "${set}"; set it to socket or stdio, or unset it.`));
}
