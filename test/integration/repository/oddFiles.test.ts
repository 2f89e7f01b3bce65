import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hunk } from '../../../src/core/changes/hunks.ts';
import type { FilePart } from '../../../src/core/changes/planFile.ts';
import type { FileToUndo, IncomingChange } from '../../../src/core/repository/repository.ts';
import { createCheckout } from '../../../src/node/changes/checkout.ts';
import { fingerprint, must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
  repository.git('config', 'core.autocrlf', 'false');
});

afterEach(() => {
  repository.remove();
});

type Content = string | Uint8Array;

function write(path: string, content: Content, mode = '100644'): IncomingChange {
  return { path, op: 'write', mode, bytes: Buffer.from(content) };
}

function remove(path: string): IncomingChange {
  return { path, op: 'delete', mode: null, bytes: null };
}

async function prepare(...changes: readonly IncomingChange[]) {
  const store = await repository.open();
  const base = must(await store.snapshot(signal)).tree;
  const { tree, judgement } = must(await store.importChanges(base, changes, signal));
  const changeset = must(await store.changeset(base, tree, signal));
  const checkout = createCheckout({ root: repository.root, store });
  let keys = 0;
  return {
    judgement,
    changeset,
    hunks: async (path: string) => must(await checkout.hunks(changeset, path, signal)),
    /** Accepts as a supervisor does; answers what undoes it. */
    async accept(parts: readonly FilePart[]): Promise<FileToUndo[]> {
      const plan = must(await checkout.planApply(changeset, parts, signal));
      expect(plan.conflicts).toEqual([]);
      const key = `apply-${String((keys += 1)).padStart(10, '0')}`;
      const kept = must(await checkout.keepBytes(changeset, plan, `task-1/accept/${key}`, signal));
      expect(must(await checkout.apply(changeset, plan, key, signal)).conflicts).toEqual([]);
      return plan.writes.map(({ path, mode }, index) => {
        const bytes = kept[index];
        if (bytes === undefined) throw new Error('nothing was kept');
        return { path, steps: [{ kept: bytes, mode }] };
      });
    },
    async undo(files: readonly FileToUndo[]): Promise<void> {
      const plan = must(await checkout.planUndo(files, signal));
      expect(plan.conflicts).toEqual([]);
      expect(must(await checkout.undo(plan, 'undo-0123456789', signal)).conflicts).toEqual([]);
    },
  };
}

const lines = (count: number, change: (index: number) => string | undefined = () => undefined): string[] =>
  Array.from({ length: count }, (_, index) => change(index) ?? `line ${index}`);

/** Every file in the checkout: what stands there, and its mode. */
function checkedOut(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fingerprint(repository.root)).filter(([path]) => !/^\.git(\/|$)/.test(path)),
  );
}

/** What git makes of the base with the same hunks of the same two texts. */
function byGit(path: string, base: Content, result: Content, chosen: readonly number[]): Buffer {
  const [before, after] = [join(repository.folder, 'before'), join(repository.folder, 'after')];
  writeFileSync(before, base);
  writeFileSync(after, result);
  const hash = (file: string): string => repository.git('hash-object', '-w', '--no-filters', file).trim();
  const [from, to] = [hash(before), hash(after)];
  const some = join(repository.folder, 'some.patch');
  repository.git('diff', '--text', '--no-prefix', '--unified=0', `--output=${some}`, from, to);
  // Bytes as characters: not all of them are UTF-8.
  const patch = readFileSync(some, 'latin1');
  const [head = '', ...hunks] = patch.split(/^(?=@@ )/m);
  const named = head.replace(/^--- .*$/m, `--- a/${path}`).replace(/^\+\+\+ .*$/m, `+++ b/${path}`);
  const begin = named.slice(named.indexOf('--- '));
  writeFileSync(some, begin + hunks.filter((_, index) => chosen.includes(index)).join(''), 'latin1');
  repository.write(path, base);
  if (chosen.length > 0) {
    repository.git('apply', '--unidiff-zero', '--whitespace=nowarn', some);
  }
  return repository.read(path);
}

const notebook = (...sources: readonly string[]): string =>
  `${JSON.stringify(
    {
      cells: sources.map((source, index) => ({
        cell_type: 'code',
        id: `cell-${index}`,
        metadata: {},
        outputs: [],
        source: [source],
      })),
      metadata: { kernelspec: { name: 'python3' } },
      nbformat: 4,
      nbformat_minor: 5,
    },
    null,
    1,
  )}\n`;

