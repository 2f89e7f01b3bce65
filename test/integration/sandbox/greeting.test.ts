import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guestBootstrap, guestPayload } from '../../../src/node/sandbox/guestBootstrap.ts';
import { encodeFrame, encodeMessage, FrameDecoder } from '../../../src/protocol/frames.ts';
import { guestResponseSchema } from '../../../src/protocol/guest.ts';
import { guestBundle } from '../../fakes/guestBundle.ts';
import { value } from './boxes.ts';

interface Served {
  /** Numbers of the requests that were answered, in this order. */
  readonly answered: readonly number[];
  readonly exitCode: number | null;
  readonly said: string;
}

/**
 * The guest as a box starts it, as a plain process, that is sent these pieces a few milliseconds apart and, once it has answered so
 * many requests, the end: that stops whatever is at work.
 */
async function serve(pieces: readonly Uint8Array[], answers = 0): Promise<Served> {
  const guest = spawn(process.execPath, ['-e', guestBootstrap, 'locked'], { timeout: 20_000, killSignal: 'SIGKILL' });
  const decoder = new FrameDecoder();
  const answered: number[] = [];
  let said = '';
  guest.stdout.on('data', (chunk: Buffer) => {
    for (const { body } of value(decoder.push(chunk))) {
      answered.push(guestResponseSchema.parse(JSON.parse(Buffer.from(body).toString())).id);
    }
  });
  guest.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(guest, 'close');
  for (const piece of pieces) {
    guest.stdin.write(piece);
    await delay(3);
  }
  while (answered.length < answers && guest.exitCode === null && guest.signalCode === null) {
    await delay(5);
  }
  guest.stdin.end();
  await ended;
  return { answered, exitCode: guest.exitCode, said };
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.filter((place) => place < bytes.length).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const program = guestPayload(guestBundle());
const hello = (id: number) => value(encodeMessage({ id, method: 'hello', params: { protocolVersion: 1 } }));
const request = (id: number) => value(encodeMessage({ id, method: 'delete_file', params: { path: 'no/such/file' } }));
const long = (id: number) =>
  value(encodeMessage({ id, method: 'write_file', params: { path: '../refused', content: 'x'.repeat(70_000) } }));
const data = value(encodeFrame('data', new Uint8Array(2_000)));

const talks: readonly { readonly frames: readonly Uint8Array[]; readonly answered: readonly number[] }[] = [
  { frames: [hello(1), request(2), hello(3)], answered: [1, 2, 3] },
  { frames: [request(1), hello(2)], answered: [1, 2] },
  { frames: [long(1), hello(2), request(3)], answered: [1, 2, 3] },
  { frames: [hello(1), long(2), request(3)], answered: [1, 2, 3] },
  { frames: [data, hello(1)], answered: [1] },
];

describe('the guest at the end of a slow line', () => {
  it('loses and repeats nothing of what it is sent, however it is cut', async () => {
    const talk = fc.constantFrom(...talks);
    // Where a piece ends, from the start of the program or from the end of it: there the reader changes twice.
    const places = fc.array(
      fc.oneof(
        fc.nat(program.length),
        fc.integer({ min: -4, max: 90 }).map((past) => program.length + past),
      ),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(talk, places, async ({ frames, answered }, at) => {
        const served = await serve(cut(Buffer.concat([program, ...frames]), at), answered.length);
        expect(served).toEqual({ answered, exitCode: 0, said: '' });
      }),
      { numRuns: process.env['NIGHTSHIFT_LONG'] === '1' ? 200 : 12 },
    );
  });

  it.each([
    ['in its program', program.length - 1],
    ['before a greeting', program.length],
    ['in the length of a greeting', program.length + 3],
    ['in a greeting', program.length + 20],
  ])('ends with its input, also where that ends %s', async (_where, length) => {
    const sent = Buffer.concat([program, hello(1)]).subarray(0, length);
    expect(await serve([sent])).toEqual({ answered: [], exitCode: 0, said: '' });
  });

  it('says why and ends where what it is sent is no frame', async () => {
    const served = await serve([program, Buffer.from([0, 0, 0, 0])], 1);
    expect(served).toEqual({ answered: [], exitCode: 70, said: expect.stringMatching(/^guest: [^\n]+\n$/) });
  });
});
