import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { Duplex, type Readable } from 'node:stream';
import {
  decodeTunnelData,
  encodeTunnelData,
  encodeTunnelMessage,
  parseTunnelMessage,
  type TunnelAnswer,
  tunnelAnswerSchema,
} from '../protocol/tunnel.ts';
import { FrameDecoder } from '../protocol/frames.ts';

/** Bytes that may wait in the box for slow readers before nothing more is taken from the host. */
const maxWaiting = 32 * 2 ** 20;

const proxyPrefix = 'HTTP/1.1';

/**
 * An HTTP proxy on the box's own loopback, each of whose connections goes through the host. Ends with its input. What runs in the
 * box can reach it, and nothing else can: there is no other network.
 */
export async function serveTunnel(input: Readable, write: (frame: Uint8Array) => void): Promise<void> {
  const tunnel = new Tunnel(input, write);
  const server = createServer((incoming, response) => forward(tunnel, incoming, response));
  server.on('connect', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = hostAndPort(incoming.url ?? '', 443);
    socket.on('error', () => socket.destroy());
    tunnel.open(target.host, target.port, (stream, refusal) => {
      if (stream === undefined) {
        socket.end(`${proxyPrefix} 403 Forbidden\r\nContent-Type: text/plain\r\n\r\n${refusal}\n`);
        return;
      }
      socket.write(`${proxyPrefix} 200 Connection Established\r\n\r\n`);
      stream.write(head);
      stream.on('error', () => socket.destroy());
      socket.on('close', () => stream.destroy());
      stream.on('close', () => socket.destroy());
      socket.pipe(stream).pipe(socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address === 'object' && address !== null) {
    write(encodeTunnelMessage({ type: 'listening', port: address.port }));
  }
  await tunnel.ended;
}

/** A request in plain HTTP names its whole address; it is sent on over a connection of its own. */
function forward(tunnel: Tunnel, incoming: IncomingMessage, response: ServerResponse): void {
  const address = URL.parse(incoming.url ?? '');
  if (address === null || address.protocol !== 'http:') {
    response.writeHead(400).end('Only http and CONNECT are served.\n');
    return;
  }
  tunnel.open(address.hostname, Number(address.port) || 80, (stream, refusal) => {
    if (stream === undefined) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end(`${refusal}\n`);
      return;
    }
    const onward = request(
      {
        createConnection: () => stream,
        method: incoming.method,
        path: `${address.pathname}${address.search}`,
        headers: { ...incoming.headers, connection: 'close' },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
}

type Opened = (stream: Duplex | undefined, refusal: string) => void;

class Tunnel {
  readonly ended: Promise<void>;
  private readonly input: Readable;
  private readonly write: (frame: Uint8Array) => void;
  private readonly decoder = new FrameDecoder();
  private readonly opening = new Map<number, Opened>();
  private readonly streams = new Map<number, TunnelStream>();
  private next = 0;

  constructor(input: Readable, write: (frame: Uint8Array) => void) {
    this.input = input;
    this.write = write;
    this.ended = new Promise((resolve) => {
      input.on('data', (chunk: Uint8Array) => {
        if (!this.take(chunk)) {
          resolve();
        }
      });
      input.once('end', resolve);
      input.once('error', () => resolve());
    });
  }

  open(host: string, port: number, opened: Opened): void {
    this.next += 1;
    this.opening.set(this.next, opened);
    this.write(encodeTunnelMessage({ type: 'open', id: this.next, host, port }));
  }

  /** False when the host sent what is no frame. */
  private take(chunk: Uint8Array): boolean {
    const frames = this.decoder.push(chunk);
    for (const frame of frames.ok ? frames.value : []) {
      const data = frame.kind === 'data' ? decodeTunnelData(frame.body) : undefined;
      const message = frame.kind === 'json' ? parseTunnelMessage(tunnelAnswerSchema, frame.body) : undefined;
      if (data !== undefined) {
        this.streams.get(data.id)?.push(data.bytes);
      } else if (message !== undefined) {
        this.answer(message);
      }
    }
    this.regulate();
    return frames.ok;
  }

  private answer(message: TunnelAnswer): void {
    const { id } = message;
    const opened = this.opening.get(id);
    this.opening.delete(id);
    if (message.type === 'refused') {
      opened?.(undefined, message.message);
    } else if (message.type === 'opened' && opened !== undefined) {
      const stream = new TunnelStream(id, this.write, () => this.regulate());
      this.streams.set(id, stream);
      stream.once('close', () => this.streams.delete(id));
      opened(stream, '');
    } else if (message.type === 'end') {
      this.streams.get(id)?.push(null);
    } else if (message.type === 'close') {
      this.streams.get(id)?.destroy();
    }
  }

  private regulate(): void {
    const waiting = [...this.streams.values()].reduce((sum, stream) => sum + stream.readableLength, 0);
    if (waiting > maxWaiting) {
      this.input.pause();
    } else if (this.input.isPaused()) {
      this.input.resume();
    }
  }
}

class TunnelStream extends Duplex {
  private readonly id: number;
  private readonly send: (frame: Uint8Array) => void;
  private readonly onRead: () => void;

  constructor(id: number, send: (frame: Uint8Array) => void, onRead: () => void) {
    super();
    this.id = id;
    this.send = send;
    this.onRead = onRead;
  }

  override _read(): void {
    this.onRead();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    for (const frame of encodeTunnelData(this.id, chunk)) {
      this.send(frame);
    }
    done();
  }

  override _final(done: () => void): void {
    this.send(encodeTunnelMessage({ type: 'end', id: this.id }));
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.send(encodeTunnelMessage({ type: 'close', id: this.id }));
    done(error);
  }
}

/** `name:port`, or `[v6]:port`. */
function hostAndPort(text: string, usual: number): { host: string; port: number } {
  const match = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(text);
  return { host: match?.[1] ?? '', port: Number(match?.[2] ?? usual) };
}
