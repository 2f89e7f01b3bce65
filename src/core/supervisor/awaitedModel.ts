import type { ModelId } from '../models/languageModel.ts';
import { type MissingAccess, windowNeeded } from '../models/modelAccess.ts';
import { formatModelId, parseModelId } from '../models/modelId.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { moveTask } from './taskPipeline.ts';

/** The model that a task at rest waits to be allowed to ask; undefined for a task that waits for something else, or for nothing. */
export function awaitedModel({ state, reason, model, awaited }: Task): ModelId | undefined {
  if (state !== 'waiting' || reason?.code !== windowNeeded) {
    return undefined;
  }
  const named = awaited === undefined ? undefined : parseModelId(awaited.model);
  return named?.ok === true ? named.value : model;
}

/** Lets a task that waits for a model go on when nothing is missing any more; true when it does. */
export async function lookForModel(
  trace: TaskTrace,
  missing: (model: ModelId) => MissingAccess | undefined,
): Promise<boolean> {
  const task = trace.task();
  const model = awaitedModel(task);
  if (model === undefined) {
    return false;
  }
  const lack = missing(model);
  if (lack === undefined) {
    return (await moveTask({ trace }, { move: 'resume', by: 'host' })).allowed;
  }
  // A window that goes is no news: what the person was told then still is the way on.
  if (lack.need === 'consent' && task.awaited?.need !== 'consent') {
    const data = { model: formatModelId(model), need: lack.need, message: lack.message };
    await trace.record({ type: 'model-awaited', actor: 'host', data });
  }
  return false;
}
