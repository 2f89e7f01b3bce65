import type { Socket } from 'node:net';
import {
  type CancellationToken,
  ErrorCodes,
  type MessageConnection,
  ProgressType,
  ResponseError,
} from 'vscode-jsonrpc/node';
import * as z from 'zod/mini';
import { errorText } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import {
  hostProtocolVersion,
  hostStateSchema,
  hostStoppingNotification,
  type HostParams,
  type HostResult,
  stateChangedNotification,
  type StateDelta,
  stoppableMethods,
} from '../../protocol/host.ts';
import type { RequestProgress } from '../../protocol/models.ts';
import { checkParams, checkResult, isHostMethod } from './checkMessage.ts';
import { describeIssue } from '../../protocol/describeIssue.ts';
import type { DeltaHistory } from './deltaHistory.ts';
import type { HostFailure, HostService, RequestContext, ServiceMethod } from './hostService.ts';
import { LendingWindow } from './lendingWindow.ts';
import { connectSocket, type WireLimits } from './socketConnection.ts';

/** What all connections of a host share. */
export interface ServedHost {
  readonly service: HostService;
  readonly history: DeltaHistory;
  readonly product: string;
  readonly instance: string;
  readonly logger: Logger;
  readonly limits: WireLimits;
  /** Called after a client was told that the host stops. */
  readonly onStopRequested: () => void;
}

type ErrorData = { readonly reason: string; readonly exitCode?: number };

/** A client has this long to say what it is, milliseconds. */
const greetingMs = 10_000;
const applicationError = 1;
const versionSchema = z.looseObject({ protocolVersion: z.int() });
const tokenSchema = z.looseObject({ progress: z.string() });
const progressType = new ProgressType<RequestProgress>();

/** The host's side of one client: greeting first, every message checked, deltas in order. Owns the socket. */
export class ClientConnection {
  private readonly host: ServedHost;
  private readonly socket: Socket;
  private readonly rpc: MessageConnection;
  private readonly greeting: ReturnType<typeof setTimeout>;
  private window: LendingWindow | undefined;
  /** The client is gone: what only it waits for ends. */
  private readonly gone = new AbortController();
  private follows: { readonly client: string; readonly trace: boolean; sent: number } | undefined;

  constructor(socket: Socket, host: ServedHost) {
    this.socket = socket;
    this.host = host;
    this.rpc = connectSocket(socket, host.limits);
    this.greeting = setTimeout(() => socket.destroy(), greetingMs);
    this.rpc.onError(([error]) => host.logger.warn(`A client was dropped: ${error.message}`));
    this.rpc.onClose(() => this.rpc.dispose());
    this.rpc.onDispose(() => {
      clearTimeout(this.greeting);
      this.gone.abort();
    });
    this.rpc.onRequest((method, params, token) => this.answer(method, params, token));
    this.rpc.listen();
  }

  /** Sends a delta to a client that follows it. */
  send(delta: StateDelta): void {
    const follows = this.follows;
    if (follows === undefined || delta.seq <= follows.sent || (delta.kind === 'trace' && !follows.trace)) {
      return;
    }
    this.notify(stateChangedNotification, { previous: follows.sent, delta });
    follows.sent = delta.seq;
  }

