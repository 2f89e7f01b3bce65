import { expect, it } from 'vitest';
import { isForgotten, outermost } from '../../../src/core/memory/forgottenPaths.ts';

it('a path is forgotten by its own name or by a folder above it, and by nothing that is named like them', () => {
  const forgotten = new Set(['old', 'src/deep/a.ts']);
  const asked = [
    'old',
    'old/a.ts',
    'old/b/c.ts',
    'src/deep/a.ts',
    'older',
    'old.ts',
    'src',
    'src/deep',
    'deep/old',
    '',
  ];
  expect(asked.filter((path) => isForgotten(path, forgotten))).toEqual(asked.slice(0, 4));
  expect(isForgotten('old', new Set())).toBe(false);
});

it('what is below another forgotten path need not be kept beside it', () => {
  expect(outermost(new Set(['src/b', 'old/a.ts', 'old', 'older/a.ts', 'src/b/c/d.ts']))).toEqual([
    'old',
    'older/a.ts',
    'src/b',
  ]);
});
