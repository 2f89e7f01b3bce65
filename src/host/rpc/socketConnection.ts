import type { Socket } from 'node:net';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Disposable,
  ErrorCodes,
  Message,
  type MessageConnection,
  type MessageWriter,
} from 'vscode-jsonrpc/node';
import { FramedMessages } from './framedMessages.ts';

export interface WireLimits {
  /** Bytes of one message that is taken in. */
  readonly maxReadBytes: number;
  /** Bytes of one message that is sent; a longer answer becomes an error. */
  readonly maxWriteBytes: number;
  /** Bytes that may wait for the other side to read; with more of them it is given up. */
  readonly maxQueuedBytes: number;
}

const mebibyte = 1024 * 1024;

/** Requests are small; answers hold files and patches. */
export const serverLimits: WireLimits = {
  maxReadBytes: 4 * mebibyte,
  maxWriteBytes: 64 * mebibyte,
  maxQueuedBytes: 96 * mebibyte,
};
export const clientLimits: WireLimits = {
  maxReadBytes: 64 * mebibyte,
  maxWriteBytes: 4 * mebibyte,
  maxQueuedBytes: 16 * mebibyte,
};

/**
 * JSON-RPC over a socket with bounds. The library's own reader keeps whatever comes until a message is whole and its writer
 * queues without end, so both are replaced; framing (`Content-Length`) stays the same. A fault closes the socket.
 */
export function connectSocket(socket: Socket, limits: WireLimits): MessageConnection {
  return createMessageConnection(new BoundedReader(socket, limits), new BoundedWriter(socket, limits));
}

class BoundedReader extends AbstractMessageReader {
  private readonly socket: Socket;
  private readonly limits: WireLimits;

  constructor(socket: Socket, limits: WireLimits) {
    super();
    this.socket = socket;
    this.limits = limits;
  }

  override listen(callback: DataCallback): Disposable {
    const messages = new FramedMessages(this.limits.maxReadBytes);
    const stop = (error: unknown): void => {
      this.socket.off('data', onData);
      this.fireError(error);
      this.socket.destroy();
    };
    const onData = (chunk: Uint8Array): void => {
      const outcome = messages.push(chunk);
      try {
        outcome.messages.forEach(callback);
      } catch (error) {
        // The library throws on some messages that only look well formed, for example a request whose id is null.
        stop(error);
      }
      if (outcome.fault !== undefined) {
        stop(new Error(outcome.fault.message));
      }
    };
    this.socket.on('data', onData);
    this.socket.on('error', (error) => this.fireError(error));
    this.socket.on('close', () => this.fireClose());
    return { dispose: () => this.socket.off('data', onData) };
  }
}

class BoundedWriter extends AbstractMessageWriter implements MessageWriter {
  private readonly socket: Socket;
  private readonly limits: WireLimits;

  constructor(socket: Socket, limits: WireLimits) {
    super();
    this.socket = socket;
    this.limits = limits;
  }

  async write(message: Message): Promise<void> {
    if (this.socket.destroyed || this.socket.writableEnded) {
      throw new Error('The connection is closed.');
    }
    if (this.socket.writableLength > this.limits.maxQueuedBytes) {
      const error = new Error(`The other side did not read; ${this.socket.writableLength} bytes wait for it.`);
      this.fireError(error, message);
      this.socket.destroy();
      throw error;
    }
    const body = this.encode(message);
    await new Promise<void>((resolve, reject) => {
      this.socket.cork();
      this.socket.write(`Content-Length: ${body.length}\r\n\r\n`, 'ascii');
      this.socket.write(body, (error) => (error ? reject(error) : resolve()));
      this.socket.uncork();
    });
  }

  end(): void {
    this.socket.end();
  }

  private encode(message: Message): Uint8Array {
    const body = Buffer.from(JSON.stringify(message));
    if (body.length <= this.limits.maxWriteBytes) {
      return body;
    }
    const text = `The message has ${body.length} bytes, the limit is ${this.limits.maxWriteBytes}; ask for less at once.`;
    if (!Message.isResponse(message)) {
      throw new Error(text);
    }
    const error = { code: ErrorCodes.InternalError, message: text, data: { reason: 'too-large' } };
    return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: message.id, error }));
  }
}
