import { expect, test } from 'vitest';
import { knownLanguages, languageOf } from '../../../../src/core/memory/reading/languageOf.ts';
import { pathFilter } from '../../../../src/core/memory/recall/fileFilter.ts';
import { filterProblem } from '../../../../src/core/memory/recall/filterProblem.ts';

test.each([
  ['src', 'src/a/b.ts', true],
  ['src/', 'src/a/b.ts', true],
  ['./src', 'src/b.ts', true],
  ['packages/*/src', 'packages/shop/src/a.ts', true],
  ['{src,lib}', 'lib/a.ts', true],
  ['src/a', 'src/ab.ts', false],
  ['src', 'other/a.ts', false],
  ['src/*', 'src/a.ts', true],
  ['src/*', 'src/a/b.ts', false],
  ['src/a.ts', 'src/a.ts', true],
  ['!src', 'src/a.ts', false],
  ['!src', 'lib/a.ts', true],
  ['app/[id]', 'app/[id]/page.tsx', true],
])('%s and %s: %s', (glob, path, expected) => {
  expect(pathFilter([glob])(path)).toBe(expected);
  expect(filterProblem({ paths: [glob] })).toBeUndefined();
});

test('a language may be written in capitals, and every one that a file can have is known', () => {
  expect(filterProblem({ languages: ['TypeScript', 'plaintext'] })).toBeUndefined();
  for (const path of ['a.ts', 'b.py', 'Makefile', 'go.mod', 'notes']) {
    expect(knownLanguages()).toContain(languageOf(path, ''));
  }
});
