import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorText } from '../../../base/failure.ts';
import { judgeHost } from '../../../core/environments/networkPolicy.ts';
import { FrameDecoder } from '../../../protocol/frames.ts';
import {
  decodeTunnelData,
  encodeTunnelData,
  encodeTunnelMessage,
  parseTunnelMessage,
  type TunnelAnswer,
  type TunnelRequest,
  tunnelRequestSchema,
} from '../../../protocol/tunnel.ts';
import { StreamDemultiplexer } from '../streamDemultiplexer.ts';
import { isPublicAddress } from './publicAddress.ts';

export interface TunnelRules {
  /** What the definition asks for, as agreed to. */
  readonly network: boolean | readonly string[];
  /** Hosts that the person named. */
  readonly hosts: readonly string[];
}

interface Connection {
  readonly id: number;
  /** Undefined while its name is looked up. */
  socket: Socket | undefined;
}

const maxConnections = 64;
const maxBytes = 4 * 2 ** 30;
const connectMs = 15_000;
/** Names that are remembered: a box could make up any number. */
const maxNames = 100;
/** Bytes that may wait for a slow remote end before nothing more is read from the box. */
const maxWaiting = 8 * 2 ** 20;

/**
 * The host's end of a box's only way out: connects for it where the rules allow, and tells what was reached. Whatever the box
 * sends that is no frame ends it.
 */
export class HostTunnel {
  /** The proxy's port in the box; undefined when the tunnel ended before it was there. */
  readonly listening: Promise<number | undefined>;
  readonly reached = new Set<string>();
  readonly refused = new Set<string>();
  private readonly stream: Duplex;
  private readonly rules: TunnelRules;
  private readonly demultiplexer = new StreamDemultiplexer();
  private readonly decoder = new FrameDecoder();
  /** The connection that each of the box's numbers stands for now. */
  private readonly current = new Map<number, Connection>();
  /** All that are not over yet, also those whose name is still looked up and those that the box closed meanwhile. */
  private readonly live = new Set<Connection>();
  private closed = false;
  private announce: (port: number | undefined) => void = () => undefined;
  private bytes = 0;

  constructor(stream: Duplex, rules: TunnelRules) {
    this.stream = stream;
    this.rules = rules;
    this.listening = new Promise((resolve) => {
      this.announce = resolve;
    });
    stream.on('data', (chunk: Uint8Array) => this.take(chunk));
    stream.on('error', () => this.close());
    stream.on('close', () => this.close());
    stream.on('end', () => this.close());
  }

  close(): void {
    this.closed = true;
    this.announce(undefined);
    for (const { socket } of this.live) {
      socket?.destroy();
    }
    this.current.clear();
    this.stream.destroy();
  }

  private take(chunk: Uint8Array): void {
    if (this.closed) {
      return;
    }
    const pieces = this.demultiplexer.push(chunk);
    for (const piece of pieces.ok ? pieces.value.stdout : []) {
      const frames = this.decoder.push(piece);
      for (const frame of frames.ok ? frames.value : []) {
        if (this.closed) {
          return;
        }
        const data = frame.kind === 'data' ? decodeTunnelData(frame.body) : undefined;
        const message = frame.kind === 'json' ? parseTunnelMessage(tunnelRequestSchema, frame.body) : undefined;
        if (data !== undefined) {
          this.pass(data.id, data.bytes);
        } else if (message === undefined) {
          this.close();
        } else {
          this.answer(message);
        }
      }
      if (!frames.ok) {
        this.close();
      }
    }
    if (!pieces.ok) {
      this.close();
    }
  }

  private pass(id: number, bytes: Uint8Array): void {
    const socket = this.current.get(id)?.socket;
    if (socket === undefined || !this.count(bytes.length)) {
      return;
    }
    socket.write(bytes);
    if (socket.writableLength > maxWaiting) {
      this.stream.pause();
      socket.once('drain', () => this.stream.resume());
      socket.once('close', () => this.stream.resume());
    }
  }

