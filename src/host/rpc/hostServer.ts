import { randomUUID } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { errorText, failure, type Failure } from '../../base/failure.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type StateDelta, stateDeltaSchema } from '../../protocol/host.ts';
import { describeIssue } from '../../protocol/describeIssue.ts';
import { ClientConnection, type ServedHost } from './clientConnection.ts';
import { DeltaHistory } from './deltaHistory.ts';
import type { HostService } from './hostService.ts';
import { serverLimits, type WireLimits } from './socketConnection.ts';

export interface HostServerOptions {
  readonly service: HostService;
  /** Its folder exists and is closed to other users; the caller holds the workspace's lock, so a file there is a left-over. */
  readonly socket: string;
  readonly product: string;
  readonly logger: Logger;
  /** Without a client and without work for this long, `onIdle` is called. */
  readonly idleSeconds: number;
  readonly onIdle: () => void;
  /** A client asked for the end and the service agreed. */
  readonly onStopRequested: () => void;
  readonly limits?: Partial<WireLimits>;
  readonly maxHistory?: number;
}

export const defaultIdleSeconds = 30;
/** Milliseconds that clients have to take what was already sent to them when the server ends. */
const goodbyeMs = 1_000;

/** The idle time as set for tests, else the default. */
export function idleSeconds(environment: Readonly<Record<string, string | undefined>>): number {
  const set = Number(environment['NIGHTSHIFT_IDLE_SECONDS'] ?? Number.NaN);
  return Number.isFinite(set) && set >= 0 ? set : defaultIdleSeconds;
}

export async function startHostServer(
  options: HostServerOptions,
): Promise<Result<HostServer, Failure<'socket-unavailable'>>> {
  const server = createServer();
  try {
    if (process.platform !== 'win32') {
      rmSync(options.socket, { force: true });
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.socket, () => {
        server.off('error', reject);
        resolve();
      });
    });
    if (process.platform !== 'win32') {
      chmodSync(options.socket, 0o600);
    }
    return ok(new HostServer(server, options));
  } catch (error) {
    server.close();
    const message = `The socket ${options.socket} cannot be opened (${errorText(error)}). Remove it, or set XDG_RUNTIME_DIR to a folder of your own.`;
    return fail(failure('socket-unavailable', message));
  }
}

/** Serves one `HostService` to any number of clients. Owns its connections, not the service. */
export class HostServer {
  private readonly server: Server;
  private readonly options: HostServerOptions;
  private readonly host: ServedHost;
  private readonly connections = new Set<ClientConnection>();
  private readonly subscriptions = new DisposableStore();
  private idleTimer: ReturnType<typeof setTimeout> | undefined;
  private closing = false;

  constructor(server: Server, options: HostServerOptions) {
    this.server = server;
    this.options = options;
    const { service, product, logger, onStopRequested } = options;
    this.host = {
      service,
      product,
      logger,
      onStopRequested,
      instance: randomUUID(),
      history: new DeltaHistory(service.state().seq, options.maxHistory),
      limits: { ...serverLimits, ...options.limits },
    };
    this.subscriptions.add(service.onDidChange((delta) => this.broadcast(delta)));
    this.subscriptions.add(service.onDidChangeBusy(() => this.watchIdle()));
    server.on('connection', (socket) => this.accept(socket));
    server.on('error', (error) => logger.error(`The socket failed: ${error.message}`));
    this.watchIdle();
  }

  get clients(): number {
    return this.connections.size;
  }

  /** Ends every connection after what was answered has gone out, and removes the socket. */
  async close(): Promise<void> {
    if (this.closing) {
      return;
    }
    this.closing = true;
    clearTimeout(this.idleTimer);
    this.subscriptions.dispose();
    const ended = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const connections = [...this.connections];
    connections.forEach((connection) => connection.end());
    const timer = setTimeout(() => connections.forEach((connection) => connection.destroy()), goodbyeMs);
    await ended;
    clearTimeout(timer);
  }

  private accept(socket: Socket): void {
    const connection = new ClientConnection(socket, this.host);
    this.connections.add(connection);
    socket.once('close', () => {
      this.connections.delete(connection);
      this.watchIdle();
    });
    this.watchIdle();
  }

  private broadcast(delta: StateDelta): void {
    const checked = stateDeltaSchema.safeParse(delta);
    if (!checked.success) {
      // A client sees the missing number and asks for the whole state.
      this.options.logger.error(`A state change was not valid (${describeIssue(checked)}).`);
      return;
    }
    this.host.history.push(checked.data);
    this.connections.forEach((connection) => connection.send(checked.data));
  }

  private watchIdle(): void {
    clearTimeout(this.idleTimer);
    if (!this.closing && this.connections.size === 0 && !this.options.service.busy) {
      this.idleTimer = setTimeout(this.options.onIdle, this.options.idleSeconds * 1_000);
    }
  }
}
