import { writeSync } from 'node:fs';
import { errnoOf } from './refusal.ts';

const output = 1;
const retryMilliseconds = 1;

/** Writes a whole frame to the channel; blocks while the host is not reading, which is what holds us back. */
export function writeFrame(frame: Uint8Array): void {
  for (let at = 0; at < frame.length;) {
    try {
      at += writeSync(output, frame, at);
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMilliseconds);
    }
  }
}

/** Nothing but frames may be written to the channel: whatever a library prints goes to the error stream. */
export function keepOutputForFrames(): void {
  Object.defineProperty(process, 'stdout', { get: () => process.stderr });
}
