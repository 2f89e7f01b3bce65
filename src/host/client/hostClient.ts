import { setTimeout as delay } from 'node:timers/promises';
import { Emitter, type Event } from '../../base/event.ts';
import { failure, type Failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostMethod, HostParams, HostResult, HostState, StateChanged, StateDelta } from '../../protocol/host.ts';
import { type WorkspacePaths, workspacePaths } from '../paths.ts';
import type { HostChannel, OnProgress, RequestFailure } from './hostChannel.ts';
import type { ModelLender } from './lendToHost.ts';
import { applyChange } from './mirror.ts';
import type { HostEntry } from './startHost.ts';

export interface ConnectOptions {
  /** Root of the working tree. */
  readonly root: string;
  readonly entry: HostEntry;
  /** Name of the front door, for the host's log. */
  readonly client: string;
  /** Follow trace lines as well as task views. */
  readonly trace: boolean;
  /** Start a host when none answers; without it that is the failure `host-absent`. */
  readonly start: boolean;
  readonly signal: AbortSignal;
  /** Models of this client that the host may ask. */
  readonly lender?: ModelLender;
  /** Milliseconds for a host to be started and to answer; 20 s when absent. */
  readonly deadlineMs?: number;
}

/** A delta, or the whole state where deltas could not be had: after a restart of the host or a long break. */
export type StateChange = StateDelta | { readonly kind: 'reset'; readonly state: HostState };

/** Requests that can be made again when their answer was lost: those that change nothing or the same again, and a creation, which names its task. */
const repeatable: ReadonlySet<HostMethod> = new Set<HostMethod>([
  'createTask',
  'episodes',
  'explainPath',
  'getTask',
  'graph',
  'listModels',
  'listTasks',
  'memoryHint',
  'memorySettle',
  'memoryStatus',
  'patch',
  'pauseMemory',
  'readSide',
  'recall',
  'setMemory',
  'setModelKey',
  'timeline',
  'timelineDetail',
  'traceLines',
  'verifyTrace',
]);

/** A host that ends each time it is asked the same is not asked more often than this. */
const maxRequests = 3;

/** Pauses between attempts to get a lost connection back, milliseconds. */
const reconnectPauses = [0, 250, 1_000, 2_000];

/** Connects to the agent host of a repository. The failure's message is one line for a person. */
export async function connectHost(options: ConnectOptions): Promise<Result<HostClient, Failure>> {
  const client = new HostClient(options);
  const opened = await client.open(options.signal);
  if (!opened.ok) {
    client.dispose();
    return opened;
  }
  return ok(client);
}

/** A connection that mirrors the host's state and gets itself back when it is lost. Ended by `dispose`. */
export class HostClient implements Disposable {
  readonly paths: WorkspacePaths;
  private readonly options: ConnectOptions;
  private readonly changed = new Emitter<StateChange>();
  private readonly closed = new Emitter<Failure>();
  private readonly regained = new Emitter<void>();
  private readonly ended = new AbortController();
  private channel: HostChannel | undefined;
  /** True once `onDidClose` was announced. */
  private isOver = false;
  private known: HostState;
  private instance: string | undefined;
  private host: { readonly product: string; readonly pid: number } = { product: '', pid: 0 };

  /** After each change of `state`, and for each trace line. */
  readonly onDidChangeState: Event<StateChange> = this.changed.event;
  /** Announced once: the host ended on purpose, or the connection could not be had back. */
  readonly onDidClose: Event<Failure> = this.closed.event;

  /** The connection was made, or was lost and is there again: what the host was told before may be gone. */
  readonly onDidConnect: Event<void> = this.regained.event;

  constructor(options: ConnectOptions) {
    this.options = options;
    this.paths = workspacePaths(options.root);
    this.known = { seq: 0, workspace: { id: this.paths.id, root: this.paths.root }, tasks: [] };
  }

  /** The newest state known, also after the connection is lost. */
  get state(): HostState {
    return this.known;
  }

  /** Version and process of the host that answers. */
  get server(): { readonly product: string; readonly pid: number } {
    return this.host;
  }

  /**
   * Fails with `disconnected` when the host ends before it answers; whether it did what was asked is then not known. What can be
   * made again is made again as soon as the connection is back.
   */
  async request<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Result<HostResult<M>, RequestFailure>> {
    const named = method === 'createTask' ? { task: newId('task'), ...params } : params;
    for (let requests = 1; ; requests += 1) {
      const { channel } = this;
      const answer = await this.ask(method, named, signal, onProgress);
      const isLost = !answer.ok && answer.error.reason === 'disconnected';
      if (!isLost || !repeatable.has(method) || requests === maxRequests || !(await this.isBack(channel, signal))) {
        return answer;
      }
    }
  }

