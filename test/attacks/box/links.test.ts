import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { requireEngine } from '../../integration/requirements.ts';
import { never, openBoxes, runtimes, shell, treeOf, value } from '../../integration/sandbox/boxes.ts';

const { skip, why } = requireEngine();
const boxes = openBoxes('attack-links');

afterEach(async () => {
  await boxes.destroyAll();
});

afterAll(async () => {
  expect(await boxes.remaining()).toEqual([]);
});

describe.skipIf(skip).each(runtimes)(`links that a program makes in its box, under %s ${why}`, (runtime) => {
  async function open() {
    const sandbox = await boxes.start('build', runtime);
    value(await sandbox.putTree(treeOf([['src/a.js', 'a\n']]), { signal: never }));
    return sandbox;
  }

  it('11: are followed neither by a read, nor a write, nor a search, nor a listing', async () => {
    const sandbox = await open();
    await shell(
      sandbox,
      'ln -s /etc/passwd passwd; ln -s /etc etc; ln -s /proc/1 one; ln -s / all; ln -s ../../tmp tmp; echo x > /tmp/victim; ln /tmp/victim hard 2>/dev/null; true',
    );
    // They are there, and lead out.
    expect(await shell(sandbox, 'head -c 4 passwd etc/passwd')).toMatchObject({
      stdout: expect.stringContaining('root'),
    });
    for (const path of ['passwd', 'etc/passwd', 'one/environ', 'all/etc/passwd', 'etc/../etc/passwd', 'tmp/victim']) {
      const read = await sandbox.request('read_file', { path, maxBytes: 1000 }, { signal: never });
      expect(read, path).toMatchObject({ ok: false });
      const written = await sandbox.request('write_file', { path, content: 'owned' }, { signal: never });
      expect(written, path).toMatchObject({ ok: false });
    }
    const found = value(
      await sandbox.request('search_text', { pattern: 'root:', regex: false, limit: 10 }, { signal: never }),
    );
    expect(found.hits).toEqual([]);
    const listed = value(await sandbox.request('list_files', { directory: '', limit: 100 }, { signal: never }));
    expect(listed.files.map((file) => file.path).filter((path) => path !== 'hard')).toEqual(['src/a.js']);
    expect(await shell(sandbox, 'cat /tmp/victim')).toMatchObject({ stdout: 'x\n' });
  });

  it('13: win no race: a program that swaps a file and a link all the time is gone when the host reads', async () => {
    const sandbox = await open();
    const swap =
      'import os,time\\nend=time.time()+60\\nwhile time.time()<end:\\n  for make in (lambda: os.symlink("/etc","d"), lambda: os.mkdir("d")):\\n    try:\\n      os.path.islink("d") and os.unlink("d") or os.rmdir("d")\\n    except OSError: pass\\n    try: make()\\n    except OSError: pass\\n';
    await shell(
      sandbox,
      `printf '${swap}' > /tmp/swap.py; (setsid nohup python3 /tmp/swap.py >/dev/null 2>&1 &) ; sleep 0.2`,
    );
    let leaked = 0;
    for (let turn = 0; turn < 500; turn += 1) {
      const read = await sandbox.request('read_file', { path: 'd/passwd', maxBytes: 1000 }, { signal: never });
      leaked += read.ok ? 1 : 0;
    }
    expect(leaked).toBe(0);
  });
});
