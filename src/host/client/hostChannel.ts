import { connect, type Socket } from 'node:net';
import { CancellationTokenSource, type MessageConnection, ProgressType, ResponseError } from 'vscode-jsonrpc/node';
import { Emitter, type Event } from '../../base/event.ts';
import { errorText, failure, type Failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { fail, type Result } from '../../base/result.ts';
import {
  hostErrorSchema,
  hostStoppingNotification,
  longMethods,
  type HostMethod,
  type HostParams,
  type HostResult,
  stateChangedNotification,
  stateChangedSchema,
  type StateChanged,
  stoppableMethods,
} from '../../protocol/host.ts';
import { type RequestProgress, requestProgressSchema } from '../../protocol/models.ts';
import { checkParams, checkResult } from '../rpc/checkMessage.ts';
import { lendToHost, type ModelLender } from './lendToHost.ts';
import { clientLimits, connectSocket } from '../rpc/socketConnection.ts';

/** A failed request. `exitCode` is what a command line should exit with; `disconnected` may be worth another try. */
export interface RequestFailure extends Failure {
  readonly exitCode?: number;
}

/** Milliseconds for a socket of this machine to accept. */
const dialMs = 2_000;

export type OnProgress = (progress: RequestProgress) => void;

const progressType = new ProgressType<unknown>();

/** Undefined when nothing answers there. */
export function dialHost(socketPath: string, lender?: ModelLender): Promise<HostChannel | undefined> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const timer = setTimeout(() => socket.destroy(new Error('no answer')), dialMs);
    const refused = (): void => {
      clearTimeout(timer);
      resolve(undefined);
    };
    socket.once('error', refused);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', refused);
      resolve(new HostChannel(socket, lender));
    });
  });
}

/** One connection to a host: typed requests, checked both ways, and its notifications. Owns the socket. */
export class HostChannel implements Disposable {
  private readonly rpc: MessageConnection;
  private readonly socket: Socket;
  private readonly changed = new Emitter<StateChanged | 'malformed'>();
  private readonly closed = new Emitter<{ readonly onPurpose: boolean }>();
  private readonly lending: Disposable | undefined;
  private onPurpose = false;

  /** `malformed` stands for a change that is not valid: its content is lost, so the state has to be asked for again. */
  readonly onDidChange: Event<StateChanged | 'malformed'> = this.changed.event;
  /** Announced once, unless this side ended the connection. */
  readonly onDidClose: Event<{ readonly onPurpose: boolean }> = this.closed.event;

  /** With a `lender` the host may ask for its models over this connection. */
  constructor(socket: Socket, lender?: ModelLender) {
    this.socket = socket;
    this.rpc = connectSocket(socket, clientLimits);
    this.rpc.onError(() => undefined);
    this.lending =
      lender === undefined
        ? undefined
        : lendToHost(this.rpc, lender, (models) => this.request('lendModels', { models }));
    this.rpc.onClose(() => {
      this.lending?.dispose();
      this.rpc.dispose();
      this.closed.fire({ onPurpose: this.onPurpose });
    });
    this.rpc.onNotification(stateChangedNotification, (params: unknown) => {
      const checked = stateChangedSchema.safeParse(params);
      this.changed.fire(checked.success ? checked.data : 'malformed');
    });
    this.rpc.onNotification(hostStoppingNotification, () => {
      this.onPurpose = true;
    });
    this.rpc.listen();
  }

  async request<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Result<HostResult<M>, RequestFailure>> {
    const checked = checkParams(method, params);
    if (!checked.ok) {
      return fail({ ...checked.error, exitCode: 2 });
    }
    const isAnswered = stoppableMethods.has(method);
    // What a cancelled change came to is known to the other side alone.
    const leaving = isAnswered ? undefined : signal;
    try {
      const asked =
        isAnswered || tellsProgress(method)
          ? this.askLong(method, checked.value, signal, onProgress)
          : this.rpc.sendRequest(method, checked.value);
      const answer: unknown = await abortable(asked, leaving);
      return checkResult(method, answer);
    } catch (error) {
      return fail(requestFailure(error, leaving));
    }
  }

  /** The other side is told of an abort, and tells of its progress where the method has any. */
  private async askLong(
    method: HostMethod,
    params: object,
    signal: AbortSignal | undefined,
    onProgress: OnProgress = () => undefined,
  ): Promise<unknown> {
    const cancellation = new CancellationTokenSource();
    const token = newId('progress');
    const cancel = (): void => cancellation.cancel();
    const listening = this.rpc.onProgress(progressType, token, (progress) => {
      const checked = requestProgressSchema.safeParse(progress);
      if (checked.success && signal?.aborted !== true) {
        onProgress(checked.data);
      }
    });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.rpc.sendRequest(
        method,
        tellsProgress(method) ? { ...params, progress: token } : params,
        cancellation.token,
      );
    } finally {
      signal?.removeEventListener('abort', cancel);
      listening.dispose();
      cancellation.dispose();
    }
  }

  dispose(): void {
    this.lending?.dispose();
    this.closed.dispose();
    this.changed.dispose();
    this.rpc.dispose();
    this.socket.destroy();
  }
}

function requestFailure(error: unknown, signal: AbortSignal | undefined): RequestFailure {
  if (signal?.aborted === true) {
    return failure('aborted', 'The request was cancelled.');
  }
  const data = error instanceof ResponseError ? hostErrorSchema.safeParse(error.data) : undefined;
  if (data?.success !== true) {
    return failure('disconnected', 'The agent host ended before it answered. Run the command again; its log says why.');
  }
  const { reason, exitCode } = data.data;
  return { ...failure(reason, errorText(error)), ...(exitCode === undefined ? {} : { exitCode }) };
}

/** Short work goes on at the other side; its answer is ignored. */
function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return work;
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error('aborted'));
    if (signal.aborted) {
      onAbort();
    }
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function tellsProgress(method: HostMethod): boolean {
  return longMethods.some((long) => long === method);
}
