import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, encodeMessage, type Frame, FrameDecoder, maxBodyBytes } from '../../../src/protocol/frames.ts';
import { maxFrameBytes } from '../../../src/protocol/guestLimits.ts';

const frame = fc.record({
  kind: fc.constantFrom('json' as const, 'data' as const),
  body: fc.uint8Array({ maxLength: 300 }),
});

function bytesOf(frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(
    frames.map(({ kind, body }) => {
      const encoded = encodeFrame(kind, body);
      return encoded.ok ? encoded.value : new Uint8Array();
    }),
  );
}

/** Cuts bytes at the given places, however they repeat or exceed the length. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted(
    (left, right) => left - right,
  );
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('the frame codec', () => {
  it('decodes the same frames however the bytes were cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }), (frames, places) => {
        const decoder = new FrameDecoder();
        const decoded = cut(bytesOf(frames), places).flatMap((chunk) => {
          const outcome = decoder.push(chunk);
          return outcome.ok ? outcome.value : [];
        });
        expect(decoded.map(({ kind, body }) => ({ kind, body: [...body] }))).toEqual(
          frames.map(({ kind, body }) => ({ kind, body: [...body] })),
        );
        expect(decoder.pending).toBe(false);
      }),
    );
  });

  it('never throws and never answers a frame over the cap, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (chunks) => {
        const decoder = new FrameDecoder();
        for (const chunk of chunks) {
          const outcome = decoder.push(chunk);
          expect(
            outcome.ok ? outcome.value.every(({ body }) => body.length <= maxBodyBytes) : outcome.error.reason,
          ).toBeTruthy();
        }
      }),
    );
  });

  it('writes the length big-endian, then the kind, then the body', () => {
    const encoded = encodeMessage({ a: 1 });
    expect(encoded.ok && [...encoded.value]).toEqual([0, 0, 0, 8, 0x4a, ...Buffer.from('{"a":1}')]);
    const data = encodeFrame('data', Uint8Array.of(9));
    expect(data.ok && [...data.value]).toEqual([0, 0, 0, 2, 0x44, 9]);
  });

  it('takes a body of exactly the cap and refuses one byte more, on both sides', () => {
    const largest = encodeFrame('data', new Uint8Array(maxBodyBytes));
    const decoder = new FrameDecoder();
    expect(largest.ok && decoder.push(largest.value)).toMatchObject({ ok: true, value: [{ kind: 'data' }] });
    expect(encodeFrame('data', new Uint8Array(maxBodyBytes + 1))).toMatchObject({
      ok: false,
      error: { reason: 'frame-too-large' },
    });
    const header = new Uint8Array(4);
    new DataView(header.buffer).setUint32(0, maxFrameBytes + 1);
    expect(new FrameDecoder().push(header)).toMatchObject({ ok: false, error: { reason: 'frame-too-large' } });
  });

  it('closes for good at an unknown kind or an empty frame', () => {
    const decoder = new FrameDecoder();
    expect(decoder.push(Uint8Array.of(0, 0, 0, 2, 0x58, 1))).toMatchObject({
      ok: false,
      error: { reason: 'frame-kind' },
    });
    expect(decoder.push(bytesOf([{ kind: 'json', body: Uint8Array.of(1) }]))).toMatchObject({
      ok: false,
      error: { reason: 'frame-kind' },
    });
    expect(new FrameDecoder().push(Uint8Array.of(0, 0, 0, 0))).toMatchObject({
      ok: false,
      error: { reason: 'frame-empty' },
    });
  });
});
