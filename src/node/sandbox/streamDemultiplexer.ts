import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';

export interface OutputPieces {
  readonly stdout: readonly Uint8Array[];
  readonly stderr: readonly Uint8Array[];
}

/** Tells frames from errors in what comes out of a box. */
export interface OutputSplitter {
  push(chunk: Uint8Array): Result<OutputPieces, Failure<'not-multiplexed'>>;
}

/** Of a stream that carries frames and nothing else. */
export const framesOnly: OutputSplitter = { push: (chunk) => ok({ stdout: [chunk], stderr: [] }) };

const headerBytes = 8;

/**
 * Splits the engine's attach stream: 8-byte headers (stream number, three zeros, big-endian length) before each piece. Pieces are
 * passed on as they come, so a header that promises much costs no memory.
 */
export class StreamDemultiplexer implements OutputSplitter {
  private readonly header = Buffer.alloc(headerBytes);
  private headerLength = 0;
  private remaining = 0;

  push(chunk: Uint8Array): Result<OutputPieces, Failure<'not-multiplexed'>> {
    const pieces: { stdout: Uint8Array[]; stderr: Uint8Array[] } = { stdout: [], stderr: [] };
    for (let at = 0; at < chunk.length;) {
      if (this.remaining > 0) {
        const piece = chunk.subarray(at, at + this.remaining);
        (this.header[0] === 2 ? pieces.stderr : pieces.stdout).push(piece);
        this.remaining -= piece.length;
        at += piece.length;
        continue;
      }
      const taken = chunk.subarray(at, at + headerBytes - this.headerLength);
      this.header.set(taken, this.headerLength);
      this.headerLength += taken.length;
      at += taken.length;
      if (this.headerLength === headerBytes) {
        const stream = this.header[0];
        if (stream !== 1 && stream !== 2) {
          return fail(
            failure('not-multiplexed', `The engine sent stream ${stream}, which an attached box cannot have.`),
          );
        }
        this.remaining = this.header.readUInt32BE(4);
        this.headerLength = 0;
      }
    }
    return ok(pieces);
  }
}
