import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { ok } from '../base/result.ts';
import { EndpointBreaker, withBreaker } from '../core/models/endpointBreaker.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { createModel } from '../node/models/createModel.ts';

/** Makes the models of tasks. All that ask the same server share what is known of how it does; a recording has no server. */
export function taskModels(host: {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly sleep: SupervisorPorts['sleep'];
}): SupervisorPorts['createModel'] {
  const breakers = new Map<string, EndpointBreaker>();
  return ({ model, settings }) => {
    const { ollamaHost } = settings;
    const made = createModel(model, { logger: host.logger, ...(ollamaHost === undefined ? {} : { ollamaHost }) });
    if (!made.ok || model.driver === 'replay') {
      return made;
    }
    const endpoint = `${model.driver} ${ollamaHost?.trim() ?? ''}`;
    const breaker = breakers.get(endpoint) ?? new EndpointBreaker(host.clock);
    breakers.set(endpoint, breaker);
    return ok(withBreaker(made.value, breaker, host.sleep));
  };
}
