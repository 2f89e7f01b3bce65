import type { Event } from '../../base/event.ts';
import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { HostMethod, HostParams, HostResult, HostState, StateDelta } from '../../protocol/host.ts';

/** Everything a client may ask for, but the greeting, which belongs to the wire. */
export type ServiceMethod = Exclude<HostMethod, 'initialize'>;

export interface HostFailure extends Failure {
  /** What a command line should exit with because of it; 1 when absent. */
  readonly exitCode?: 1 | 2 | 3;
}

/** What the agent host does, behind the wire. Parameters and results are checked by the wire, in both directions. */
export interface HostService {
  /** Present state with the number of the newest delta. */
  state(): HostState;
  /** Numbered without a gap, starting after `state().seq`. */
  readonly onDidChange: Event<StateDelta>;
  call<M extends ServiceMethod>(method: M, params: HostParams<M>): Promise<Result<HostResult<M>, HostFailure>>;
  /** True while the process must stay alive. */
  readonly busy: boolean;
  readonly onDidChangeBusy: Event<boolean>;
}
