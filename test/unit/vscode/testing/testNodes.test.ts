import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TestResultView, TestRunView } from '../../../../src/protocol/proofMethods.ts';
import { nodeIds, type TestNode, testNodes } from '../../../../src/vscode/testing/testNodes.ts';

const command = ['npm', 'test'];

function run(tests: readonly TestResultView[], changes: Partial<TestRunView> = {}): TestRunView {
  const count = (status: string): number => tests.filter((each) => each.status === status).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  return {
    passed,
    failed,
    skipped,
    total: tests.length,
    exitCode: failed === 0 ? 0 : 1,
    timedOut: false,
    milliseconds: 5_000,
    tests: [...tests],
    output: '',
    ...changes,
  };
}

const rowsOf = (...runs: readonly TestRunView[]): readonly (readonly TestNode[])[] => testNodes(runs, command);

describe('the rows of a proof', () => {
  test('stand below their files where the runner names the file of every test', () => {
    const [nodes = []] = rowsOf(
      run([
        { name: 'adds', status: 'passed', file: 'b.test.js', milliseconds: 3 },
        { name: 'takes away', status: 'skipped', file: 'a.test.js', line: 7 },
      ]),
    );
    expect(nodes).toMatchObject([
      {
        id: 'file a.test.js',
        path: 'a.test.js',
        children: [{ label: 'takes away', line: 7, outcome: { status: 'skipped' } }],
      },
      { id: 'file b.test.js', children: [{ id: 'test adds', outcome: { status: 'passed', milliseconds: 3 } }] },
    ]);
    expect(nodes.map(({ outcome }) => outcome)).toEqual([undefined, undefined]);
  });

  test('are the same rows in both runs, though a runner names the file of failed tests only', () => {
    const [base = [], patched = []] = rowsOf(
      run([
        { name: 'stops', status: 'failed', file: 'a.test.js', line: 3 },
        { name: 'starts', status: 'passed' },
      ]),
      run([
        { name: 'starts', status: 'passed' },
        { name: 'stops', status: 'passed' },
      ]),
    );
    expect(nodeIds(base)).toEqual(nodeIds(patched));
    expect(patched.find(({ label }) => label === 'stops')).toMatchObject({
      path: 'a.test.js',
      outcome: { status: 'passed' },
    });
  });

  test('tell two tests of one name apart', () => {
    const [nodes = []] = rowsOf(
      run([
        { name: 'x', status: 'passed' },
        { name: 'x', status: 'failed' },
      ]),
    );
    expect([...nodeIds(nodes)]).toEqual(['test x', 'test 2 x']);
  });

  test('say what was expected and what came, from the report or from the words of the runner', () => {
    const words =
      'expect(received).toBe(expected)\n\nExpected: 0\nReceived: -1\n    at t (/workspace/repo/t/a.test.ts:12:5)';
    const [nodes = []] = rowsOf(
      run([
        { name: 'told', status: 'failed', message: '-1 !== 0', expected: '0', actual: '-1' },
        { name: 'said', status: 'failed', file: 't/a.test.ts', message: words },
        { name: 'silent', status: 'failed' },
      ]),
    );
    expect(nodes.map(({ outcome }) => outcome)).toMatchObject([
      { expected: '0', actual: '-1', message: '-1 !== 0' },
      { expected: '0', actual: '-1', place: { path: 't/a.test.ts', line: 12, column: 5 } },
      { message: 'It failed, and the runner says no more.' },
    ]);
  });

  test.each([
    ['passed', {}, 'passed', ''],
    ['failed', { exitCode: 2 }, 'failed', 'The command ended with exit code 2.'],
    ['was ended', { exitCode: null }, 'failed', 'The command was ended by a signal.'],
    ['hung', { exitCode: null, timedOut: true }, 'failed', 'The tests did not end within 5 s.'],
    ['could not run', { exitCode: null, cannotRun: 'No pytest.' }, 'errored', 'No pytest.'],
  ] as const)('are the command alone where no test is listed and it %s', (_how, changes, status, message) => {
    expect(rowsOf(run([], changes))).toMatchObject([
      [{ id: 'command', label: 'npm test', outcome: { status, message } }],
    ]);
  });

  test('have the command beside them where it ended badly though no test failed', () => {
    const [nodes = []] = rowsOf(run([{ name: 'x', status: 'passed' }], { exitCode: 7 }));
    expect(nodes.map(({ id, outcome }) => [id, outcome?.status])).toEqual([
      ['test x', 'passed'],
      ['command', 'failed'],
    ]);
  });

  test('are one for each test, each with an id of its own, whatever a runner lists', () => {
    const someTest = fc.record(
      {
        name: fc.string({ maxLength: 3 }),
        status: fc.constantFrom('passed', 'failed', 'skipped'),
        file: fc.constantFrom('a', 'b', 'c/d'),
      },
      { requiredKeys: ['name', 'status'] },
    );
    fc.assert(
      fc.property(fc.array(someTest, { minLength: 1 }), fc.array(someTest, { minLength: 1 }), (one, other) => {
        const runs = [run(one), run(other)];
        for (const [index, nodes] of rowsOf(...runs).entries()) {
          const leaves = nodes.flatMap((node) => (node.outcome === undefined ? node.children : [node]));
          expect(leaves).toHaveLength(runs[index]?.tests.length ?? -1);
          expect(nodeIds(nodes).size).toBe(nodes.reduce((sum, { children }) => sum + 1 + children.length, 0));
        }
      }),
    );
  });
});
