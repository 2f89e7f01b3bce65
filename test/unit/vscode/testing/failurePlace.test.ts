import { describe, expect, test } from 'vitest';
import { failurePlace } from '../../../../src/vscode/testing/failurePlace.ts';

describe('the place of a failure', () => {
  test.each([
    ['node', 'at TestContext.<anonymous> (file:///workspace/repo/test/a.test.js:2:21)', 'test/a.test.js', 2, 21],
    ['jest', '    at Object.<anonymous> (/workspace/repo/src/a.test.ts:3:5)', 'src/a.test.ts', 3, 5],
    ['pytest', 'tests/test_a.py:5: AssertionError', 'tests/test_a.py', 5, 1],
    ['go', '    a_test.go:12: got 3', 'pkg/a_test.go', 12, 1],
    ['cargo', "thread 'x' panicked at src/lib.rs:9:13:", 'src/lib.rs', 9, 13],
  ])('is read from the words of %s', (_runner, message, file, line, column) => {
    expect(failurePlace(message, file)).toEqual({ path: file, line, column });
  });

  test.each([
    ['another file', 'at f (/workspace/repo/src/b.ts:3:5)', 'src/a.ts'],
    ['a file of the same name elsewhere', 'at f (/workspace/repo/lib/a.ts:3:5)', 'src/a.ts'],
    ['no line', 'src/a.ts is wrong', 'src/a.ts'],
    ['line 0', 'src/a.ts:0', 'src/a.ts'],
    ['no known file', 'src/a.ts:3', undefined],
  ])('is none where the words tell of %s', (_what, message, file) => {
    expect(failurePlace(message, file)).toBeUndefined();
  });

  test('is found in little time in text that looks like paths throughout', () => {
    const started = performance.now();
    expect(failurePlace('a/'.repeat(2_000) + 'a.'.repeat(2_000), 'a.ts')).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
