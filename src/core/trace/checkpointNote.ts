import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Sha256 } from '../../base/hash.ts';
import { chainStart, type Checkpoint } from './hashChain.ts';
import type { SigningKey } from './signingKey.ts';

/**
 * A checkpoint of a trace as a signed note (C2SP signed-note and tlog-checkpoint): the trace's name, how many lines it has, the
 * hash of the last one in base 64, the time, an empty line, and the signature.
 *
 *     nightshift/<workspace>/<task>
 *     42
 *     <hash>
 *     2026-11-22T10:00:00.000Z
 *
 *     — nightshift <base 64 of 4 bytes that name the key and 64 of signature>
 */

/** Name of the signer in notes; the key itself is told apart by its bytes. */
const signer = 'nightshift';
const ed25519 = 1;

const noteForm = new RegExp(
  `^([^\\n]{1,500}\\n(\\d{1,15})\\n([A-Za-z0-9+/]{43}=)\\n[^\\n]{1,40}\\n)\\n— ${signer} ([A-Za-z0-9+/=]{88,100})\\n$`,
);

/** Which trace a checkpoint is of: it speaks for no other. */
export interface TraceName {
  readonly workspace: string;
  readonly task: string;
}

export interface NoteTools {
  readonly key: SigningKey;
  readonly sha256: Sha256;
}

/** The checkpoint before the first line. */
export const begun: Checkpoint = { seq: -1, hash: chainStart };

const encoder = new TextEncoder();

/** `at`: milliseconds since 1970. */
export function signCheckpoint(
  name: TraceName,
  { seq, hash }: Checkpoint,
  at: number,
  { key, sha256 }: NoteTools,
): string {
  const body = `${origin(name)}\n${seq + 1}\n${encodeBase64(bytesOfHex(hash))}\n${new Date(at).toISOString()}\n`;
  const signature = key.sign(encoder.encode(body));
  const signed = new Uint8Array([...keyId(key.publicKey, sha256), ...signature]);
  return `${body}\n— ${signer} ${encodeBase64(signed)}\n`;
}

/** The checkpoint that a note holds, or what is wrong with it, as the end of "The checkpoint …". */
export function readCheckpoint(note: string, name: TraceName, { key, sha256 }: NoteTools): Result<Checkpoint, string> {
  const match = noteForm.exec(note);
  const [, body = '', size = '', hash = '', signature = ''] = match ?? [];
  const signed = decodeBase64(signature);
  const head = decodeBase64(hash);
  // A last digit has bits that say nothing; only one way to write a signature is taken.
  if (match === null || signed?.length !== 68 || head?.length !== 32 || encodeBase64(signed) !== signature) {
    return fail('is not one of this format');
  }
  if (hexOf(signed.subarray(0, 4)) !== hexOf(keyId(key.publicKey, sha256))) {
    return fail('is signed with another key than the one of this machine');
  }
  if (!key.verify(encoder.encode(body), signed.subarray(4))) {
    return fail('was changed: its signature does not hold');
  }
  return body.startsWith(`${origin(name)}\n`)
    ? ok({ seq: Number(size) - 1, hash: hexOf(head) })
    : fail('is that of another trace');
}

/** The public key as notes name it: `nightshift+<8 hexadecimal digits>+<base 64>`. What a verifier needs, on one line. */
export function verifierKey({ key, sha256 }: NoteTools): string {
  const id = hexOf(keyId(key.publicKey, sha256));
  return `${signer}+${id}+${encodeBase64(new Uint8Array([ed25519, ...key.publicKey]))}`;
}

export function origin({ workspace, task }: TraceName): string {
  return `nightshift/${workspace}/${task}`;
}

function keyId(publicKey: Uint8Array, sha256: Sha256): Uint8Array {
  return bytesOfHex(sha256(new Uint8Array([...encoder.encode(`${signer}\n`), ed25519, ...publicKey]))).subarray(0, 4);
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
