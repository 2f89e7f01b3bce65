import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { maxFrameBytes } from './guestLimits.ts';

/** `json` frames carry one message, `data` frames the next bytes of the tree upload in progress. */
export type FrameKind = 'json' | 'data';

export interface Frame {
  readonly kind: FrameKind;
  readonly body: Uint8Array;
}

export type FrameFailure = Failure<'frame-too-large' | 'frame-empty' | 'frame-kind'>;

const lengthBytes = 4;
const kindBytes: Readonly<Record<FrameKind, number>> = { json: 0x4a, data: 0x44 };

/** Most bytes a body may have: the cap counts the kind byte too. */
export const maxBodyBytes = maxFrameBytes - 1;

/** Length, kind and body in one piece; a body over the cap is refused before anything is sent. */
export function encodeFrame(kind: FrameKind, body: Uint8Array): Result<Uint8Array, FrameFailure> {
  if (body.length > maxBodyBytes) {
    return fail(tooLarge(body.length + 1));
  }
  const frame = new Uint8Array(lengthBytes + 1 + body.length);
  new DataView(frame.buffer).setUint32(0, body.length + 1);
  frame[lengthBytes] = kindBytes[kind];
  frame.set(body, lengthBytes + 1);
  return ok(frame);
}

export function encodeMessage(message: unknown): Result<Uint8Array, FrameFailure> {
  return encodeFrame('json', new TextEncoder().encode(JSON.stringify(message)));
}

/**
 * Turns bytes, however they were cut, back into frames. The first malformed frame ends it: there is no way to find the start of
 * the next one, so every later push answers the same failure. Memory is bounded by one frame and the chunk that was pushed.
 */
export class FrameDecoder {
  private readonly header = new Uint8Array(lengthBytes + 1);
  private headerLength = 0;
  private kind: FrameKind = 'json';
  private body: Uint8Array | undefined;
  private bodyLength = 0;
  private broken: FrameFailure | undefined;

  push(chunk: Uint8Array): Result<readonly Frame[], FrameFailure> {
    const frames: Frame[] = [];
    let at = 0;
    while (this.broken === undefined && at < chunk.length) {
      at += this.body === undefined ? this.takeHeader(chunk, at) : 0;
      if (this.body !== undefined) {
        const taken = Math.min(this.body.length - this.bodyLength, chunk.length - at);
        this.body.set(chunk.subarray(at, at + taken), this.bodyLength);
        this.bodyLength += taken;
        at += taken;
        if (this.bodyLength === this.body.length) {
          frames.push({ kind: this.kind, body: this.body });
          this.body = undefined;
        }
      }
    }
    return this.broken === undefined ? ok(frames) : fail(this.broken);
  }

  /** Bytes of a frame whose rest has not come yet. */
  get pending(): boolean {
    return this.headerLength > 0 || this.body !== undefined;
  }

  private takeHeader(chunk: Uint8Array, from: number): number {
    const taken = Math.min(this.header.length - this.headerLength, chunk.length - from);
    this.header.set(chunk.subarray(from, from + taken), this.headerLength);
    this.headerLength += taken;
    if (this.headerLength >= lengthBytes) {
      this.readHeader();
    }
    return taken;
  }

  private readHeader(): void {
    const length = new DataView(this.header.buffer).getUint32(0);
    if (length > maxFrameBytes) {
      this.broken = tooLarge(length);
    } else if (length === 0) {
      this.broken = failure('frame-empty', 'A frame without a kind came; the channel is closed.');
    } else if (this.headerLength === this.header.length) {
      const code = this.header[lengthBytes];
      if (code !== kindBytes.json && code !== kindBytes.data) {
        this.broken = failure('frame-kind', `A frame of the unknown kind ${code} came; the channel is closed.`);
        return;
      }
      this.kind = code === kindBytes.json ? 'json' : 'data';
      this.body = new Uint8Array(length - 1);
      this.bodyLength = 0;
      this.headerLength = 0;
    }
  }
}

function tooLarge(length: number): FrameFailure {
  return failure(
    'frame-too-large',
    `A frame of ${length} bytes is over the cap of ${maxFrameBytes}; ask for less at once.`,
  );
}
