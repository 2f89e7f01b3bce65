import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSigningKey } from '../../../../src/node/trace/signingKeyFile.ts';

let root: string;
let folder: string;
let file: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nightshift-key-'));
  folder = join(root, 'keys');
  file = join(folder, 'trace-signing.pem');
});

afterEach(() => rmSync(root, { recursive: true }));

async function publicKey(): Promise<string> {
  const keys = await openSigningKey(folder);
  return keys.ok ? Buffer.from(keys.value.signing.publicKey).toString('hex') : keys.error.message;
}

describe('the signing key', () => {
  test('is made once, for its user only, and is the same from then on', async () => {
    const key = await publicKey();
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['trace-signing.pem']);
    expect(await publicKey()).toBe(key);
  });

  test('is one for all that ask for it at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => publicKey()));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(readdirSync(folder)).toEqual(['trace-signing.pem']);
  });

  test('signs what it verifies, and nothing else', async () => {
    const keys = await openSigningKey(folder);
    if (!keys.ok) throw new Error(keys.error.message);
    const { signing } = keys.value;
    const message = new TextEncoder().encode('one');
    const signature = signing.sign(message);
    expect(signing.verify(message, signature)).toBe(true);
    expect(signing.verify(new TextEncoder().encode('two'), signature)).toBe(false);
    expect(signing.verify(message, signature.with(0, (signature[0] ?? 0) ^ 1))).toBe(false);
    expect(signing.verify(message, signature.subarray(1))).toBe(false);
  });

  test.each([
    ['a file that the group can read', () => chmodSync(file, 0o640), 'other users can read it'],
    ['a file that the world can read', () => chmodSync(file, 0o604), 'other users can read it'],
    ['a folder that others can enter', () => chmodSync(folder, 0o755), 'other users can read it'],
    ['a link', () => (renameSync(file, join(root, 'real')), symlinkSync(join(root, 'real'), file)), 'it is a link'],
    [
      'a linked folder',
      () => (renameSync(folder, join(root, 'real')), symlinkSync(join(root, 'real'), folder)),
      'link',
    ],
    ['a folder in its place', () => (rmSync(file), mkdirSync(file)), 'it is not a file'],
    ['a file that is no key', () => writeFileSync(file, 'nonsense\n'), 'is damaged'],
    ['an emptied file', () => writeFileSync(file, ''), 'is damaged'],
    [
      'a key of another kind',
      () => {
        const other = generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
        writeFileSync(file, other);
      },
      'is damaged',
    ],
  ])('is refused, and left alone, when it is %s', async (_, change, why) => {
    await publicKey();
    change();
    const result = await openSigningKey(folder);
    expect(result).toMatchObject({ ok: false, error: { message: expect.stringContaining(why) } });
    expect(result.ok ? '' : result.error.message).not.toContain('\n');
  });

  test.skipIf(process.getuid?.() !== 0)('is refused when it belongs to another user', async () => {
    await publicKey();
    const { chownSync } = await import('node:fs');
    chownSync(file, 12_345, 12_345);
    expect(await publicKey()).toContain('it belongs to another user');
  });

  test('is not in what a failure says', async () => {
    await publicKey();
    const pem = readFileSync(file, 'utf8').split('\n')[1] ?? '';
    writeFileSync(file, `${pem}\n`);
    expect(await publicKey()).not.toContain(pem);
  });
});
