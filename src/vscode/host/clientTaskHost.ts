import { t } from '@vscode/l10n';
import { Emitter, type Event } from '../../base/event.ts';
import { errorText, type Failure, failure } from '../../base/failure.ts';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type HostMethod, type HostParams, type HostResult, readingMethods } from '../../protocol/host.ts';
import type { FindingStatus } from '../../protocol/findings.ts';
import type { MemoryStatus } from '../../protocol/memory.ts';
import type { RequestProgress } from '../../protocol/models.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import { GatheredChanges } from './gatheredChanges.ts';
import type { HostCondition, TaskHost } from './taskHost.ts';

/** One connection to a running agent host, kept alive by its maker where it can. */
export interface HostConnection extends Disposable {
  readonly tasks: readonly TaskView[];
  /** Undefined where there are none. */
  readonly findings: FindingStatus | undefined;
  /** Tasks or findings changed. */
  readonly onDidChangeTasks: Event<void>;
  /** Undefined where the memory was not used yet. */
  readonly memory: MemoryStatus | undefined;
  readonly onDidChangeMemory: Event<void>;
  /** The connection was lost and is there again, to the same host or to another one. */
  readonly onDidReconnect: Event<void>;
  /** The host is gone for good; the next request needs a new connection. */
  readonly onDidEnd: Event<void>;
  request<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    signal: AbortSignal,
    onProgress?: (progress: RequestProgress) => void,
  ): Promise<Result<HostResult<M>, Failure>>;
}

/** Connects to the host of a repository, starting one when `start`. Undefined: none runs, and starting was not asked for. */
export type OpenConnection = (
  root: string,
  start: boolean,
  signal: AbortSignal,
) => Promise<Result<HostConnection | undefined, Failure>>;

/** A repository's host behind a connection that is made on first use and made again after the host ended. */
export class ClientTaskHost implements TaskHost {
  readonly root: string;
  private readonly openConnection: OpenConnection;
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new Emitter<void>());
  private readonly gathered = this.owned.add(new GatheredChanges(() => this.changed.fire()));
  private readonly ended = new AbortController();
  private readonly memoryChanged = this.owned.add(new Emitter<void>());
  private readonly connected = this.owned.add(new Emitter<void>());
  private connection: HostConnection | undefined;
  private opening: { readonly start: boolean; readonly result: Promise<Result<void, Failure>> } | undefined;
  private present: HostCondition = { kind: 'idle' };
  private known: readonly TaskView[] = [];

  readonly onDidChange: Event<void> = this.changed.event;
  readonly onDidChangeMemory: Event<void> = this.memoryChanged.event;
  readonly onDidConnect: Event<void> = this.connected.event;

  constructor(root: string, openConnection: OpenConnection) {
    this.root = root;
    this.openConnection = openConnection;
  }

  get condition(): HostCondition {
    return this.present;
  }

  get tasks(): readonly TaskView[] {
    return this.known;
  }

  get memory(): MemoryStatus | undefined {
    return this.connection?.memory;
  }

  get findings(): FindingStatus | undefined {
    return this.connection?.findings;
  }

  async connect({ start }: { readonly start: boolean }, _signal: AbortSignal): Promise<Result<void, Failure>> {
    if (this.connection !== undefined) {
      return ok(undefined);
    }
    const underWay = this.opening;
    if (underWay !== undefined) {
      const outcome = await underWay.result;
      return underWay.start || !start || this.connection !== undefined ? outcome : this.connect({ start }, _signal);
    }
    // One attempt serves everyone who asks meanwhile, so only the end of this object stops it.
    const result = this.open(start);
    this.opening = { start, result };
    try {
      return await result;
    } finally {
      this.opening = undefined;
    }
  }

  async request<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    signal: AbortSignal,
    onProgress?: (progress: RequestProgress) => void,
  ): Promise<Result<HostResult<M>, Failure>> {
    const asked = await this.requestOnce(method, params, signal, onProgress);
    const hostEnded = !asked.ok && asked.error.reason === 'disconnected';
    return hostEnded && readingMethods.has(method) ? this.requestOnce(method, params, signal, onProgress) : asked;
  }

  private async requestOnce<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    signal: AbortSignal,
    onProgress?: (progress: RequestProgress) => void,
  ): Promise<Result<HostResult<M>, Failure>> {
    const connected = await this.connect({ start: true }, signal);
    if (!connected.ok) {
      return connected;
    }
    if (signal.aborted) {
      return fail(failure('aborted', t`${method} was cancelled.`));
    }
    const { connection } = this;
    if (connection === undefined) {
      return fail(failure('host-unavailable', t('The agent host ended while it was asked: try again.')));
    }
    const answer = await connection.request(method, params, signal, onProgress);
    if (!answer.ok && answer.error.reason === 'disconnected') {
      this.leave(connection);
    }
    return answer;
  }

  private async open(start: boolean): Promise<Result<void, Failure>> {
    this.become({ kind: 'connecting' });
    const opened = await this.openConnection(this.root, start, this.ended.signal).catch((error: unknown) =>
      fail(failure('host-unavailable', t`The agent host could not be reached: ${errorText(error)}`)),
    );
    if (!opened.ok) {
      this.become({ kind: 'failed', failure: opened.error });
      return opened;
    }
    if (opened.value === undefined) {
      this.become({ kind: 'absent' });
      return ok(undefined);
    }
    this.adopt(opened.value);
    return ok(undefined);
  }

  private adopt(connection: HostConnection): void {
    if (this.ended.signal.aborted) {
      connection.dispose();
      return;
    }
    this.connection = connection;
    const follow = (): void => {
      this.known = connection.tasks;
      this.gathered.changed(this.known);
    };
    connection.onDidChangeTasks(follow);
    connection.onDidChangeMemory(() => this.memoryChanged.fire());
    connection.onDidReconnect(() => this.connected.fire());
    connection.onDidEnd(() => this.leave(connection));
    this.known = connection.tasks;
    this.become({ kind: 'connected' });
    this.connected.fire();
  }

  /** Its end is told by an event and by each request that it did not answer, in either order. */
  private leave(connection: HostConnection): void {
    if (this.connection === connection) {
      this.connection = undefined;
      connection.dispose();
      this.become({ kind: 'absent' });
    }
  }

  private become(condition: HostCondition): void {
    this.present = condition;
    this.changed.fire();
  }

  dispose(): void {
    this.ended.abort();
    this.connection?.dispose();
    this.owned.dispose();
  }
}