  /** Says goodbye; what was already answered still goes out. */
  end(): void {
    this.notify(hostStoppingNotification);
    this.rpc.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private notify(method: string, params?: object): void {
    if (this.socket.destroyed || this.socket.writableEnded) {
      return;
    }
    const sent = params === undefined ? this.rpc.sendNotification(method) : this.rpc.sendNotification(method, params);
    sent.catch((error: unknown) => this.host.logger.debug(`A notification did not go out: ${errorText(error)}`));
  }

  private async answer(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    if (!isHostMethod(method)) {
      return rpcError(
        { reason: 'unknown-method', message: `The agent host knows no request ${method}.` },
        ErrorCodes.MethodNotFound,
      );
    }
    if (method === 'initialize') {
      return this.greet(params);
    }
    if (this.follows === undefined) {
      return rpcError(
        { reason: 'not-initialized', message: 'The first request of a connection must be initialize.' },
        ErrorCodes.ServerNotInitialized,
      );
    }
    return method === 'lendModels' ? this.lend(params) : this.call(method, params, token);
  }

  private lend(params: unknown): HostResult<'lendModels'> | ResponseError<ErrorData> {
    const checked = checkParams('lendModels', params);
    if (!checked.ok) {
      return rpcError(checked.error, ErrorCodes.InvalidParams);
    }
    if (this.window === undefined) {
      return rpcError({
        reason: 'not-lending',
        message: 'This client did not say in its greeting that it lends models.',
      });
    }
    this.window.lend(checked.value.models);
    return {};
  }

  /** Takes the client for a window that lends models, until its connection ends. */
  private takeIn(): void {
    const { service } = this.host;
    if (service.addWindow !== undefined) {
      this.window = new LendingWindow(this.rpc);
      const membership = service.addWindow(this.window);
      this.socket.once('close', () => {
        this.window?.dispose();
        membership.dispose();
      });
    }
  }

  /** Judges the version before anything else, because another version may greet in another way. */
  private greet(params: unknown): HostResult<'initialize'> | ResponseError<ErrorData> {
    const version = versionSchema.safeParse(params);
    if (version.success && version.data.protocolVersion !== hostProtocolVersion) {
      return rpcError(otherVersion(version.data.protocolVersion, this.host.product));
    }
    const checked = checkParams('initialize', params);
    if (!checked.ok) {
      return rpcError(checked.error, ErrorCodes.InvalidParams);
    }
    if (this.follows !== undefined) {
      return rpcError({ reason: 'already-initialized', message: 'This connection is initialized already.' });
    }
    clearTimeout(this.greeting);
    const followed = this.follow(checked.value);
    if (checked.value.lends === true && !(followed instanceof ResponseError)) {
      this.takeIn();
    }
    return followed;
  }

  private follow({
    client,
    trace,
    since,
    instance,
  }: HostParams<'initialize'>): HostResult<'initialize'> | ResponseError<ErrorData> {
    const { product, service, history, instance: own } = this.host;
    const answer = { protocolVersion: hostProtocolVersion, product, pid: process.pid, instance: own };
    const missed = since === undefined || instance !== own ? undefined : history.after(since);
    if (missed !== undefined && since !== undefined) {
      this.follows = { client, trace, sent: since };
      missed.forEach((delta) => this.send(delta));
      return { ...answer, state: null };
    }
    const state = hostStateSchema.safeParse(service.state());
    if (!state.success) {
      return rpcError({
        reason: 'invalid-result',
        message: `The agent host's state is not valid (${describeIssue(state)}).`,
      });
    }
    this.follows = { client, trace, sent: state.data.seq };
    return { ...answer, state: state.data };
  }

  private async call<M extends ServiceMethod>(
    method: M,
    params: unknown,
    token: CancellationToken,
  ): Promise<HostResult<M> | ResponseError<ErrorData>> {
    const checked = checkParams(method, params);
    if (!checked.ok) {
      return rpcError({ ...checked.error, exitCode: 2 }, ErrorCodes.InvalidParams);
    }
    const cancelled = new AbortController();
    const listening = token.onCancellationRequested(() => cancelled.abort());
    try {
      const context = this.context(method, checked.value, cancelled.signal);
      const outcome = await this.host.service.call(method, checked.value, context);
      if (!outcome.ok) {
        return rpcError(outcome.error);
      }
      const result = checkResult(method, outcome.value);
      if (!result.ok) {
        this.host.logger.error(result.error.message);
        return rpcError(result.error, ErrorCodes.InternalError);
      }
      this.noticeStop(method, result.value);
      return result.value;
    } catch (error) {
      this.host.logger.error(
        `${method} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      const message = `The agent host failed at ${method}: ${errorText(error)}. Its log says more.`;
      return rpcError({ reason: 'internal', message }, ErrorCodes.InternalError);
    } finally {
      listening.dispose();
    }
  }

  private context(method: ServiceMethod, params: unknown, cancelled: AbortSignal): RequestContext {
    const token = z.safeParse(tokenSchema, params).data?.progress;
    return {
      signal: stoppableMethods.has(method) ? cancelled : AbortSignal.any([cancelled, this.gone.signal]),
      gone: this.gone.signal,
      report: (progress) => {
        if (token === undefined || this.socket.destroyed || this.socket.writableEnded) {
          return;
        }
        this.rpc
          .sendProgress(progressType, token, progress)
          .catch((error: unknown) => this.host.logger.debug(`A progress did not go out: ${errorText(error)}`));
      },
    };
  }

  private noticeStop(method: ServiceMethod, result: unknown): void {
    if (method === 'shutdown' && z.safeParse(z.looseObject({ stopping: z.literal(true) }), result).success) {
      setImmediate(this.host.onStopRequested);
    }
  }
}

function rpcError(problem: HostFailure, code: number = applicationError): ResponseError<ErrorData> {
  const { reason, message, exitCode } = problem;
  return new ResponseError(code, message, { reason, ...(exitCode === undefined ? {} : { exitCode }) });
}

function otherVersion(theirs: number, product: string): HostFailure {
  const wayOut =
    theirs < hostProtocolVersion
      ? 'Reload the window, or use the command of the new version.'
      : 'Wait until its tasks rest, or run `nightshift host stop`, then try again.';
  return {
    reason: 'protocol-version',
    exitCode: 3,
    message:
      `The agent host of this workspace is ${product} with protocol ${hostProtocolVersion}, this client speaks ` +
      `protocol ${theirs}. ${wayOut}`,
  };
}
