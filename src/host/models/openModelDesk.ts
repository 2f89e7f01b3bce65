import { nullLogger } from '../../base/logger.ts';
import { type Environment, stateHome } from '../paths.ts';
import { modelKeysOf } from '../modelKeys.ts';
import { machineMemory } from './machineMemory.ts';
import { ModelDesk } from './modelDesk.ts';
import { ModelGrades } from './modelGrades.ts';

/** For a command that needs no agent host: models and their grades belong to no repository. */
export function openModelDesk(environment: Environment): ModelDesk {
  const keys = modelKeysOf(environment, nullLogger);
  const grades = new ModelGrades(stateHome(environment), nullLogger);
  return new ModelDesk({
    grades,
    machine: machineMemory,
    supply: { logger: nullLogger, keyOf: (base) => keys.of(base) },
  });
}
