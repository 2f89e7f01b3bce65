import type { Result } from '../../base/result.ts';
import type { HostParams, HostResult } from '../../protocol/host.ts';
import type { HostFailure, RequestContext } from '../rpc/hostService.ts';

/** Requests that the memory of a workspace answers. */
export type MemoryMethod =
  | 'recall'
  | 'graph'
  | 'memoryStatus'
  | 'explainPath'
  | 'memorySettle'
  | 'pauseMemory'
  | 'rebuildMemory'
  | 'episodes'
  | 'forget'
  | 'memoryHint'
  | 'setMemory'
  | 'fetchEmbedding'
  | 'importEmbedding';

/** The memory behind the requests of clients. How it stands is announced by the state's feed. */
export type MemoryDesk = {
  readonly [M in MemoryMethod]: (
    params: HostParams<M>,
    context: RequestContext,
  ) => Promise<Result<HostResult<M>, HostFailure>>;
};
