import type { Event } from '../../base/event.ts';
import type { Failure } from '../../base/failure.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Result } from '../../base/result.ts';
import type { HostMethod, HostParams, HostResult } from '../../protocol/host.ts';
import type { FindingStatus } from '../../protocol/findings.ts';
import type { MemoryStatus } from '../../protocol/memory.ts';
import type { RequestProgress } from '../../protocol/models.ts';
import type { TaskView } from '../../protocol/taskView.ts';

/** `absent`: no host runs for this repository and nothing asked for one. */
export type HostCondition =
  | { readonly kind: 'idle' | 'connecting' | 'connected' | 'absent' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What the interface needs of the agent host of one repository: its tasks, and a way to ask for something. */
export interface TaskHost extends Disposable {
  /** Absolute path of the repository. */
  readonly root: string;
  readonly condition: HostCondition;
  /** The newest tasks known, also after the host ended. */
  readonly tasks: readonly TaskView[];
  /** How many findings there are; undefined where no host is connected, or there are none. */
  readonly findings: FindingStatus | undefined;
  /** Tasks, findings or condition changed. */
  readonly onDidChange: Event<void>;
  /** How the memory stands; undefined where no host is connected, or its memory was not used yet. */
  readonly memory: MemoryStatus | undefined;
  /** A few times a second while the memory indexes. */
  readonly onDidChangeMemory: Event<void>;
  /** A connection was made, also one in the place of a lost one: what the host was told before may be gone. */
  readonly onDidConnect: Event<void>;
  /** Idempotent. Without `start` an absent host stays absent, which is no failure. */
  connect(options: { readonly start: boolean }, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Starts the host when it has to. A failure's message is one line for a person. */
  request<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    signal: AbortSignal,
    onProgress?: (progress: RequestProgress) => void,
  ): Promise<Result<HostResult<M>, Failure>>;
}

/** A task and the repository that it belongs to. */
export interface TaskReference {
  readonly root: string;
  readonly task: TaskView;
}
