import { createHash } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { requireEngine } from '../requirements.ts';
import { never, openBoxes, runtimes, shell, treeOf, value } from './boxes.ts';

const { skip, why } = requireEngine();
const options = { signal: never };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe.skipIf(skip).each(runtimes)(`a tree in a box under %s ${why}`, (runtime) => {
  const boxes = openBoxes(`tree-${runtime}`);
  afterEach(() => boxes.destroyAll());
  afterAll(async () => expect(await boxes.remaining()).toEqual([]));

  it('arrives with its odd names, modes, links and bytes, without links that leave it', async () => {
    const sandbox = await boxes.start('build', runtime);
    const binary = Uint8Array.from({ length: 700_000 }, (_, index) => (index * 7) % 256);
    const long = `${'d'.repeat(90)}/${'e'.repeat(120)}/f.txt`;
    const uploaded = value(
      await sandbox.putTree(
        treeOf([
          ['with space.txt', 'space'],
          ['line\nbreak.txt', 'newline'],
          ['süß/日本語/😀.txt', 'unicode'],
          [long, 'long'],
          ['run.sh', '#!/bin/sh\n', '100755'],
          ['empty', ''],
          ['binary', binary],
          ['docs/link.txt', '../with space.txt', '120000'],
          ['escape', '../../etc/passwd', '120000'],
          ['absolute', '/etc/passwd', '120000'],
          ['chained/escape', 'link/../../..', '120000'],
        ]),
        options,
      ),
    );
    expect(uploaded.files).toBe(8);
    expect(value(await sandbox.request('list_changes', {}, options))).toEqual({ changes: [], truncated: false });

    const listed = value(await sandbox.request('list_files', { directory: '', limit: 100 }, options));
    expect(listed.files.map((file) => file.path).toSorted()).toEqual(
      ['with space.txt', 'line\nbreak.txt', 'süß/日本語/😀.txt', long, 'run.sh', 'empty', 'binary'].toSorted(),
    );
    const bytes = value(
      await sandbox.request(
        'read_bytes',
        { path: 'binary', from: 'repository', offset: 400_000, length: 500_000 },
        options,
      ),
    );
    expect(bytes.size).toBe(700_000);
    expect(Buffer.from(bytes.bytes, 'base64').equals(Buffer.from(binary.subarray(400_000)))).toBe(true);
    const seen = await shell(
      sandbox,
      'cat docs/link.txt; test -x run.sh && echo " x"; test -x empty || echo plain; ls -d escape absolute chained',
    );
    expect(seen.stdout).toBe('space x\nplain\n');
    expect(seen.exitCode).not.toBe(0);
  });

  it('tells exactly what was written, edited, re-moded and deleted', async () => {
    const sandbox = await boxes.start('locked', runtime);
    value(
      await sandbox.putTree(
        treeOf([
          ['keep.txt', 'keep'],
          ['same.txt', 'same'],
          ['edit.txt', '\uFEFFone\r\ntwo\r\n'],
          ['tool.sh', '#!/bin/sh\n', '100755'],
          ['gone.txt', 'gone'],
        ]),
        options,
      ),
    );
    expect(
      value(await sandbox.request('write_file', { path: 'new/deep/file.txt', content: 'new\n' }, options)),
    ).toEqual({
      created: true,
      bytes: 4,
      content: { before: null, after: sha256('new\n') },
    });
    value(await sandbox.request('write_file', { path: 'tool.sh', content: '#!/bin/sh\nexit 1\n' }, options));
    value(await sandbox.request('write_file', { path: 'same.txt', content: 'same' }, options));
    expect(
      value(await sandbox.request('edit_file', { path: 'edit.txt', oldText: 'two', newText: 'two\nthree' }, options))
        .line,
    ).toBe(2);
    value(await sandbox.request('delete_file', { path: 'gone.txt' }, options));
    expect(value(await sandbox.request('list_changes', {}, options))).toEqual({
      truncated: false,
      changes: [
        { path: 'edit.txt', op: 'write', mode: '100644', size: 20, sha256: sha256('\uFEFFone\r\ntwo\r\nthree\r\n') },
        { path: 'gone.txt', op: 'delete', mode: null, size: 0, sha256: null },
        { path: 'new/deep/file.txt', op: 'write', mode: '100644', size: 4, sha256: sha256('new\n') },
        { path: 'tool.sh', op: 'write', mode: '100755', size: 17, sha256: sha256('#!/bin/sh\nexit 1\n') },
      ],
    });
  });

  it('refuses to read or write through a link, and outside of the tree', async () => {
    const sandbox = await boxes.start('build', runtime);
    value(
      await sandbox.putTree(
        treeOf([
          ['real/a.txt', 'a'],
          ['link', 'real', '120000'],
        ]),
        options,
      ),
    );
    await shell(sandbox, 'ln -s /etc etc; ln -s /etc/passwd passwd; mkfifo fifo');
    const read = (path: string) => sandbox.request('read_file', { path, maxBytes: 1_000 }, options);
    const write = (path: string) => sandbox.request('write_file', { path, content: 'x' }, options);
    for (const path of ['link/a.txt', 'etc/passwd', 'passwd']) {
      expect(await read(path)).toMatchObject({ ok: false, error: { detail: 'is-link' } });
      expect(await write(path)).toMatchObject({ ok: false, error: { detail: 'is-link' } });
    }
    for (const path of ['/etc/passwd', '../tmp/x', 'real/../../x', '.git/config', 'a/.GIT/x']) {
      expect(await read(path)).toMatchObject({ ok: false, error: { detail: 'path-outside' } });
      expect(await write(path)).toMatchObject({ ok: false, error: { detail: 'path-outside' } });
    }
    expect(await read('fifo')).toMatchObject({ ok: false, error: { detail: 'not-a-file' } });
  });

  it('ends a pattern that backtracks for ever and goes on serving', async () => {
    const sandbox = await boxes.start('locked', runtime);
    value(await sandbox.putTree(treeOf([['a.txt', `${'a'.repeat(40)}!\nneedle here\n`]]), options));
    const search = (pattern: string, regex: boolean) =>
      sandbox.request('search_text', { pattern, regex, limit: 10 }, options);
    expect(await search('(a+)+$', true)).toMatchObject({ ok: false, error: { detail: 'invalid-pattern' } });
    expect(await search('(', true)).toMatchObject({ ok: false, error: { detail: 'invalid-pattern' } });
    expect(value(await search('needle', false)).hits).toEqual([{ path: 'a.txt', line: 2, text: 'needle here' }]);
  });

  it('says of a tree that does not fit that the workspace is full', async () => {
    const sandbox = await boxes.start('locked', runtime);
    async function* tooMuch() {
      const bytes = new Uint8Array(50 * 2 ** 20);
      for (let index = 0; index < 11; index += 1) {
        yield { path: `big-${index}`, mode: '100644' as const, bytes };
      }
    }
    expect(await sandbox.putTree(tooMuch(), options)).toMatchObject({
      ok: false,
      error: { reason: 'request-refused', detail: 'no-space' },
    });
  });
});
