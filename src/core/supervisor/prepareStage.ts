import type { Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { StageEnd } from './stageEnd.ts';
import type { Assignment } from './supervisorPorts.ts';
import { gradeTask } from './gradeTask.ts';
import { environmentOf, recordEnvironment } from './taskEnvironment.ts';

/**
 * Takes the snapshot of the user's work, once per task, and keeps it from being collected. Then sees what its model can do, chooses what
 * its tests run in, and sets that up where a person agreed to it: before any agent has seen the tree.
 */
export async function prepareStage(assignment: Assignment): Promise<Result<StageEnd, Failure>> {
  const { ports, trace, signal } = assignment;
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
  const graded = await gradeTask(assignment);
  if (!graded.ok) {
    return graded;
  }
  const prepared = await prepareEnvironment(assignment);
  return prepared.ok ? ok({ move: 'work', by: 'host' }) : prepared;
}

async function prepareEnvironment(assignment: Assignment): Promise<Result<void, Failure>> {
  const { ports, trace } = assignment;
  const { snapshot } = trace.task();
  if (ports.environments === undefined || snapshot === undefined) {
    return ok(undefined);
  }
  const environment = await environmentOf(assignment, snapshot.tree);
  if (!environment.ok) {
    return environment;
  }
  await recordEnvironment(assignment, environment.value);
  return ok(undefined);
}
