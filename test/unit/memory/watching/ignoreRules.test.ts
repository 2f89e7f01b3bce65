import { describe, expect, test } from 'vitest';
import { createExclusion } from '../../../../src/core/memory/watching/excludeGlobs.ts';
import { createIgnoreRules, parentOf } from '../../../../src/core/memory/watching/ignoreRules.ts';

const rules = (texts: Readonly<Record<string, string>>, everywhere: readonly string[] = []) =>
  createIgnoreRules((folder) => texts[folder], everywhere);

describe('rules of gitignore files', () => {
  test('hold below the folder that they stand in, and the deepest one decides', () => {
    const { ignores } = rules({ '': '*.log\n/top.ts\n', pkg: '!keep.log\nlocal/\n' });
    expect(
      ['a.log', 'pkg/a.log', 'top.ts', 'pkg/local/a.ts', 'pkg/x/local/b.ts'].filter((path) => !ignores(path, false)),
    ).toEqual([]);
    expect(['pkg/keep.log', 'pkg/top.ts', 'local/a.ts', 'pkg/local'].filter((path) => ignores(path, false))).toEqual(
      [],
    );
    expect(ignores('pkg/local', true)).toBe(true);
  });

  test('cannot bring back what lies in an ignored folder', () => {
    const { ignores } = rules({ '': 'build/\n', build: '!a.ts\n' });
    expect(ignores('build/a.ts', false)).toBe(true);
  });

  test('of the clone and of the person are the weakest, the last of them first', () => {
    const { ignores } = rules({ '': '!b.txt\n' }, ['*.txt\n', '!c.txt\n']);
    expect(['a.txt', 'b.txt', 'c.txt'].map((path) => ignores(path, false))).toEqual([true, false, false]);
  });

  test('differ by case, and take any name', () => {
    const { ignores } = rules({ '': 'Build\n' });
    expect([ignores('Build', true), ignores('build', true)]).toEqual([true, false]);
    expect(['..x', '-', ' a', 'a\nb', '__proto__/a'].filter((path) => ignores(path, false))).toEqual([]);
  });

  test('are read once per folder', () => {
    const asked: string[] = [];
    const { ignores } = createIgnoreRules((folder) => {
      asked.push(folder);
      return undefined;
    });
    for (let file = 0; file < 3; file += 1) {
      ignores(`a/b/${file}.ts`, false);
    }
    expect(asked.toSorted()).toEqual(['', 'a', 'a/b']);
  });
});

describe('globs that a person excluded', () => {
  test('take a name at any depth, a folder with all that is in it, or a place', () => {
    const excluded = createExclusion(['**/dist/**', 'vendor', '*.gen.ts', 'docs/api/', 'a/{b,c}/*.md', ' ']);
    const yes = [
      'dist/a.js',
      'x/dist/y/a.js',
      'vendor/a.go',
      'x/vendor/a.go',
      'x/a.gen.ts',
      'docs/api/a.md',
      'a/b/x.md',
      'a/c/x.md',
    ];
    expect(yes.filter((path) => !excluded(path))).toEqual([]);
    const no = ['src/distance.ts', 'vendors/a.go', 'x/docs/api/a.md', 'a/d/x.md', 'a.gen.tsx'];
    expect(no.filter((path) => excluded(path))).toEqual([]);
  });
});

test('the folder of a path is the root where it has none', () => {
  expect(['a', 'a/b', 'a/b/', 'a/'].map(parentOf)).toEqual(['', 'a', 'a', '']);
});
