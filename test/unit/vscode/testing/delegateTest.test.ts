import { beforeEach, describe, expect, test } from 'vitest';
import { sideAddress } from '../../../../src/vscode/review/sideAddress.ts';
import { composeMending } from '../../../../src/vscode/testing/failedTest.ts';
import { readTest, rememberFailure } from '../../../../src/vscode/testing/readTest.ts';

/** An item as the editor gives it to a command, for tests of any extension. */
function item(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'a.test.js/adds',
    label: 'adds',
    uri: { scheme: 'file', fsPath: '/r/test/a.test.js', path: '/r/test/a.test.js', query: '' },
    range: { start: { line: 4, character: 0 }, end: { line: 4, character: 0 } },
    parent: undefined,
    ...changes,
  };
}

let failing: Record<string, unknown>;
beforeEach(() => {
  failing = item();
});

describe('a test that a menu calls with', () => {
  test('is known by its file and line, and nothing is known of its failure', () => {
    expect(readTest(failing)).toEqual({
      id: 'a.test.js/adds',
      name: 'adds',
      path: '/r/test/a.test.js',
      line: 5,
      message: '',
    });
  });

  test('has its message with what was expected and what came', () => {
    const message = {
      message: 'not equal',
      expectedOutput: '3',
      actualOutput: '4',
      location: { uri: {}, range: { start: { line: 9, character: 2 } } },
    };
    expect(readTest({ test: failing, message })).toMatchObject({
      message: 'not equal',
      expected: '3',
      actual: '4',
      line: 10,
    });
    expect(readTest({ test: failing, message: { message: { value: '**not** equal' } } })).toMatchObject({
      message: '**not** equal',
    });
  });

  test('has the names of the suites that it is in, and not the name of its file', () => {
    const file = item({ label: 'a.test.js', range: undefined });
    const suite = item({ label: 'sums', parent: file });
    expect(readTest(item({ parent: suite }))).toMatchObject({ name: 'sums > adds' });
  });

  test('of ours has what it failed with last, until it passes', () => {
    rememberFailure(failing as never, { message: '-1 !== 0', expected: '0', actual: '-1', withChangesOf: 'Count' });
    expect(readTest(failing)).toMatchObject({ message: '-1 !== 0', expected: '0', withChangesOf: 'Count' });
    rememberFailure(failing as never, undefined);
    expect(readTest(failing)).toMatchObject({ message: '' });
  });

  test('of a proof is about the file of the repository', () => {
    const address = new URL(sideAddress({ root: '/r', task: 't', path: 'test/a.js', side: 'result', hash: 'h' }));
    const uri = { scheme: 'nightshift', path: address.pathname, query: decodeURIComponent(address.search.slice(1)) };
    expect(readTest(item({ uri }))).toMatchObject({ path: '/r/test/a.js' });
  });

  test.each([undefined, null, 3, 'x', {}, { test: {} }, { id: 1, label: 'x' }, { message: {} }])(
    'is none where it is %j',
    (argument) => {
      expect(readTest(argument)).toBeUndefined();
    },
  );
});

describe('the task that mends it', () => {
  const known = { id: 'id', name: 'sums > adds', line: 5, message: 'not equal\n  at x', expected: '3', actual: '4' };

  test('says in its goal what fails and where, and carries the whole message', () => {
    expect(composeMending(known, 'test/a.js')).toEqual({
      goal: [
        'Fix the failing test: sums > adds',
        'The test is in test/a.js, line 5, and fails with: not equal',
        'Mend what it tests; change the test itself only where it is wrong.',
      ].join('\n'),
      origin: {
        kind: 'test',
        file: 'test/a.js',
        startLine: 5,
        endLine: 5,
        text: 'Test: sums > adds\nId: id\nMessage:\nnot equal\n  at x\nExpected:\n3\nActual:\n4',
      },
    });
  });

  test('names no place where none is known, and says with what changes it failed', () => {
    const { goal, origin } = composeMending({ id: 'id', name: 'adds', message: '', withChangesOf: 'Count' }, undefined);
    expect(goal).toContain('The test is one of the workspace\n');
    expect(goal).toContain('It failed with the changes of the task "Count"');
    expect(origin).toEqual({ kind: 'test', text: 'Test: adds\nId: id' });
  });

  test('keeps within what a host takes, however long the words of a runner are', () => {
    const long = 'x'.repeat(50_000);
    const { goal, origin } = composeMending({ ...known, name: long, message: long, withChangesOf: long }, 'a.js');
    expect(goal.length).toBeLessThan(2_000);
    expect(origin.text).toHaveLength(20_000);
  });
});
