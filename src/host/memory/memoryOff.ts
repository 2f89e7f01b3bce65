import { failure } from '../../base/failure.ts';
import { fail, type Result } from '../../base/result.ts';
import type { HostFailure } from '../rpc/hostService.ts';
import type { MemoryDesk } from './memoryDesk.ts';

/** Stands where there is no memory: every request is refused by the reason `memory-switched-off`, for which no setting is a way out. */
export const memoryOff: MemoryDesk = {
  recall: refuse,
  graph: refuse,
  memoryStatus: refuse,
  explainPath: refuse,
  memorySettle: refuse,
  pauseMemory: refuse,
  rebuildMemory: refuse,
  episodes: refuse,
  forget: refuse,
  memoryHint: refuse,
  setMemory: refuse,
  fetchEmbedding: refuse,
  importEmbedding: refuse,
};

async function refuse(): Promise<Result<never, HostFailure>> {
  const message =
    'The memory is off: the agent host has NIGHTSHIFT_MEMORY=off in its environment. Unset it and restart the host.';
  return fail({ ...failure('memory-switched-off', message), exitCode: 3 });
}
