import { readSync } from 'node:fs';
import { release } from 'node:os';
import { encodeMessage } from '../protocol/frames.ts';
import type { GuestResult } from '../protocol/guest.ts';
import { guestProtocolVersion } from '../protocol/guestLimits.ts';
import { hasIsolatedKernel, seeConfinement } from './confinement.ts';
import { errnoOf } from './refusal.ts';

const input = 0;
const lengthBytes = 4;
/** A greeting is shorter; a longer frame is another request. */
const maxGreetingBytes = 1_024;
const retryMilliseconds = 1;
/** What the guest is built for. An older one has to load everything before it is said to be able to. */
const oldestNode = 22;

/** What the guest tells of itself and its box. */
export function describeGuest(): GuestResult<'hello'> {
  return {
    protocolVersion: guestProtocolVersion,
    uid: process.getuid?.() ?? -1,
    node: process.version,
    kernel: release(),
    isolatedKernel: hasIsolatedKernel(),
    confinement: seeConfinement(),
  };
}

/**
 * Answers a `hello` that is the first request on the standard input, before the code and the schemas of all others are loaded: the
 * host goes on meanwhile. Answers the bytes that were read and are for the server, which may be none; undefined when the input ended.
 */
export function greet(write: (frame: Uint8Array) => void, read = readInput): Uint8Array | undefined {
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    return new Uint8Array();
  }
  const header = read(lengthBytes);
  if (header === undefined) {
    return undefined;
  }
  const length = new DataView(header.buffer, header.byteOffset).getUint32(0);
  if (length < 2 || length > maxGreetingBytes) {
    return header;
  }
  const frame = read(length);
  if (frame === undefined) {
    return undefined;
  }
  const id = greetingId(frame);
  const answer = id === undefined ? undefined : encodeMessage({ id, result: describeGuest() });
  if (answer?.ok !== true) {
    return Buffer.concat([header, frame]);
  }
  write(answer.value);
  return new Uint8Array();
}

/** The number of the request, when the frame is a whole greeting; what is wrong with any other is for the server to say. */
function greetingId(frame: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(frame);
  const found = /^J\{"id":(\d{1,15}),"method":"hello","params":\{"protocolVersion":\d{1,9}\}\}$/.exec(text);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/** Exactly so many bytes of the standard input; undefined where it ends before. Nothing else is to be done until they are there. */
function readInput(count: number): Uint8Array | undefined {
  const bytes = Buffer.alloc(count);
  for (let at = 0; at < count;) {
    try {
      const got = readSync(input, bytes, at, count - at, null);
      if (got === 0) {
        return undefined;
      }
      at += got;
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMilliseconds);
    }
  }
  return bytes;
}
