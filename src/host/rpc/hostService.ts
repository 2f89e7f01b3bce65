import type { Event } from '../../base/event.ts';
import type { Failure } from '../../base/failure.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Result } from '../../base/result.ts';
import type { HostMethod, HostParams, HostResult, HostState, StateDelta } from '../../protocol/host.ts';
import type { LendingWindow } from './lendingWindow.ts';
import type { RequestProgress } from '../../protocol/models.ts';

/** Everything a client may ask for, but the greeting and what a window lends, which belong to the wire. */
export type ServiceMethod = Exclude<HostMethod, 'initialize' | 'lendModels'>;

export interface HostFailure extends Failure {
  /** What a command line should exit with because of it; 1 when absent. */
  readonly exitCode?: 1 | 2 | 3;
}

/** What a long request has of the client that made it. */
export interface RequestContext {
  /** Aborted when the client cancels the request, or is gone; the latter ends no request of `stoppableMethods`. */
  readonly signal: AbortSignal;
  /** Aborted when the client is gone; one for all requests of a connection. */
  readonly gone: AbortSignal;
  readonly report: (progress: RequestProgress) => void;
}

/** What the agent host does, behind the wire. Parameters and results are checked by the wire, in both directions. */
export interface HostService {
  /** Present state with the number of the newest delta. */
  state(): HostState;
  /** Numbered without a gap, starting after `state().seq`. */
  readonly onDidChange: Event<StateDelta>;
  call<M extends ServiceMethod>(
    method: M,
    params: HostParams<M>,
    context?: RequestContext,
  ): Promise<Result<HostResult<M>, HostFailure>>;
  /** True while the process must stay alive. */
  readonly busy: boolean;
  readonly onDidChangeBusy: Event<boolean>;
  /** Takes a window in that lends models; the answer's end is the end of its connection. Absent where none are used. */
  addWindow?(window: LendingWindow): Disposable;
}
