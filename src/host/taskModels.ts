import { ok } from '../base/result.ts';
import { sharedModel } from '../core/models/sharedModel.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { createModel } from '../node/models/createModel.ts';
import type { ModelEndpoints } from './models/modelEndpoints.ts';
import { modelSettings, type ModelSupply } from './models/modelSettings.ts';

/** Makes the models of tasks. All that ask the same server share it; a recording has no server. */
export function taskModels(host: {
  readonly supply: ModelSupply;
  readonly endpoints: ModelEndpoints;
}): SupervisorPorts['createModel'] {
  return (task, role) => {
    const model = task.settings.models?.[role] ?? task.model;
    const made = createModel(model, modelSettings(task.settings, host.supply));
    if (!made.ok || model.driver === 'replay') {
      return made;
    }
    const requester = { party: task.id, urgency: task.resumed ? 'attended' : 'background' } as const;
    return ok(sharedModel(made.value, host.endpoints(model.driver, task.settings), requester));
  };
}
