import type { Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { StageEnd } from './stageEnd.ts';
import type { Assignment } from './supervisorPorts.ts';

/** Takes the snapshot of the user's work, once per task, and keeps it from being collected. */
export async function prepareStage({ ports, trace, signal }: Assignment): Promise<Result<StageEnd, Failure>> {
  const task = trace.task();
  if (task.snapshot === undefined) {
    const taken = await ports.store.snapshot(signal);
    if (!taken.ok) {
      return taken;
    }
    const kept = await ports.store.keep(`${task.id}/base`, taken.value.tree, signal);
    if (!kept.ok) {
      return fail(kept.error);
    }
    const { excluded, ...snapshot } = taken.value;
    await trace.record({
      type: 'snapshot-taken',
      actor: 'host',
      data: { ...snapshot, excluded: excluded.map((file) => ({ ...file })) },
    });
  }
  return ok({ move: 'work', by: 'host' });
}
