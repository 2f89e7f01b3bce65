import { ok, type Result } from '../../base/result.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import { connectEngine, type EngineConnection } from './engineConnection.ts';

/**
 * One connection, and one tunnel, for all that talks to the engine in this process. Who gives the connection it had asks to look
 * again where the engine is; everybody else gets the newest one. `setting` is the user's own address of the engine.
 */
export function sharedConnection(
  setting?: string,
): (previous?: EngineConnection) => Result<EngineConnection, SandboxFailure> {
  let newest: EngineConnection | undefined;
  return (previous) => {
    if (previous === undefined && newest !== undefined) {
      return ok(newest);
    }
    const attempt = connectEngine(setting, newest);
    newest = attempt.ok ? attempt.value : newest;
    return attempt;
  };
}
