import { expect, test } from 'vitest';
import { testSymbols } from '../../../../src/core/memory/reading/testSymbols.ts';

test('functions of a file of tests are tests by their names, as their language has it', () => {
  const kinds = (language: string, names: readonly string[]): string[] =>
    testSymbols(
      language,
      names.map((name) => ({ kind: 'function', name, startLine: 1, endLine: 1 })),
    ).map(({ kind }) => kind);
  expect(kinds('python', ['test_add', 'testAdd', 'testing', 'helper'])).toEqual([
    'test',
    'test',
    'function',
    'function',
  ]);
  expect(kinds('go', ['TestAdd', 'Testify', 'BenchmarkAdd', 'add'])).toEqual(['test', 'function', 'test', 'function']);
  expect(kinds('typescript', ['test_add'])).toEqual(['function']);
});