const every = (step: number) => (index: number) => (index % step === 7 ? `agent ${index}` : undefined);

/** Path, base, result, and hunks that lie between them. */
const texts: readonly (readonly [name: string, path: string, base: Content, result: Content, hunks: number])[] = [
  [
    'a file of 10,000 lines with 50 changes',
    'long.txt',
    `${lines(10_000).join('\n')}\n`,
    `${lines(10_000, every(200)).join('\n')}\n`,
    50,
  ],
  ['CRLF', 'crlf.txt', lines(40).join('\r\n'), lines(40, every(10)).join('\r\n'), 4],
  ['mixed line ends', 'mixed.txt', 'a\r\nb\nc\r\nd\n', 'a\r\nB\nc\r\nD\r\n', 2],
  ['a newline that comes to the end', 'end.txt', 'a\nb\nc', 'A\nb\nc\n', 2],
  ['a newline that goes from the end', 'end.txt', 'a\nb\nc\n', 'A\nb\nc', 2],
  ['a byte order mark that stays', 'bom.txt', '\uFEFFa\nb\nc\n', '\uFEFFa\nB\nc\nd\n', 2],
  ['a byte order mark that goes', 'bom.txt', '\uFEFFa\nb\nc\n', 'a\nb\nC\n', 2],
  ['an encoding other than UTF-8', 'latin.txt', Buffer.from('caf\xe9\nb\nc\n', 'latin1'), 'café\nb\nC\n', 2],
  ['an empty file that gets text', 'empty.txt', '', 'a\nb\n', 1],
  ['a file that gets empty', 'empty.txt', 'a\nb\n', '', 1],
  ['a notebook', 'notes.ipynb', notebook('1 + 1', '2', 'print()'), notebook('1 + 2', '2', 'print("x")'), 2],
];

describe('single changes of an odd file', () => {
  it.each(texts)('%s: any of them make the bytes that git makes, and undone they leave none', async (...given) => {
    const [, path, base, result, count] = given;
    repository.write(path, base);
    repository.commit();
    const task = await prepare(write(path, result));
    const hunks = (await task.hunks(path)) ?? [];
    expect(hunks).toHaveLength(count);
    await fc.assert(
      fc.asyncProperty(fc.subarray(hunks.map((_, index) => index)), async (chosen) => {
        const theirs = byGit(path, base, result, chosen);
        repository.write(path, base);
        chmodSync(join(repository.root, path), 0o640);
        const before = checkedOut();
        const to: readonly Hunk[] = hunks.filter((_, index) => chosen.includes(index));
        const accepted = await task.accept([{ path, to }]);
        const ours = repository.read(path);
        await task.undo(accepted);
        expect(checkedOut()).toEqual(before);
        expect(ours.equals(theirs), `${ours.toString('latin1')}\n— not —\n${theirs.toString('latin1')}`).toBe(true);
      }),
      { numRuns: 6, examples: [[[]], [hunks.map((_, index) => index)]] },
    );
  });

  it('are none of a binary file, of one that is added or deleted, and of one whose mode alone changes', async () => {
    repository.write('picture.bin', Uint8Array.of(0, 1, 2));
    repository.commit({ 'gone.txt': 'a\n', 'run.sh': '#!/bin/sh\n', 'text.txt': 'a\n' });
    const task = await prepare(
      write('picture.bin', Uint8Array.of(0, 1, 3)),
      write('text.txt', '\0'),
      write('new.txt', 'a\n'),
      write('nothing.txt', ''),
      remove('gone.txt'),
      write('run.sh', '#!/bin/sh\n', '100755'),
    );
    expect(Object.fromEntries(task.changeset.files.map((file) => [file.path, file.binary]))).toEqual({
      'gone.txt': false,
      'new.txt': false,
      'nothing.txt': false,
      'picture.bin': true,
      'run.sh': false,
      'text.txt': true,
    });
    for (const path of ['picture.bin', 'text.txt', 'new.txt', 'nothing.txt', 'gone.txt']) {
      expect(await task.hunks(path), path).toBeUndefined();
    }
    expect(await task.hunks('run.sh')).toEqual([]);
  });
});

