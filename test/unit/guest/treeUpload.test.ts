import { lstatSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { listChanges } from '../../../src/guest/listChanges.ts';
import type { Manifest } from '../../../src/guest/manifest.ts';
import { staysInside, TreeUpload } from '../../../src/guest/treeUpload.ts';
import { temporaryFolder } from './guestRoot.ts';

type Entry = {
  name: string;
  type?: 'file' | 'symlink' | 'directory' | 'fifo';
  mode?: number;
  linkname?: string;
  content?: string;
};

async function archiveOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = '', ...header } of entries) {
    archive.entry(header, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) {
    chunks.push(Buffer.from(chunk as Uint8Array));
  }
  return Buffer.concat(chunks);
}

async function upload(entries: readonly Entry[], options: { cut?: number; truncate?: boolean } = {}) {
  const root = join(temporaryFolder(), 'repo');
  const manifest: Manifest = new Map();
  const bytes = await archiveOf(entries);
  const tree = new TreeUpload(root, manifest);
  const end = options.truncate ? bytes.length - 1_400 : bytes.length;
  const step = options.cut ?? 65_536;
  for (let at = 0; at < end; at += step) {
    await tree.push(bytes.subarray(at, Math.min(end, at + step)));
  }
  return { root, manifest, outcome: await tree.end() };
}

describe('a tree upload', () => {
  it.each([1, 7, 511, 512, 65_536])('writes files, modes and links when the bytes come %i at a time', async (cut) => {
    const { root, outcome, manifest } = await upload(
      [
        { name: 'a b.txt', content: 'hello' },
        { name: 'src/run.sh', mode: 0o755, content: '#!/bin/sh\n' },
        { name: 'empty' },
        { name: 'src/link', type: 'symlink', linkname: '../a b.txt' },
      ],
      { cut },
    );
    expect(outcome).toEqual({ ok: true, value: { files: 4, bytes: 15 } });
    expect(readFileSync(join(root, 'a b.txt'), 'utf8')).toBe('hello');
    expect(statSync(join(root, 'src/run.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(root, 'a b.txt')).mode & 0o777).toBe(0o644);
    expect(readlinkSync(join(root, 'src/link'))).toBe('../a b.txt');
    expect([...manifest.values()].map(({ mode }) => mode)).toEqual(['100644', '100755', '100644', '120000']);
    expect(listChanges(root, manifest)).toEqual({ ok: true, value: { changes: [], truncated: false } });
  });

  it.each(['../up', '/absolute', 'a/../../up', '.git/config', 'sub/.GIT/hooks/x'])(
    'refuses an entry at %s',
    async (name) => {
      const { outcome } = await upload([{ name, content: 'x' }]);
      expect(outcome).toMatchObject({ ok: false, error: { reason: 'path-outside' } });
    },
  );

  it('never writes through a link of the same archive', async () => {
    const outside = temporaryFolder();
    const { root, outcome } = await upload([
      { name: 'dir/real', content: 'x' },
      { name: 'link', type: 'symlink', linkname: 'dir' },
      { name: 'link/written', content: 'x' },
    ]);
    expect(outcome).toMatchObject({ ok: false, error: { reason: 'exists' } });
    expect(lstatSync(join(root, 'link')).isSymbolicLink()).toBe(true);
    expect(() => lstatSync(join(root, 'dir/written'))).toThrow('ENOENT');
    const escaping = await upload([
      { name: 'out', type: 'symlink', linkname: outside },
      { name: 'out/x', content: 'x' },
    ]);
    expect(lstatSync(join(escaping.root, 'out')).isDirectory()).toBe(true);
    expect(() => lstatSync(join(outside, 'x'))).toThrow('ENOENT');
  });

  it('refuses the same path twice and an archive that ends early, and makes no special files', async () => {
    expect(
      (
        await upload([
          { name: 'a', content: '1' },
          { name: 'a', content: '2' },
        ])
      ).outcome,
    ).toMatchObject({
      ok: false,
      error: { reason: 'exists' },
    });
    expect((await upload([{ name: 'a', content: 'x'.repeat(5_000) }], { truncate: true })).outcome).toMatchObject({
      ok: false,
      error: { reason: 'invalid-request' },
    });
    const { root, outcome } = await upload([{ name: 'pipe', type: 'fifo' }]);
    expect(outcome).toMatchObject({ ok: true, value: { files: 0 } });
    expect(() => lstatSync(join(root, 'pipe'))).toThrow('ENOENT');
  });
});

describe('a link of a tree', () => {
  it.each([
    ['a/link', '../b', true],
    ['link', 'a/b/c', true],
    ['a/b/link', '../../c', true],
    ['a/link', '..', true],
    ['link', '..', false],
    ['a/link', '../..', false],
    ['a/link', '../../etc/passwd', false],
    ['link', '/etc/passwd', false],
    ['link', 'a/../b', false],
    ['p/q/link', 'd/../../../etc', false],
    ['link', '.git/config', false],
    ['a/link', '../.GIT', false],
    ['link', '', false],
  ])('at %s to %s stays inside: %s', (path, target, inside) => {
    expect(staysInside(path, target)).toBe(inside);
  });
});

describe('the list of changes', () => {
  it('tells a new link and a file that became one, and leaves .git and special files out', async () => {
    const { root, manifest } = await upload([
      { name: 'a', content: 'a' },
      { name: 'b', content: 'b' },
    ]);
    writeFileSync(join(root, 'a'), 'A');
    symlinkSync('/etc/passwd', join(root, 'link'));
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.git/config'), 'x');
    const changes = listChanges(root, manifest);
    expect(changes.ok && changes.value.changes.map(({ path, op, mode }) => [path, op, mode])).toEqual([
      ['a', 'write', '100644'],
      ['link', 'write', '120000'],
    ]);
  });

  it('sees a change that kept size and modification time', async () => {
    const { root, manifest } = await upload([{ name: 'a', content: 'one' }]);
    const { utimesSync } = await import('node:fs');
    const before = statSync(join(root, 'a'));
    writeFileSync(join(root, 'a'), 'two');
    utimesSync(join(root, 'a'), before.atime, before.mtime);
    const changes = listChanges(root, manifest);
    expect(changes.ok && changes.value.changes.map(({ path }) => path)).toEqual(['a']);
  });

  it('stops at 5,000 changes and says so', async () => {
    const { root, manifest } = await upload([]);
    for (let index = 0; index < 5_001; index += 1) {
      writeFileSync(join(root, `f${index}`), '');
    }
    const changes = listChanges(root, manifest);
    expect(changes.ok && changes.value.truncated).toBe(true);
    expect(changes.ok && changes.value.changes.length).toBeLessThanOrEqual(5_000);
    expect(Buffer.byteLength(JSON.stringify(changes))).toBeLessThan(2 ** 20);
  });
});
