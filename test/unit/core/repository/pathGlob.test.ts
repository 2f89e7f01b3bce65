import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { matchesGlob } from '../../../../src/core/repository/pathGlob.ts';

describe('a glob', () => {
  it.each([
    ['**/*.ts', 'src/deep/file.ts', true],
    ['**/*.ts', 'file.ts', true],
    ['*.ts', 'src/deep/file.ts', true],
    ['src/*.ts', 'src/file.ts', true],
    ['src/*.ts', 'src/deep/file.ts', false],
    ['src/**', 'src/deep/file.ts', true],
    ['src/**/test/*.js', 'src/test/a.js', true],
    ['src/**/test/*.js', 'src/a/b/test/c/test/a.js', true],
    ['src/**/test/*.js', 'src/a/b/test/c/a.js', false],
    ['*.{ts,tsx}', 'a/b.tsx', true],
    ['{src,lib}/**/*.js', 'lib/x.js', true],
    ['{src,lib}/**/*.js', 'docs/x.js', false],
    ['/src/?.js', 'src/a.js', true],
    ['./src/?.js', 'src/ab.js', false],
    ['a*b*c', 'axxbxxbxc', true],
    ['a*b*c', 'axxbxxbx', false],
    ['*.t.s', 'axtxs', false],
    ['[ab].js', 'a.js', false],
    ['', 'a.js', false],
  ])('%s and %s: %s', (glob, path, expected) => {
    expect(matchesGlob(path, glob)).toBe(expected);
  });

  test('matches as the same expression in words does', () => {
    const name = fc.constantFrom('a', 'ab', 'b', 'aab');
    const part = fc.constantFrom('a', 'b', '*', '?', 'a*', '*b', '**', '?b', 'a*b');
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 5 }),
        fc.array(part, { minLength: 2, maxLength: 5 }),
        (names, parts) => {
          const source = parts
            .map((one) => (one === '**' ? '(?:[^/]+/)*' : `${one.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}/`))
            .join('');
          expect(matchesGlob(names.join('/'), parts.join('/'))).toBe(
            new RegExp(`^${source}$`).test(`${names.join('/')}/`),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('takes no long time over any text, as an expression with as many stars would', () => {
    const started = performance.now();
    expect(matchesGlob('a'.repeat(4_000), `${'*a'.repeat(100)}*b`)).toBe(false);
    expect(matchesGlob(`${'a/'.repeat(2_000)}a`, `${'**/a/'.repeat(50)}b`)).toBe(false);
    expect(matchesGlob('a', '{a,b}'.repeat(60))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