  private answer(message: TunnelRequest): void {
    switch (message.type) {
      case 'listening':
        this.announce(message.port);
        break;
      case 'open':
        void this.open(message);
        break;
      case 'end':
        this.current.get(message.id)?.socket?.end();
        break;
      case 'close':
        this.current.get(message.id)?.socket?.destroy();
        this.current.delete(message.id);
        break;
    }
  }

  private async open({ id, host, port }: TunnelRequest & { type: 'open' }): Promise<void> {
    const verdict = judgeHost({ host, port }, this.rules.network, this.rules.hosts);
    const taken = this.current.has(id);
    if (!verdict.allowed || taken || this.live.size >= maxConnections) {
      // A number that is in use stays what it is: the box's own mistake ends nothing.
      const message = verdict.allowed ? 'Too many connections at once.' : verdict.message;
      this.refuse(taken ? undefined : id, `${host}:${port}`, message);
      return;
    }
    const connection: Connection = { id, socket: undefined };
    this.current.set(id, connection);
    this.live.add(connection);
    const target = await this.target(host, port, verdict.anyAddress);
    // Meanwhile the box may have closed it, and opened another under its number.
    if (this.closed || this.current.get(id) !== connection) {
      this.live.delete(connection);
    } else if (typeof target === 'string') {
      this.live.delete(connection);
      this.current.delete(id);
      this.refuse(id, `${host}:${port}`, target);
    } else {
      this.connect(connection, `${host}:${port}`, target);
    }
  }

  /** Where a name leads, or why the box may not go there. */
  private async target(
    host: string,
    port: number,
    anyAddress: boolean,
  ): Promise<{ readonly host: string; readonly port: number } | string> {
    try {
      const addresses = await lookup(host, { all: true, verbatim: false });
      const [first] = addresses;
      return first === undefined || (!anyAddress && !addresses.every((each) => isPublicAddress(each.address)))
        ? `${host} is on a private network; name it with --allow-host ${host}:${port} if it is yours.`
        : { host: first.address, port };
    } catch (error) {
      return errorText(error);
    }
  }

  private connect(
    connection: Connection,
    name: string,
    target: { readonly host: string; readonly port: number },
  ): void {
    const { id } = connection;
    const isCurrent = (): boolean => this.current.get(id) === connection;
    const socket = connect({ ...target, timeout: connectMs });
    connection.socket = socket;
    socket.once('connect', () => {
      socket.setTimeout(0);
      note(this.reached, name);
      if (isCurrent()) {
        this.send({ type: 'opened', id });
      }
    });
    socket.once('timeout', () => socket.destroy(new Error(`${name} did not answer`)));
    socket.on('data', (chunk: Uint8Array) => {
      if (!isCurrent() || !this.count(chunk.length)) {
        return;
      }
      for (const frame of encodeTunnelData(id, chunk)) {
        if (!this.stream.write(frame)) {
          socket.pause();
          this.stream.once('drain', () => socket.resume());
        }
      }
    });
    socket.once('end', () => {
      if (isCurrent()) {
        this.send({ type: 'end', id });
      }
    });
    socket.once('error', (error) => this.refuse(isCurrent() ? id : undefined, name, errorText(error)));
    socket.once('close', () => {
      this.live.delete(connection);
      if (isCurrent()) {
        this.current.delete(id);
        this.send({ type: 'close', id });
      }
    });
  }

  /** False, and the end of it all, when the box has moved more than any setup needs. */
  private count(bytes: number): boolean {
    this.bytes += bytes;
    if (this.bytes > maxBytes) {
      this.close();
    }
    return this.bytes <= maxBytes;
  }

  /** Tells the box as well, where the number still stands for what is refused. */
  private refuse(id: number | undefined, name: string, message: string): void {
    note(this.refused, `${name}: ${message}`);
    if (id !== undefined) {
      this.send({ type: 'refused', id, message });
    }
  }

  private send(message: TunnelAnswer): void {
    if (this.stream.writable) {
      this.stream.write(encodeTunnelMessage(message));
    }
  }
}

function note(names: Set<string>, name: string): void {
  if (names.size < maxNames) {
    names.add(name);
  }
}
