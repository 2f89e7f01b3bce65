import type { Message } from 'vscode-jsonrpc/node';
import * as z from 'zod/mini';
import { failure, type Failure } from '../../base/failure.ts';

export type FramingFailure = Failure<'bad-header' | 'too-large' | 'bad-message'>;

const maxHeaderBytes = 256;
const headerEnd = Buffer.from('\r\n\r\n');
const messageSchema = z.looseObject({ jsonrpc: z.literal('2.0') });

/** Cuts a stream into JSON-RPC messages and holds at most one message and one header. After a fault nothing more is taken. */
export class FramedMessages {
  private readonly maxBytes: number;
  private header: Buffer = Buffer.alloc(0);
  private parts: Uint8Array[] = [];
  /** Bytes of the body that are still to come; undefined while a header is read. */
  private missing: number | undefined;
  private fault: FramingFailure | undefined;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): { readonly messages: readonly Message[]; readonly fault: FramingFailure | undefined } {
    const messages: Message[] = [];
    let rest: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0 && this.fault === undefined) {
      rest = this.missing === undefined ? this.takeHeader(rest) : this.takeBody(rest, this.missing, messages);
    }
    return { messages, fault: this.fault };
  }

  private takeHeader(bytes: Buffer): Buffer {
    const known = this.header.length;
    const block = Buffer.concat([this.header, bytes.subarray(0, maxHeaderBytes)]);
    const end = block.indexOf(headerEnd);
    if (end === -1) {
      this.header = block;
      if (block.length >= maxHeaderBytes) {
        this.fault = failure('bad-header', 'What came is no message of the Nightshift protocol.');
      }
      return bytes.subarray(block.length - known);
    }
    this.header = Buffer.alloc(0);
    const length = contentLength(block.toString('latin1', 0, end));
    if (length === undefined) {
      this.fault = failure('bad-header', 'A message came without a valid Content-Length.');
    } else if (length > this.maxBytes) {
      this.fault = failure('too-large', `A message of ${length} bytes came; the limit is ${this.maxBytes}.`);
    } else {
      this.missing = length;
    }
    return bytes.subarray(end + headerEnd.length - known);
  }

  private takeBody(bytes: Buffer, missing: number, messages: Message[]): Buffer {
    const taken = bytes.subarray(0, missing);
    this.parts.push(taken);
    this.missing = missing - taken.length;
    if (this.missing === 0) {
      const body = Buffer.concat(this.parts);
      this.parts = [];
      this.missing = undefined;
      const message = parseMessage(body);
      if (message === undefined) {
        this.fault = failure('bad-message', 'A message came that is not JSON-RPC.');
      } else {
        messages.push(message);
      }
    }
    return bytes.subarray(taken.length);
  }
}

function contentLength(header: string): number | undefined {
  const digits = /^content-length: *(\d{1,10})$/im.exec(header.replaceAll('\r\n', '\n'))?.[1];
  return digits === undefined || Number(digits) === 0 ? undefined : Number(digits);
}

function parseMessage(body: Buffer): Message | undefined {
  try {
    const parsed = messageSchema.safeParse(JSON.parse(body.toString('utf8')));
    return parsed.success ? { ...parsed.data, jsonrpc: '2.0' } : undefined;
  } catch {
    return undefined;
  }
}