  private async ask<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Result<HostResult<M>, RequestFailure>> {
    if (this.channel === undefined) {
      return fail(failure('disconnected', 'The agent host is not connected. Try again in a moment.'));
    }
    return this.channel.request(method, params, signal, onProgress);
  }

  /** First connection; `connectHost` calls it. */
  async open(signal: AbortSignal): Promise<Result<void, Failure>> {
    const { entry, start, client, trace, deadlineMs, lender } = this.options;
    const early: (StateChanged | 'malformed')[] = [];
    let receive = (change: StateChanged | 'malformed'): void => void early.push(change);
    // What speaks with a host is a fifth of the extension, and is read when the first host is met.
    const { openChannel } = await import('./openChannel.ts');
    const opened = await openChannel({
      paths: this.paths,
      entry,
      start,
      signal,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(lender === undefined ? {} : { lender }),
      greeting: {
        client,
        trace,
        ...(this.instance === undefined ? {} : { since: this.known.seq, instance: this.instance }),
      },
      onChannel: (channel) => {
        early.length = 0;
        channel.onDidChange((change) => receive(change));
      },
    });
    if (!opened.ok) {
      return opened;
    }
    const { channel, greeting } = opened.value;
    if (this.ended.signal.aborted) {
      channel.dispose();
      return fail(failure('aborted', 'The connection to the agent host was ended.'));
    }
    this.channel = channel;
    this.regained.fire();
    this.instance = greeting.instance;
    this.host = { product: greeting.product, pid: greeting.pid };
    if (greeting.state !== null) {
      this.known = greeting.state;
      this.changed.fire({ kind: 'reset', state: greeting.state });
    }
    receive = (change) => this.receive(channel, change);
    channel.onDidClose(({ onPurpose }) => this.lose(channel, onPurpose));
    early.forEach(receive);
    return ok(undefined);
  }

  dispose(): void {
    this.ended.abort();
    this.changed.dispose();
    this.closed.dispose();
    this.regained.dispose();
    this.channel?.dispose();
    this.channel = undefined;
  }

  /** Waits until there is another connection than the one that was lost; false when there will be none, or nobody waits any more. */
  private isBack(lost: HostChannel | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    if (this.channel !== undefined && this.channel !== lost) {
      return Promise.resolve(true);
    }
    const given = signal === undefined ? this.ended.signal : AbortSignal.any([this.ended.signal, signal]);
    if (this.isOver || given.aborted) {
      return Promise.resolve(false);
    }
    return new Promise((resolve) => {
      const waiting = new DisposableStore();
      const end = (isBack: boolean): void => {
        waiting.dispose();
        resolve(isBack);
      };
      const onAbort = (): void => end(false);
      given.addEventListener('abort', onAbort, { once: true });
      waiting.add(toDisposable(() => given.removeEventListener('abort', onAbort)));
      waiting.add(this.regained.event(() => end(true)));
      waiting.add(this.closed.event(() => end(false)));
    });
  }

  private receive(channel: HostChannel, change: StateChanged | 'malformed'): void {
    if (channel !== this.channel) {
      return;
    }
    const next = change === 'malformed' ? undefined : applyChange(this.known, change);
    if (change === 'malformed' || next?.ok !== true) {
      // Something is missing: the next greeting asks for the whole state.
      this.instance = undefined;
      channel.dispose();
      this.lose(channel, false);
    } else if (next.value !== this.known) {
      this.known = next.value;
      this.changed.fire(change.delta);
    }
  }

  private lose(channel: HostChannel, onPurpose: boolean): void {
    if (channel !== this.channel || this.ended.signal.aborted) {
      return;
    }
    this.channel = undefined;
    if (onPurpose) {
      this.close(failure('host-ended', 'The agent host ended. Any command that works on tasks starts it again.'));
    } else {
      void this.reconnect();
    }
  }

  private async reconnect(): Promise<void> {
    const { signal } = this.ended;
    let last: Failure = failure('disconnected', 'The agent host was lost.');
    for (const pause of reconnectPauses) {
      await delay(pause, undefined, { signal }).catch(() => undefined);
      const opened = await this.open(signal);
      if (opened.ok || signal.aborted) {
        return;
      }
      last = opened.error;
    }
    this.close(last);
  }

  private close(problem: Failure): void {
    this.isOver = true;
    this.closed.fire(problem);
  }
}
