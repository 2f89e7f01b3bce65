import { describe, expect, it } from 'vitest';
import { extract, pack } from 'tar-stream';
import { copyOutput } from '../../../../src/node/sandbox/environment/outputLayer.ts';

type Entry = Parameters<ReturnType<typeof pack>['entry']>[0] & { readonly content?: string };

async function* archiveOf(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  const archive = pack();
  for (const { content, ...header } of entries) {
    archive.entry(header, content ?? '');
  }
  archive.finalize();
  yield* archive as AsyncIterable<Uint8Array>;
}

async function copied(entries: readonly Entry[], caps?: { files: number; bytes: number }) {
  const target = pack();
  const reading = (async () => {
    const found: { name: string; type: string; mode: number; uid: number; linkname: string | null }[] = [];
    const archive = extract();
    void (async () => {
      for await (const chunk of target as AsyncIterable<Uint8Array>) {
        archive.write(chunk);
      }
      archive.end(undefined);
    })().catch(() => archive.destroy());
    for await (const entry of archive) {
      const { name, type, mode, uid, linkname } = entry.header;
      found.push({ name, type, mode, uid, linkname: linkname ?? null });
      entry.resume();
    }
    return found;
  })();
  try {
    await copyOutput(archiveOf(entries), target, 'deps', caps);
    target.finalize();
  } catch (error) {
    target.destroy();
    await reading.catch(() => undefined);
    throw error;
  }
  return reading;
}

describe('what a box made, on its way into an image', () => {
  it('keeps plain files, folders and links that stay inside, as the root user’s and without special rights', async () => {
    const entries = await copied([
      { name: './', type: 'directory' },
      { name: './repo/a.js', content: 'a', mode: 0o4755, uid: 10_001 },
      { name: './repo/b.txt', content: 'b', mode: 0o666 },
      { name: './repo/bin/', type: 'directory', mode: 0o2777 },
      { name: './repo/bin/a', type: 'symlink', linkname: '../a.js' },
    ]);
    expect(entries).toEqual([
      { name: 'deps/repo/a.js', type: 'file', mode: 0o755, uid: 0, linkname: null },
      { name: 'deps/repo/b.txt', type: 'file', mode: 0o644, uid: 0, linkname: null },
      { name: 'deps/repo/bin/', type: 'directory', mode: 0o755, uid: 0, linkname: null },
      { name: 'deps/repo/bin/a', type: 'symlink', mode: 0o777, uid: 0, linkname: '../a.js' },
    ]);
  });

  it('leaves out whatever leads elsewhere or is no file', async () => {
    const entries = await copied([
      { name: '../../etc/passwd', content: 'x' },
      { name: '/etc/passwd', content: 'x' },
      { name: 'a/../../x', content: 'x' },
      { name: 'link', type: 'symlink', linkname: '/etc' },
      { name: 'up', type: 'symlink', linkname: '../../etc' },
      { name: 'hard', type: 'link', linkname: '/etc/passwd' },
      { name: 'device', type: 'character-device', devmajor: 1, devminor: 3 },
      { name: 'pipe', type: 'fifo' },
      { name: 'twice', content: '1' },
      { name: './twice', content: '2' },
    ]);
    expect(entries.map((entry) => entry.name)).toEqual(['deps/twice']);
  });

  it('stops at its caps', async () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ name: `f${index}`, content: 'x' }));
    await expect(copied(many, { files: 10, bytes: 1_000 })).rejects.toThrow('over 10 files');
    await expect(copied([{ name: 'a', content: 'x'.repeat(2_000) }], { files: 10, bytes: 1_000 })).rejects.toThrow(
      'over',
    );
  });

  it('fails for what is no archive', async () => {
    const target = pack();
    async function* nonsense(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(2_000).fill(65);
    }
    await expect(copyOutput(nonsense(), target, 'deps')).rejects.toThrow();
  });
});
