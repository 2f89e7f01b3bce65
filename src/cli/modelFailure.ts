import type { Failure } from '../base/failure.ts';
import type { CliFailure } from './command.ts';
import { exitCode } from './exitCode.ts';

/** A model that was named wrongly is wrong usage; else something is missing here. */
export function modelFailure(error: Failure): CliFailure {
  const wrong = error.reason === 'bad-model-id' || error.reason === 'not-tried-out';
  return { ...error, exitCode: wrong ? exitCode.usage : exitCode.environment };
}
