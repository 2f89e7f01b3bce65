import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Assignment } from './supervisorPorts.ts';

/** Milliseconds between two looks for the engine: two minutes in all, enough for an update or a restart of the machine's Docker. */
const pauses = [250, 750, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000] as const;

const waits = 'It waits for the Docker engine, which does not answer.';

/**
 * A box that died may have died with its engine: waits until the engine answers before the box is replaced. One that stays away is a
 * failure with which a task waits instead of ending, as its last checkpoint is kept.
 */
export async function awaitEngine({ ports, trace, signal }: Assignment): Promise<Result<void, Failure>> {
  let told = false;
  for (const pause of [...pauses, 0]) {
    const info = await ports.engine.info(signal);
    if (info.ok || signal.aborted) {
      return ok(undefined);
    }
    if (!told) {
      told = true;
      await trace.record({ type: 'engine-awaited', actor: 'host', data: { message: waits } });
    }
    if (pause > 0) {
      await ports.sleep(pause, signal);
    }
  }
  const message = 'The Docker engine went away and did not come back within two minutes; start it and resume the task.';
  return fail(failure('engine-unavailable', message));
}
