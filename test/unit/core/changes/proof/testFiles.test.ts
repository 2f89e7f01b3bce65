import { describe, expect, it } from 'vitest';
import { isTestFile } from '../../../../../src/core/changes/proof/testFiles.ts';

describe('isTestFile', () => {
  it.each([
    'src/a.test.ts',
    'a.spec.js',
    'test_slug.py',
    'pkg/slug_test.py',
    'pkg/a_test.go',
    'test/anything.json',
    'packages/a/tests/x.rs',
    'src/__tests__/a.js',
    'spec/models/a.rb',
    'Tests/A.cs',
  ])('is true for %s', (path) => expect(isTestFile(path)).toBe(true));

  it.each([
    'src/a.ts',
    'testing/a.ts',
    'src/test.md',
    'contest.py',
    'latest_py',
    'src/testimony.py',
    'spec',
    'test_a.md',
  ])('is false for %s', (path) => expect(isTestFile(path)).toBe(false));
});
