import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { nullLogger } from '../../../src/base/logger.ts';
import { type HostServer, type HostServerOptions, startHostServer } from '../../../src/host/rpc/hostServer.ts';
import { hostProtocolVersion } from '../../../src/protocol/host.ts';
import { MemoryHostService } from '../../fakes/memoryHostService.ts';

/** A server on a real socket around the service in memory, and raw clients that use the library's own reader and writer. */
export class RpcHarness {
  readonly folder = mkdtempSync(join(tmpdir(), 'ns-rpc-'));
  readonly socket = process.platform === 'win32' ? `\\\\.\\pipe\\ns-${process.pid}` : join(this.folder, 'host.sock');
  readonly service = new MemoryHostService();
  idle = 0;
  stops = 0;
  private readonly servers: HostServer[] = [];
  private readonly sockets: Socket[] = [];

  async serve(options: Partial<HostServerOptions> = {}): Promise<HostServer> {
    const server = await startHostServer({
      service: this.service,
      socket: this.socket,
      product: '9.9.9-test',
      logger: nullLogger,
      idleSeconds: 60,
      onIdle: () => (this.idle += 1),
      onStopRequested: () => (this.stops += 1),
      ...options,
    });
    if (!server.ok) {
      throw new Error(server.error.message);
    }
    this.servers.push(server.value);
    return server.value;
  }

  async dial(): Promise<Socket> {
    const socket = connect(this.socket);
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject));
    return socket;
  }

  async connection(): Promise<MessageConnection> {
    const socket = await this.dial();
    const rpc = createMessageConnection(socket, socket);
    rpc.listen();
    return rpc;
  }

  async close(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    await Promise.all(this.servers.map((server) => server.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function greeting(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { protocolVersion: hostProtocolVersion, client: 'test', trace: true, ...changes };
}

/** Waits until something holds; fails with its name after 10 s. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) {
      throw new Error(`Waited in vain: ${what}.`);
    }
    await delay(10);
  }
}
