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
  private readonly sockets = new Map<number, Socket | undefined>();
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
    this.announce(undefined);
    for (const socket of this.sockets.values()) {
      socket?.destroy();
    }
    this.sockets.clear();
    this.stream.destroy();
  }

  private take(chunk: Uint8Array): void {
    const pieces = this.demultiplexer.push(chunk);
    for (const piece of pieces.ok ? pieces.value.stdout : []) {
      const frames = this.decoder.push(piece);
      for (const frame of frames.ok ? frames.value : []) {
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
    const socket = this.sockets.get(id);
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
        this.sockets.get(message.id)?.end();
        break;
      case 'close':
        this.sockets.get(message.id)?.destroy();
        this.sockets.delete(message.id);
        break;
    }
  }

  private async open({ id, host, port }: TunnelRequest & { type: 'open' }): Promise<void> {
    const verdict = judgeHost({ host, port }, this.rules.network, this.rules.hosts);
    const full = this.sockets.size >= maxConnections || this.sockets.has(id);
    if (!verdict.allowed || full) {
      this.refuse(id, `${host}:${port}`, verdict.allowed ? 'Too many connections at once.' : verdict.message);
      return;
    }
    this.sockets.set(id, undefined);
    try {
      const addresses = await lookup(host, { all: true, verbatim: false });
      const [first] = addresses;
      if (first === undefined || (!verdict.anyAddress && !addresses.every((each) => isPublicAddress(each.address)))) {
        const message = `${host} is on a private network; name it with --allow-host ${host}:${port} if it is yours.`;
        this.refuse(id, `${host}:${port}`, message);
        return;
      }
      if (this.sockets.has(id)) {
        this.connect(id, `${host}:${port}`, { host: first.address, port });
      }
    } catch (error) {
      this.refuse(id, `${host}:${port}`, errorText(error));
    }
  }

  private connect(id: number, name: string, target: { readonly host: string; readonly port: number }): void {
    const socket = connect({ ...target, timeout: connectMs });
    this.sockets.set(id, socket);
    socket.once('connect', () => {
      socket.setTimeout(0);
      note(this.reached, name);
      this.send({ type: 'opened', id });
    });
    socket.once('timeout', () => socket.destroy(new Error(`${name} did not answer`)));
    socket.on('data', (chunk: Uint8Array) => {
      if (!this.count(chunk.length)) {
        return;
      }
      for (const frame of encodeTunnelData(id, chunk)) {
        if (!this.stream.write(frame)) {
          socket.pause();
          this.stream.once('drain', () => socket.resume());
        }
      }
    });
    socket.once('end', () => this.send({ type: 'end', id }));
    socket.once('error', (error) => this.refuse(id, name, errorText(error)));
    socket.once('close', () => {
      this.sockets.delete(id);
      this.send({ type: 'close', id });
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

  private refuse(id: number, name: string, message: string): void {
    this.sockets.delete(id);
    note(this.refused, `${name}: ${message}`);
    this.send({ type: 'refused', id, message });
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
