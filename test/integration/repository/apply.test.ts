import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../../src/base/result.ts';
import type { Changeset } from '../../../src/core/changes/changeset.ts';
import type { FilePart } from '../../../src/core/changes/planFile.ts';
import type { Checkout, IncomingChange } from '../../../src/core/repository/repository.ts';
import { createCheckout } from '../../../src/node/changes/checkout.ts';
import { fingerprint, must, signal, TemporaryRepository } from './temporaryRepository.ts';

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

const key = 'apply-0123456789';

const lines = (count: number, change: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: count }, (_, index) => `${change[index] ?? `line ${index}`}\n`).join('');

const whole = (...paths: readonly string[]): FilePart[] => paths.map((path) => ({ path }));

async function prepare(changes: readonly IncomingChange[]): Promise<{ changeset: Changeset; checkout: Checkout }> {
  const store = await repository.open();
  const base = must(await store.snapshot(signal)).tree;
  const { tree } = must(await store.importChanges(base, changes, signal));
  return {
    changeset: must(await store.changeset(base, tree, signal)),
    checkout: createCheckout({ root: repository.root, store }),
  };
}

async function accept({ changeset, checkout }: { changeset: Changeset; checkout: Checkout }, paths?: string[]) {
  const parts = whole(...(paths ?? changeset.files.map((file) => file.path)));
  const plan = must(await checkout.planApply(changeset, parts, signal));
  const done = must(await checkout.apply(changeset, plan, key, signal));
  return {
    planned: plan.writes.map((one) => one.path),
    unchanged: plan.unchanged,
    applied: done.applied,
    conflicts: [...plan.conflicts, ...done.conflicts].map((one) => `${one.path}: ${one.reason}`),
    messages: [...plan.conflicts, ...done.conflicts].map((one) => one.message),
  };
}

