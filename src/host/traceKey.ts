import { createHash } from 'node:crypto';
import type { Failure } from '../base/failure.ts';
import { ok, type Result } from '../base/result.ts';
import { verifierKey } from '../core/trace/checkpointNote.ts';
import { sha256 } from '../node/tasks/sha256.ts';
import { openSigningKey } from '../node/trace/signingKeyFile.ts';
import { type Environment, keysFolder, stateHome } from './paths.ts';

export interface TraceKeyView {
  /** One line: what a verifier needs. */
  readonly verifierKey: string;
  /** SHA-256 of the public key in base 64 without padding, to compare by eye, as OpenSSH shows one. */
  readonly fingerprint: string;
}

/** The public half of the key that signs traces; it is made when there is none yet. */
export async function readTraceKey(environment: Environment): Promise<Result<TraceKeyView, Failure>> {
  const keys = await openSigningKey(keysFolder(stateHome(environment)));
  if (!keys.ok) {
    return keys;
  }
  const key = keys.value.signing;
  const digest = createHash('sha256').update(key.publicKey).digest('base64').replace(/=+$/, '');
  return ok({ verifierKey: verifierKey({ key, sha256 }), fingerprint: `SHA256:${digest}` });
}