describe('a renamed file', () => {
  const text = `${lines(30).join('\n')}\n`;
  const edited = text.replace('line 12\n', 'agent 12\nagent 13\n');
  const picture = Uint8Array.from({ length: 4_000 }, (_, index) => (index * 7919) % 256);

  it('is counted against what it was, its old name counts nothing, and no other file is taken for one', async () => {
    repository.write('old.bin', picture);
    repository.commit({ 'old.txt': text, 'ünï "old".txt': `${text}more\n`, 'gone.txt': 'something else\n' });
    const task = await prepare(
      remove('old.txt'),
      write('deep/new.txt', text),
      remove('ünï "old".txt'),
      write('ünï new.txt', `${edited}more\n`),
      remove('old.bin'),
      write('new.bin', Uint8Array.of(...picture, 1)),
      remove('gone.txt'),
      write('other.txt', 'nothing of it\nis the same\n'),
    );
    expect(
      task.changeset.files.map(({ path, status, additions, deletions, renamedFrom }) =>
        [path, status, additions, deletions, renamedFrom].join('|'),
      ),
    ).toEqual([
      'deep/new.txt|added|0|0|old.txt',
      'gone.txt|deleted|0|1|',
      'new.bin|added|0|0|old.bin',
      'old.bin|deleted|0|0|',
      'old.txt|deleted|0|0|',
      'other.txt|added|2|0|',
      'ünï "old".txt|deleted|0|0|',
      'ünï new.txt|added|2|1|ünï "old".txt',
    ]);
  });

  it('is written under its new name, gone under its old one, and back with its mode when that is undone', async () => {
    repository.commit({ 'old.txt': text, 'kept.txt': 'a\n' });
    chmodSync(join(repository.root, 'old.txt'), 0o600);
    const before = checkedOut();
    const task = await prepare(remove('old.txt'), write('new.txt', edited));
    const accepted = await task.accept([{ path: 'old.txt' }, { path: 'new.txt' }]);
    expect(existsSync(join(repository.root, 'old.txt'))).toBe(false);
    expect(repository.read('new.txt').toString()).toBe(edited);
    await task.undo(accepted);
    expect(checkedOut()).toEqual(before);
  });
});

describe('modes', () => {
  it('come with the last change of a file that gets executable, and go when that is undone', async () => {
    const base = `${lines(20).join('\n')}\n`;
    const result = `${lines(20, every(10)).join('\n')}\n`;
    repository.commit({ 'run.sh': base });
    const before = checkedOut();
    const task = await prepare(write('run.sh', result, '100755'));
    const hunks = (await task.hunks('run.sh')) ?? [];
    expect(hunks).toHaveLength(2);
    const mode = (): number => statSync(join(repository.root, 'run.sh')).mode & 0o777;
    const first = await task.accept([{ path: 'run.sh', to: hunks.slice(0, 1) }]);
    expect(mode()).toBe(0o644);
    const rest = await task.accept([{ path: 'run.sh', from: hunks.slice(0, 1) }]);
    expect(mode()).toBe(0o755);
    expect(repository.read('run.sh').toString()).toBe(result);
    await task.undo([{ path: 'run.sh', steps: [...first, ...rest].flatMap(({ steps }) => steps) }]);
    expect(checkedOut()).toEqual(before);
  });

  it('go from a file that is no longer executable, and it alone is undone', async () => {
    repository.write('run.sh', '#!/bin/sh\n', 0o755);
    repository.commit({ 'a.txt': 'a\n' });
    const before = checkedOut();
    const task = await prepare(write('run.sh', '#!/bin/sh\n'), write('a.txt', 'A\n'));
    const [shell, text] = [await task.accept([{ path: 'run.sh' }]), await task.accept([{ path: 'a.txt' }])];
    expect(statSync(join(repository.root, 'run.sh')).mode & 0o111).toBe(0);
    await task.undo(shell);
    expect(repository.read('a.txt').toString()).toBe('A\n');
    await task.undo(text);
    expect(checkedOut()).toEqual(before);
  });
});

it('a symbolic link is refused by name, in place of a file too, and the rest stays a result', async () => {
  repository.commit({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  const task = await prepare(
    write('link', '/etc/passwd', '120000'),
    write('a.txt', '../outside', '120000'),
    write('b.txt', 'B\n'),
  );
  expect(task.judgement.refused.map(({ path, rule }) => [path, rule])).toEqual([
    ['link', 'P-LINK'],
    ['a.txt', 'P-LINK'],
  ]);
  expect(task.changeset.files.map(({ path }) => path)).toEqual(['b.txt']);
});
