import type { Clock } from '../../base/clock.ts';
import { EndpointBreaker } from '../../core/models/endpointBreaker.ts';
import { EndpointSlots } from '../../core/models/endpointSlots.ts';
import type { Endpoint } from '../../core/models/sharedModel.ts';
import type { SupervisorPorts } from '../../core/supervisor/supervisorPorts.ts';
import type { Environment } from '../paths.ts';
import { endpointOf, type EndpointSettings } from './modelSettings.ts';

/** Requests that a server gets at once unless the user says otherwise; a server in this process has one model and one voice. */
const usualParallel: Readonly<Record<string, number>> = { ollama: 1, transformers: 1 };
const otherParallel = 4;

/** Drivers whose server loads models on demand, and anew for another window. */
const loading: ReadonlySet<string> = new Set(['ollama', 'transformers']);

/** Drivers whose number of requests at once is the user's to set: servers of theirs. */
const settable: ReadonlySet<string> = new Set(['ollama', 'openai']);

/** `NIGHTSHIFT_MODELS_PARALLEL`: requests that a model server of the user's gets at once; undefined unless set to 1 to 64. */
export function parallelRequests(environment: Environment): number | undefined {
  const text = environment['NIGHTSHIFT_MODELS_PARALLEL'] ?? '';
  return isParallel(text) ? Number(text) : undefined;
}

export function isParallel(text: string): boolean {
  return /^[1-9]\d?$/.test(text) && Number(text) <= 64;
}

/** What all that ask a driver's server share of it. */
export type ModelEndpoints = (driver: string, settings: EndpointSettings) => Endpoint;

/** The model servers that this host asks. The same server is the same, whichever way its address was written. */
export function modelEndpoints(host: {
  readonly clock: Clock;
  readonly sleep: SupervisorPorts['sleep'];
  readonly parallel?: number;
}): ModelEndpoints {
  const { clock, sleep } = host;
  const endpoints = new Map<string, Endpoint>();
  return (driver, settings) => {
    const name = `${driver} ${endpointOf(driver, settings).replace('//localhost:', '//127.0.0.1:')}`;
    const slots = (settable.has(driver) ? host.parallel : undefined) ?? usualParallel[driver] ?? otherParallel;
    const endpoint = endpoints.get(name) ?? {
      breaker: new EndpointBreaker(clock),
      slots: new EndpointSlots({ slots, loads: loading.has(driver), clock }),
      now: () => clock.monotonic(),
      sleep,
    };
    endpoints.set(name, endpoint);
    return endpoint;
  };
}
