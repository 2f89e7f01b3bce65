import { createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';
import type { SigningKey } from '../../core/trace/signingKey.ts';

export interface TraceKeys {
  readonly signing: SigningKey;
  /** 32 bytes, for the hashes that are left of secrets. */
  readonly redaction: Uint8Array;
}

/** Both are made of one Ed25519 key, so that there is one thing to keep. */
export function traceKeys(privateKey: KeyObject): TraceKeys {
  const publicKey = createPublicKey(privateKey);
  const secret = privateKey.export({ type: 'pkcs8', format: 'der' });
  return {
    signing: {
      // The last 32 bytes of its SubjectPublicKeyInfo are the key itself.
      publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)),
      sign: (message) => new Uint8Array(sign(null, message, privateKey)),
      verify: (message, signature) => verify(null, message, publicKey, signature),
    },
    redaction: new Uint8Array(hkdfSync('sha256', secret, '', 'nightshift redaction', 32)),
  };
}
