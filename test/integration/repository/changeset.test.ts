import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IncomingChange } from '../../../src/core/repository/repository.ts';
import { filesOf, must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => {
  repository.remove();
});

function write(path: string, content: string | Uint8Array, mode = '100644'): IncomingChange {
  return { path, op: 'write', mode, bytes: Buffer.from(content) };
}

function remove(path: string): IncomingChange {
  return { path, op: 'delete', mode: null, bytes: null };
}

const binary = Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256);
const latin1 = Buffer.from('caf\xe9\nna\xefve\n', 'latin1');

const changes: readonly IncomingChange[] = [
  write('edited.txt', 'one\n2\nthree\nfour\n'),
  write('no newline.txt', 'now with text, without a newline'),
  write('crlf.txt', 'a\r\nB\r\n'),
  write('new/deep/ünï\nline "quoted".txt', 'hello\n'),
  write('picture.bin', binary),
  write('old.bin', Uint8Array.of(0, 9, 9)),
  write('latin.txt', latin1),
  write('empty.txt', ''),
  write('run.sh', '#!/bin/sh\n', '100755'),
  remove('gone.txt'),
  remove('gone.bin'),
];

async function prepare() {
  repository.commit({
    'edited.txt': 'one\ntwo\nthree\n',
    'gone.txt': 'x\n',
    'crlf.txt': 'a\r\nb\r\n',
    'no newline.txt': 'old',
  });
  repository.write('old.bin', Uint8Array.of(0, 1, 2));
  repository.write('gone.bin', Uint8Array.of(0, 1, 2));
  repository.write('latin.txt', Buffer.from('caf\xe9\n', 'latin1'));
  repository.write('run.sh', '#!/bin/sh\n');
  repository.commit();
  const store = await repository.open();
  const base = must(await store.snapshot(signal)).tree;
  const imported = must(await store.importChanges(base, changes, signal));
  return { store, base, ...imported };
}

describe('a changeset', () => {
  it('lists what changed with counts, ids and modes, sorted by path', async () => {
    const { store, base, tree, judgement } = await prepare();
    const changeset = must(await store.changeset(base, tree, signal));
    expect(judgement).toEqual({
      refused: [expect.objectContaining({ path: 'new/deep/ünï\nline "quoted".txt', rule: 'P-CONTROL' })],
      protected: [expect.objectContaining({ path: 'run.sh', rule: 'P-EXECUTABLE' })],
    });
    expect(
      changeset.files.map(({ path, status, additions, deletions, binary: isBinary, baseMode, resultMode }) =>
        [path, status, additions, deletions, isBinary, baseMode, resultMode].join(' '),
      ),
    ).toEqual([
      'crlf.txt modified 1 1 false 100644 100644',
      'edited.txt modified 2 1 false 100644 100644',
      'empty.txt added 0 0 false  100644',
      'gone.bin deleted 0 0 true 100644 ',
      'gone.txt deleted 0 1 false 100644 ',
      'latin.txt modified 1 0 false 100644 100644',
      'no newline.txt modified 1 1 false 100644 100644',
      'old.bin modified 0 0 true 100644 100644',
      'picture.bin added 0 0 true  100644',
      'run.sh modified 0 0 false 100644 100755',
    ]);
    expect(changeset.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(must(await store.changeset(base, base, signal))).toMatchObject({ files: [] });
    expect(must(await store.judge(base, tree, signal))).toEqual({ refused: [], protected: judgement.protected });
    expect(must(await store.paths(tree, signal))).toEqual(
      changeset.files.map((file) => file.path).filter((path) => !path.startsWith('gone')),
    );
  });

  it('is a patch that git apply takes and that gives the result byte for byte', async () => {
    const { store, base, tree } = await prepare();
    const patch = must(await store.patch(base, tree, signal));
    writeFileSync(join(repository.folder, 'patch'), patch);
    execFileSync('git', ['apply', '--index', join(repository.folder, 'patch')], { cwd: repository.root });
    expect(repository.git('write-tree').trim()).toBe(tree);
    expect(repository.read('latin.txt')).toEqual(latin1);
    expect(Buffer.from(repository.read('picture.bin'))).toEqual(Buffer.from(binary));
    const some = must(await store.patch(base, tree, signal, ['crlf.txt', 'gone.txt']));
    expect([...some.matchAll(/^diff --git (.*)$/gm)].map(([, names]) => names)).toEqual([
      'a/crlf.txt b/crlf.txt',
      'a/gone.txt b/gone.txt',
    ]);
    expect(must(await store.patch(base, tree, signal, []))).toBe('');
  });

  it('survives that the repository loses the objects, once it is kept', async () => {
    repository.commit({ 'deep/a.txt': 'a\n', 'b.txt': 'b\n' });
    const store = await repository.open();
    const base = must(await store.snapshot(signal)).tree;
    const { tree } = must(await store.importChanges(base, [write('b.txt', 'agent\n')], signal));
    must(await store.keep('task-1/base', base, signal));
    must(await store.keep('task-1/result', tree, signal));
    const before = await filesOf(store, tree);
    repository.git('update-ref', '-d', 'HEAD');
    repository.git('rm', '-r', '-q', '--cached', '.');
    repository.git('reflog', 'expire', '--expire=now', '--all');
    repository.git('gc', '-q', '--prune=now');
    expect(() => repository.git('cat-file', '-e', base)).toThrow();
    repository.gitIn(join(repository.state, 'store.git'), 'prune', '--expire=now');
    expect(await filesOf(store, tree)).toEqual(before);
    expect(must(await store.changeset(base, tree, signal)).files.map((file) => file.path)).toEqual(['b.txt']);
    for (const name of ['', '../x', 'a..b', '-x', 'x.lock', 'a/']) {
      expect((await store.keep(name, tree, signal)).ok, name).toBe(false);
    }
  });

  it('refuses what is no tree, and an option in place of one', async () => {
    const { store, base } = await prepare();
    for (const wrong of ['--help', 'HEAD', '', `${base}^`, 'f'.repeat(40)]) {
      expect((await store.changeset(base, wrong, signal)).ok, wrong).toBe(false);
      expect((await store.importChanges(wrong, [], signal)).ok, wrong).toBe(false);
    }
    await expect(filesOf(store, 'f'.repeat(40))).rejects.toThrow(/git ls-tree failed/);
  });

  it('reads thousands of files from one process as fast as the reader takes them, and stops when it stops', async () => {
    for (let index = 0; index < 3000; index += 1) {
      repository.write(`d${index % 50}/f${index}.txt`, `${index}\n`.repeat(50));
    }
    repository.commit();
    const store = await repository.open();
    const { tree } = must(await store.snapshot(signal));
    let count = 0;
    for await (const file of store.files(tree, signal)) {
      expect(file.bytes.byteLength).toBeGreaterThan(0);
      count += 1;
    }
    expect(count).toBe(3000);
    for await (const file of store.files(tree, signal)) {
      expect(file.path).toBe('d0/f0.txt');
      break;
    }
    const controller = new AbortController();
    await expect(async () => {
      for await (const file of store.files(tree, controller.signal)) {
        expect(file.mode).toBe('100644');
        controller.abort();
      }
    }).rejects.toThrow(/cancelled/);
  });

  it('keeps nothing of work that ended', async () => {
    await prepare();
    expect(readdirSync(join(repository.state, 'work'))).toEqual([]);
    chmodSync(repository.state, 0o755);
    expect(readFileSync(join(repository.state, 'store.git', 'HEAD'), 'utf8')).toMatch(/^ref:/);
  });
});
