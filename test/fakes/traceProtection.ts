import { createHash, createPrivateKey } from 'node:crypto';
import type { TraceProtection } from '../../src/node/tasks/traceProtection.ts';
import { createRedactor } from '../../src/node/trace/secretRedactor.ts';
import { traceKeys } from '../../src/node/trace/traceKeys.ts';

/** The real signing and redaction with a key made of a word: processes that know the word have the same key. */
export function testKeys(word = 'test'): ReturnType<typeof traceKeys> {
  const seed = createHash('sha256').update(word).digest();
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return traceKeys(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
}

export function testProtection(word = 'test'): TraceProtection {
  const { signing, redaction } = testKeys(word);
  return { workspace: 'x', key: signing, redactor: createRedactor(redaction) };
}
