import { ok } from '../../base/result.ts';
import type { SupervisorPorts } from '../../core/supervisor/supervisorPorts.ts';
import { isTriedOut, type ModelGrades } from './modelGrades.ts';
import { endpointOf } from './modelSettings.ts';

/** Tries the implementer's model out in the way in which the task will ask it, and with the window that it will ask for. */
export function gradeTaskModel(
  grades: Pick<ModelGrades, 'knownOrTried'>,
  createModel: SupervisorPorts['createModel'],
): NonNullable<SupervisorPorts['gradeModel']> {
  return async (task, { signal, onStart }) => {
    const id = task.settings.models?.implementer ?? task.model;
    const model = createModel(task, 'implementer');
    if (!model.ok || !isTriedOut({ id, replay: task.replay })) {
      return ok(undefined);
    }
    const info = await model.value.probe(signal);
    if (!info.ok) {
      return info;
    }
    const { contextTokens } = task.settings;
    const endpoint = endpointOf(id.driver, task.settings);
    return grades.knownOrTried({ model: model.value, info: info.value, endpoint, contextTokens, signal }, onStart);
  };
}
