import { type Failure, failure } from '../base/failure.ts';
import type { MemoryStatus } from '../protocol/memory.ts';
import type { CliFailure } from './command.ts';
import { exitCode } from './exitCode.ts';

/** Reasons that say that this machine does not let the index be. */
const environmentReasons: ReadonlySet<string> = new Set([
  'no-sqlite',
  'no-space',
  'read-only',
  'in-use',
  'damaged',
  'indexer-down',
  'indexer-ended',
  'state-unreadable',
  'state-unwritable',
]);

/** What to end with where the index cannot be opened at all; undefined where it works. */
export function brokenIndex({ state, problems }: MemoryStatus): CliFailure | undefined {
  const problem = problems.find(({ part }) => part === 'database' || part === 'indexer');
  const message = problem?.message ?? 'The memory does not work here; `nightshift index` says more.';
  return state === 'failed' ? { ...failure('memory-failed', message), exitCode: exitCode.environment } : undefined;
}

/** What to end with when the memory did not answer. */
export function memoryFailure(error: Failure): CliFailure {
  return environmentReasons.has(error.reason) ? { ...error, exitCode: exitCode.environment } : error;
}