describe('applying a changeset', () => {
  it('adds, changes, deletes and sets modes, file by file, and a second time does nothing', async () => {
    repository.commit({ 'a.txt': 'a\n', 'gone/only.txt': 'x\n', 'b.txt': 'b\n', 'run.sh': '#!/bin/sh\n' });
    chmodSync(join(repository.root, 'a.txt'), 0o640);
    const prepared = await prepare([
      write('a.txt', 'A\n'),
      write('b.txt', 'B\n'),
      write('new/deep/c.txt', 'c\n'),
      write('run.sh', '#!/bin/sh\n', '100755'),
      { path: 'gone/only.txt', op: 'delete', mode: null, bytes: null },
    ]);
    const one = await accept(prepared, ['a.txt']);
    expect(one).toMatchObject({ applied: ['a.txt'], conflicts: [] });
    expect([repository.read('a.txt').toString(), repository.read('b.txt').toString()]).toEqual(['A\n', 'b\n']);
    expect(statSync(join(repository.root, 'a.txt')).mode & 0o777).toBe(0o640);
    const rest = await accept(prepared);
    expect(rest).toMatchObject({
      unchanged: ['a.txt'],
      applied: ['b.txt', 'gone/only.txt', 'new/deep/c.txt', 'run.sh'],
    });
    expect(repository.read('new/deep/c.txt').toString()).toBe('c\n');
    expect(existsSync(join(repository.root, 'gone'))).toBe(false);
    expect(statSync(join(repository.root, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(await accept(prepared)).toMatchObject({ planned: [], applied: [], conflicts: [] });
    expect(readdirSync(repository.root).filter((name) => name.includes('nightshift'))).toEqual([]);
  });

  it('merges with what the user changed elsewhere in the file meanwhile', async () => {
    repository.commit({ 'a.txt': lines(30) });
    const prepared = await prepare([write('a.txt', lines(30, { 3: 'agent' }))]);
    repository.write('a.txt', lines(30, { 20: 'user' }));
    expect(await accept(prepared)).toMatchObject({ applied: ['a.txt'], conflicts: [] });
    expect(repository.read('a.txt').toString()).toBe(lines(30, { 3: 'agent', 20: 'user' }));
  });

  it('merges into a checkout with CRLF what was made on LF, and keeps CRLF', async () => {
    repository.git('config', 'core.autocrlf', 'true');
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
    repository.commit({ 'a.txt': crlf(lines(30)), 'b.txt': crlf(lines(5)) });
    const prepared = await prepare([
      write('a.txt', lines(30, { 3: 'agent' })),
      write('b.txt', lines(5, { 1: 'agent' })),
    ]);
    repository.write('a.txt', crlf(lines(30, { 20: 'user' })));
    expect(await accept(prepared)).toMatchObject({ applied: ['a.txt', 'b.txt'], conflicts: [] });
    expect(repository.read('a.txt').toString()).toBe(crlf(lines(30, { 3: 'agent', 20: 'user' })));
    expect(repository.read('b.txt').toString()).toBe(crlf(lines(5, { 1: 'agent' })));
  });

  it('never overwrites: each kind of conflict leaves the file as it is, says the way out, and the others still apply', async () => {
    repository.commit({
      'same.txt': lines(9),
      'deleted.txt': 'x\n',
      'removed.txt': 'x\n',
      'bin.dat': '\0a',
      'fine.txt': 'x\n',
    });
    const prepared = await prepare([
      write('same.txt', lines(9, { 4: 'agent' })),
      write('deleted.txt', 'agent\n'),
      { path: 'removed.txt', op: 'delete', mode: null, bytes: null },
      write('bin.dat', '\0b'),
      write('new.txt', 'agent\n'),
      write('folder/file.txt', 'agent\n'),
      write('place.txt', 'agent\n'),
      write('fine.txt', 'agent\n'),
    ]);
    repository.write('same.txt', lines(9, { 4: 'user' }));
    unlinkSync(join(repository.root, 'deleted.txt'));
    repository.write('removed.txt', 'user\n');
    repository.write('bin.dat', '\0c');
    repository.write('new.txt', 'user\n');
    repository.write('folder', 'a file\n');
    mkdirSync(join(repository.root, 'place.txt'));
    const before = fingerprint(repository.root);
    const done = await accept(prepared);
    expect(done.conflicts).toEqual([
      'bin.dat: changed-meanwhile',
      'deleted.txt: deleted-meanwhile',
      'folder/file.txt: exists-already',
      'new.txt: exists-already',
      'place.txt: exists-already',
      'removed.txt: changed-meanwhile',
      'same.txt: changed-meanwhile',
    ]);
    expect(done.applied).toEqual(['fine.txt']);
    for (const message of done.messages) {
      expect(message).toMatch(/^.*".*(accept again|nothing in it is needed)\.$/);
    }
    const after = fingerprint(repository.root);
    delete before['fine.txt'];
    delete after['fine.txt'];
    expect(after).toEqual(before);
  });

  it('writes through no link, into no other repository, and never out of the tree', async () => {
    repository.commit({ 'sub/a.txt': 'a\n', 'b.txt': 'b\n', 'own/c.txt': 'c\n' });
    const prepared = await prepare([
      write('sub/a.txt', 'agent\n'),
      write('b.txt', 'agent\n'),
      write('own/c.txt', 'agent\n'),
    ]);
    const outside = join(repository.folder, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'a.txt'), 'a\n');
    writeFileSync(join(outside, 'b.txt'), 'b\n');
    renameSync(join(repository.root, 'sub'), join(repository.folder, 'moved'));
    symlinkSync(outside, join(repository.root, 'sub'));
    unlinkSync(join(repository.root, 'b.txt'));
    symlinkSync(join(outside, 'b.txt'), join(repository.root, 'b.txt'));
    repository.gitIn(join(repository.root, 'own'), 'init', '-q');
    const before = fingerprint(repository.folder);
    expect(await accept(prepared)).toMatchObject({
      applied: [],
      conflicts: ['b.txt: path-unsafe', 'own/c.txt: path-unsafe', 'sub/a.txt: path-unsafe'],
    });
    expect(fingerprint(repository.folder)).toEqual(before);
    const evil = {
      ...prepared.changeset,
      files: prepared.changeset.files.map((file) => ({ ...file, path: '../outside/a.txt' })),
    };
    const plan = must(await prepared.checkout.planApply(evil, whole('../outside/a.txt'), signal));
    expect(plan).toMatchObject({ writes: [], conflicts: [{ reason: 'path-unsafe' }] });
    const forged = { ...plan, writes: [{ path: '../outside/a.txt', before: null, after: null, mode: null }] };
    expect(must(await prepared.checkout.apply(evil, forged, key, signal))).toMatchObject({ applied: [] });
    expect(fingerprint(repository.folder)).toEqual(before);
  });

  it('stops at the first file that changed after the plan, and says what was done', async () => {
    repository.commit({ 'a.txt': 'a\n', 'b.txt': lines(30), 'c.txt': 'c\n' });
    const { changeset, checkout } = await prepare([
      write('a.txt', 'A\n'),
      write('b.txt', lines(30, { 3: 'agent' })),
      write('c.txt', 'C\n'),
    ]);
    const plan = must(await checkout.planApply(changeset, whole('a.txt', 'b.txt', 'c.txt'), signal));
    repository.write('b.txt', lines(30, { 20: 'user' }));
    const done = must(await checkout.apply(changeset, plan, key, signal));
    expect(done).toMatchObject({ applied: ['a.txt'], conflicts: [{ path: 'b.txt', reason: 'changed-meanwhile' }] });
    expect(repository.read('b.txt').toString()).toBe(lines(30, { 20: 'user' }));
    expect(repository.read('c.txt').toString()).toBe('c\n');
  });

  it('never says that an apply is done which was cancelled in the middle', async () => {
    repository.commit({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    const { changeset, checkout } = await prepare([write('a.txt', 'A\n'), write('b.txt', 'B\n')]);
    const plan = must(await checkout.planApply(changeset, whole('a.txt', 'b.txt'), signal));
    const cancel = new AbortController();
    const [first, second] = plan.writes;
    const cancelling = {
      path: 'a.txt',
      before: first?.before ?? null,
      mode: first?.mode ?? null,
      get after() {
        cancel.abort();
        return first?.after ?? null;
      },
    };
    const writes = second === undefined ? [] : [cancelling, second];
    const done = await checkout.apply(changeset, { ...plan, writes }, key, cancel.signal);
    expect(done).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect([repository.read('a.txt').toString(), repository.read('b.txt').toString()]).toEqual(['A\n', 'b\n']);
    expect(must(await checkout.planApply(changeset, whole('a.txt', 'b.txt'), signal))).toMatchObject({
      unchanged: ['a.txt'],
      writes: [{ path: 'b.txt' }],
    });
  });

  it('replaces no file that stands where it would write beside the target, and removes none', async () => {
    repository.commit({ 'src/a.txt': 'a\n' });
    const { changeset, checkout } = await prepare([write('src/a.txt', 'A\n')]);
    const plan = must(await checkout.planApply(changeset, whole('src/a.txt'), signal));
    repository.write(`src/.nightshift-${key}.tmp`, 'there before\n');
    const before = fingerprint(repository.root);
    const done = must(await checkout.apply(changeset, plan, key, signal));
    expect(done).toMatchObject({ applied: [], conflicts: [{ reason: 'not-writable' }] });
    expect(fingerprint(repository.root)).toEqual(before);
  });

  it.each(['', '../x', 'a/b', 'Apply-1', 'a.b'])('writes nothing under the key %j', async (bad) => {
    repository.commit({ 'a.txt': 'a\n' });
    const { changeset, checkout } = await prepare([write('a.txt', 'A\n')]);
    const plan = must(await checkout.planApply(changeset, whole('a.txt'), signal));
    expect(await checkout.apply(changeset, plan, bad, signal)).toMatchObject({ ok: false, error: { reason: 'io' } });
    expect(repository.read('a.txt').toString()).toBe('a\n');
  });

  it('answers a failure for a path that is not in the changeset', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    const { changeset, checkout } = await prepare([write('a.txt', 'A\n')]);
    expect(await checkout.planApply(changeset, whole('b.txt'), signal)).toMatchObject({
      ok: false,
      error: { reason: 'io' },
    });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'answers a conflict where the file system does not allow it, and leaves nothing behind',
    async () => {
      repository.commit({ 'locked/a.txt': 'a\n', 'b.txt': 'b\n' });
      const store = await repository.open();
      const { changeset, checkout } = await prepare([write('locked/a.txt', 'A\n'), write('b.txt', 'B\n')]);
      const plan = must(await checkout.planApply(changeset, whole('locked/a.txt', 'b.txt'), signal));
      const blobs = await store.readBlobs(
        changeset.files.flatMap((file) => [file.base ?? '', file.result ?? '']),
        signal,
      );
      const before = fingerprint(repository.root);
      chmodSync(repository.folder, 0o755);
      process.seteuid?.(65_534);
      try {
        const other = createCheckout({
          root: repository.root,
          store: { readBlobs: async () => blobs, keepBlobs: async () => ok([]) },
        });
        const done = must(await other.apply(changeset, plan, key, signal));
        expect(done).toMatchObject({ applied: [], conflicts: [{ path: 'locked/a.txt', reason: 'not-writable' }] });
      } finally {
        process.seteuid?.(0);
      }
      expect(fingerprint(repository.root)).toEqual(before);
    },
  );
});
