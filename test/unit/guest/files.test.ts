import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitPath } from '../../../src/guest/locatePath.ts';
import { readBytes, readTextFile } from '../../../src/guest/readFile.ts';
import { deleteFile, editTextFile, keepTextStyle, writeTextFile } from '../../../src/guest/writeFile.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { temporaryFolder } from './guestRoot.ts';

function rootWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const read = (root: string, path: string, range: { startLine?: number; endLine?: number; maxBytes?: number } = {}) =>
  readTextFile(root, { path, maxBytes: 10_000, ...range });

describe('paths of requests', () => {
  it('are split into components below the repository', () => {
    expect(splitPath('./src//a.ts')).toEqual({ ok: true, value: ['src', 'a.ts'] });
    expect(splitPath('.gitignore')).toEqual({ ok: true, value: ['.gitignore'] });
  });

  it.each([
    ['/etc/passwd', 'path-outside'],
    ['..', 'path-outside'],
    ['a/../b', 'path-outside'],
    ['.git/config', 'path-outside'],
    ['a/.Git', 'path-outside'],
    ['a\0b', 'invalid-request'],
  ])('are refused where they could leave it: %j', (path, reason) => {
    expect(splitPath(path)).toMatchObject({ ok: false, error: { reason } });
  });
});

describe('reading a file', () => {
  it('gives ranges of lines, from 1, with what there is in all', () => {
    const root = rootWith({ 'a.txt': 'one\ntwo\r\nthree\n' });
    expect(read(root, 'a.txt')).toEqual({
      ok: true,
      value: { text: 'one\ntwo\nthree', startLine: 1, endLine: 3, totalLines: 3, truncated: false },
    });
    expect(read(root, 'a.txt', { startLine: 2, endLine: 2 })).toMatchObject({
      value: { text: 'two', startLine: 2, endLine: 2, totalLines: 3, truncated: true },
    });
    expect(read(root, 'a.txt', { startLine: 9 })).toMatchObject({ error: { reason: 'invalid-request' } });
  });

  it('cuts at whole lines where the bytes end, and shortens long lines', () => {
    const root = rootWith({ 'a.txt': 'aaaa\nbbbb\ncccc\n', 'long.txt': 'x'.repeat(5_000), empty: '' });
    expect(read(root, 'a.txt', { maxBytes: 9 })).toMatchObject({
      value: { text: 'aaaa\nbbbb', endLine: 2, truncated: true },
    });
    const long = read(root, 'long.txt');
    expect(long.ok && long.value.text).toMatch(/^x{2000}… \[3000 more characters\]$/);
    expect(long.ok && long.value.truncated).toBe(true);
    expect(read(root, 'empty')).toEqual({
      ok: true,
      value: { text: '', startLine: 1, endLine: 0, totalLines: 0, truncated: false },
    });
  });

  it('refuses what is no text, no file, or behind a link', () => {
    const root = rootWith({ binary: Uint8Array.of(1, 0, 2), 'dir/a.txt': 'a' });
    symlinkSync('dir', join(root, 'linked'));
    symlinkSync('dir/a.txt', join(root, 'link'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(read(root, 'binary')).toMatchObject({ error: { reason: 'binary' } });
    expect(read(root, 'dir')).toMatchObject({ error: { reason: 'not-a-file' } });
    expect(read(root, 'pipe')).toMatchObject({ error: { reason: 'not-a-file' } });
    expect(read(root, 'missing')).toMatchObject({ error: { reason: 'not-found' } });
    expect(read(root, 'dir/a.txt/b')).toMatchObject({ error: { reason: 'not-found' } });
    expect(read(root, 'link')).toMatchObject({ error: { reason: 'is-link' } });
    expect(read(root, 'linked/a.txt')).toMatchObject({ error: { reason: 'is-link' } });
  });

  it('gives raw bytes of the repository and of the scratch folder apart', () => {
    const root = rootWith({ 'repo/a': 'repository', 'tmp/a': 'scratch' });
    const roots = { repository: join(root, 'repo'), scratch: join(root, 'tmp') };
    const bytes = (from: 'repository' | 'scratch', offset: number, length: number) => {
      const outcome = readBytes(roots, { path: 'a', from, offset, length });
      return outcome.ok
        ? [Buffer.from(outcome.value.bytes, 'base64').toString(), outcome.value.size]
        : outcome.error.reason;
    };
    expect(bytes('scratch', 0, 100)).toEqual(['scratch', 7]);
    expect(bytes('repository', 2, 3)).toEqual(['pos', 10]);
    expect(bytes('repository', 50, 3)).toEqual(['', 10]);
  });
});

describe('writing a file', () => {
  it('makes folders and files, and keeps the mode of what was there', () => {
    const root = rootWith({ 'run.sh': 'old' });
    chmodSync(join(root, 'run.sh'), 0o755);
    expect(writeTextFile(root, { path: 'a/b/c.txt', content: 'é' })).toEqual({
      ok: true,
      value: { created: true, bytes: 2, content: { before: null, after: sha256('é') } },
    });
    expect(writeTextFile(root, { path: 'run.sh', content: 'new' })).toEqual({
      ok: true,
      value: { created: false, bytes: 3, content: { before: sha256('old'), after: sha256('new') } },
    });
    expect(statSync(join(root, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(root, 'a/b/c.txt'), 'utf8')).toBe('é');
    expect(readdirSync(root).toSorted()).toEqual(['a', 'run.sh']);
  });

  it('refuses what would delete code behind a comment, and the rest of a long file, and writes nothing', () => {
    const long = `${Array.from({ length: 400 }, (_, index) => `line ${index}`).join('\r\n')}\r\n`;
    const short = 'one();\r\ntwo();\r\nthree();\r\n';
    const root = rootWith({ 'long.txt': long, 'short.js': short });
    const behind = 'zero();\n// ... existing code ...\n';
    expect(writeTextFile(root, { path: 'short.js', content: behind })).toMatchObject({ error: { reason: 'left-out' } });
    expect(writeTextFile(root, { path: 'long.txt', content: 'line 0\nline 1\n' })).toMatchObject({
      error: { reason: 'left-out' },
    });
    expect(editTextFile(root, { path: 'short.js', oldText: 'one();\ntwo();', newText: behind })).toMatchObject({
      error: { reason: 'left-out' },
    });
    expect(readFileSync(join(root, 'long.txt'), 'utf8')).toBe(long);
    expect(readFileSync(join(root, 'short.js'), 'utf8')).toBe(short);
    expect(writeTextFile(root, { path: 'new.js', content: behind })).toMatchObject({ ok: true });
  });

  it('says how loosely the text of an edit was found, and keeps line ends, mark and mode', () => {
    const root = rootWith({ 'run.py': '\uFEFFdef f():\r\n\treturn one\r\n' });
    chmodSync(join(root, 'run.py'), 0o755);
    const edit = { path: 'run.py', oldText: 'def f():\n    return one', newText: 'def f():\n    return two' };
    expect(editTextFile(root, edit)).toMatchObject({ ok: true, value: { line: 1, match: 'trim' } });
    expect(readFileSync(join(root, 'run.py'), 'utf8')).toBe('\uFEFFdef f():\r\n\treturn two\r\n');
    expect(statSync(join(root, 'run.py')).mode & 0o777).toBe(0o755);
    const exact = editTextFile(root, { path: 'run.py', oldText: 'two', newText: 'three' });
    expect(exact.ok && exact.value.match).toBeUndefined();
  });

  it('keeps line ends and byte order mark where the writer left them open', () => {
    expect(keepTextStyle('\uFEFFa\r\nb\r\n', 'c\nd\n')).toBe('\uFEFFc\r\nd\r\n');
    expect(keepTextStyle('a\nb\r\n', 'c\nd\n')).toBe('c\nd\n');
    expect(keepTextStyle('a\r\n', 'c\r\nd\n')).toBe('c\r\nd\n');
    expect(keepTextStyle('a\n', 'c\r\n')).toBe('c\r\n');
  });

  it('edits all or nothing', () => {
    const root = rootWith({ 'a.txt': 'one\r\ntwo\r\ntwo\r\n' });
    expect(editTextFile(root, { path: 'a.txt', oldText: 'one\ntwo', newText: 'one\n2' })).toEqual({
      ok: true,
      value: {
        line: 1,
        bytes: 13,
        content: { before: sha256('one\r\ntwo\r\ntwo\r\n'), after: sha256('one\r\n2\r\ntwo\r\n') },
      },
    });
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('one\r\n2\r\ntwo\r\n');
    expect(editTextFile(root, { path: 'a.txt', oldText: 'absent', newText: 'x' })).toMatchObject({
      error: { reason: 'no-match' },
    });
    expect(editTextFile(root, { path: 'missing', oldText: 'a', newText: 'b' })).toMatchObject({
      error: { reason: 'not-found' },
    });
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('one\r\n2\r\ntwo\r\n');
  });

  it('deletes files and links, never folders or what a link leads to', () => {
    const root = rootWith({ 'a.txt': 'a', 'dir/b.txt': 'b' });
    symlinkSync('dir', join(root, 'link'));
    expect(deleteFile(root, { path: 'link/b.txt' })).toMatchObject({ error: { reason: 'is-link' } });
    expect(deleteFile(root, { path: 'link' })).toEqual({ ok: true, value: {} });
    expect(deleteFile(root, { path: 'dir' })).toMatchObject({ error: { reason: 'not-a-file' } });
    expect(deleteFile(root, { path: 'a.txt' })).toEqual({ ok: true, value: {} });
    expect(deleteFile(root, { path: 'a.txt' })).toMatchObject({ error: { reason: 'not-found' } });
    expect(existsSync(join(root, 'dir/b.txt'))).toBe(true);
  });

  it('refuses to write to the repository itself, a folder, or a link', () => {
    const root = rootWith({ 'dir/b.txt': 'b' });
    symlinkSync('dir/b.txt', join(root, 'link'));
    for (const [path, reason] of [
      ['.', 'not-a-file'],
      ['dir', 'not-a-file'],
      ['link', 'is-link'],
    ] as const) {
      expect(writeTextFile(root, { path, content: 'x' })).toMatchObject({ error: { reason } });
    }
    expect(readFileSync(join(root, 'dir/b.txt'), 'utf8')).toBe('b');
  });
});
