import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamDemultiplexer } from '../../../../src/node/sandbox/streamDemultiplexer.ts';

function packet(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe('splitting an attached stream', () => {
  it('gives each stream its bytes in order, however they were cut', () => {
    const packets = fc.array(fc.record({ stream: fc.constantFrom(1, 2), text: fc.string({ maxLength: 30 }) }), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(packets, fc.integer({ min: 1, max: 17 }), (sent, step) => {
        const bytes = Buffer.concat(sent.map(({ stream, text }) => packet(stream, text)));
        const demultiplexer = new StreamDemultiplexer();
        const heard = { 1: [] as Uint8Array[], 2: [] as Uint8Array[] };
        for (let at = 0; at < bytes.length; at += step) {
          const pieces = demultiplexer.push(bytes.subarray(at, at + step));
          expect(pieces.ok).toBe(true);
          if (pieces.ok) {
            heard[1].push(...pieces.value.stdout);
            heard[2].push(...pieces.value.stderr);
          }
        }
        for (const stream of [1, 2] as const) {
          const expected = sent.filter((each) => each.stream === stream).map(({ text }) => text);
          expect(Buffer.concat(heard[stream]).toString()).toBe(Buffer.from(expected.join('')).toString());
        }
      }),
    );
  });

  it('refuses a stream that is not multiplexed', () => {
    expect(new StreamDemultiplexer().push(Buffer.from('plain text'))).toMatchObject({
      ok: false,
      error: { reason: 'not-multiplexed' },
    });
  });
});
