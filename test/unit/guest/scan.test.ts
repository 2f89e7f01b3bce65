import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandBraces } from '../../../src/base/expandBraces.ts';
import { globPattern } from '../../../src/guest/globPattern.ts';
import { listFiles, searchText } from '../../../src/guest/scan.ts';
import { temporaryFolder } from './guestRoot.ts';

function root(): string {
  const folder = temporaryFolder();
  const files: Record<string, string | Uint8Array> = {
    'README.md': '# Sum\n',
    'src/sum.ts': 'export const sum = (a, b) => a - b;\n// TODO fix\n',
    'src/deep/Other.ts': `const x = '${'y'.repeat(1_000)} needle ${'z'.repeat(1_000)}';\n`,
    'test/sum.test.js': 'sum(1, 2)\r\nSUM\r\n',
    'node_modules/dep/index.js': 'sum\n',
    '.git/config': 'sum\n',
    binary: Uint8Array.from([...Buffer.from('sum'), 0]),
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  symlinkSync('/etc', join(folder, 'etc'));
  return folder;
}

const paths = (outcome: ReturnType<typeof listFiles>) =>
  outcome.ok ? outcome.value.files.map(({ path }) => path) : outcome.error.reason;

describe('listing files', () => {
  it('gives files in order, without .git, dependencies and links', () => {
    expect(paths(listFiles(root(), { directory: '', limit: 100 }))).toEqual([
      'README.md',
      'binary',
      'src/deep/Other.ts',
      'src/sum.ts',
      'test/sum.test.js',
    ]);
  });

  it('enters dependencies when they are asked for, and a glob filters', () => {
    const folder = root();
    expect(paths(listFiles(folder, { directory: 'node_modules', limit: 100 }))).toEqual(['node_modules/dep/index.js']);
    expect(paths(listFiles(folder, { directory: '.', glob: '*.{ts,js}', limit: 100 }))).toEqual([
      'src/deep/Other.ts',
      'src/sum.ts',
      'test/sum.test.js',
    ]);
  });

  it('says what it left out, and what cannot be listed', () => {
    const folder = root();
    expect(listFiles(folder, { directory: '', limit: 2 })).toMatchObject({ value: { truncated: true } });
    expect(listFiles(folder, { directory: '', limit: 5 })).toMatchObject({ value: { truncated: false } });
    expect(paths(listFiles(folder, { directory: 'nowhere', limit: 2 }))).toBe('not-found');
    expect(paths(listFiles(folder, { directory: 'README.md', limit: 2 }))).toBe('invalid-request');
    expect(paths(listFiles(folder, { directory: 'etc', limit: 2 }))).toBe('is-link');
    expect(paths(listFiles(folder, { directory: '../..', limit: 2 }))).toBe('path-outside');
  });
});

describe('searching text', () => {
  const hits = (params: Partial<Parameters<typeof searchText>[1]>) => {
    const outcome = searchText(root(), { pattern: 'sum', regex: false, limit: 100, ...params });
    return outcome.ok ? outcome.value.hits.map(({ path, line }) => `${path}:${line}`) : outcome.error.reason;
  };

  it('finds literal text, and regular expressions with their case', () => {
    expect(hits({})).toEqual(['src/sum.ts:1', 'test/sum.test.js:1']);
    expect(hits({ pattern: 'a - b;' })).toEqual(['src/sum.ts:1']);
    expect(hits({ pattern: '^SUM$', regex: true })).toEqual(['test/sum.test.js:2']);
    expect(hits({ pattern: '(?i)^# sum', regex: true })).toEqual(['README.md:1']);
    expect(hits({ pattern: 'sum', glob: 'test/**' })).toEqual(['test/sum.test.js:1']);
  });

  it('shows the part of a long line where the match is', () => {
    const outcome = searchText(root(), { pattern: 'needle', regex: false, limit: 10 });
    const text = outcome.ok ? (outcome.value.hits[0]?.text ?? '') : '';
    expect(text).toContain('needle');
    expect(text.length).toBeLessThan(400);
  });

  it('stops at the limit and refuses patterns that are none', () => {
    expect(searchText(root(), { pattern: 'sum', regex: false, limit: 1 })).toMatchObject({
      value: { truncated: true },
    });
    expect(hits({ pattern: '(', regex: true })).toBe('invalid-pattern');
    expect(hits({ pattern: '' })).toBe('invalid-pattern');
  });
});

describe('globs', () => {
  it.each([
    ['*.ts', 'a/b.ts', true],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/b/a.ts', false],
    ['src/**/*.ts', 'src/b/c/a.ts', true],
    ['./src', 'src/b/a.ts', true],
    ['**/*.{test,spec}.[jt]s', 'x/a.spec.js', true],
    ['!a', '!a', true],
    ['#a', 'x/#a', true],
    ['*.TS', 'a.ts', false],
  ])('%s on %s: %s', (glob, path, matches) => {
    expect(globPattern(glob)(path)).toBe(matches);
  });

  it('expand their choices, and stop before they explode', () => {
    expect(expandBraces('{a,b{c,d}}e')).toEqual(['ae', 'bce', 'bde']);
    expect(expandBraces('{a,b}'.repeat(20)).length).toBeLessThanOrEqual(64);
  });
});
