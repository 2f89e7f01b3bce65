import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { changesetHash } from '../../../../src/core/changes/changesetHash.ts';

it('names one change of one base: neither side, nor their order, can differ', () => {
  const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
  const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
  const hashes = [changesetHash(a, b, sha256), changesetHash(b, a, sha256), changesetHash(a, a, sha256)];
  expect(new Set(hashes).size).toBe(3);
  expect(hashes[0]).toBe(changesetHash(a, b, sha256));
  expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
});
