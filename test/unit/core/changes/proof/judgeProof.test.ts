import { describe, expect, it } from 'vitest';
import { judgeProof, type ProvedFile } from '../../../../../src/core/changes/proof/judgeProof.ts';
import { proofSchema, type TestCase, type TestReport } from '../../../../../src/core/changes/proof/proof.ts';
import type { TestCommand } from '../../../../../src/core/changes/proof/testCommand.ts';

const command: TestCommand = {
  runner: 'node-test',
  argv: ['node', '--test'],
  environment: {},
  report: { format: 'tap', file: '/tmp/report.tap' },
};

/** A report from marks: `+a` passed, `-b` failed, `~c` skipped, `!d` failed as a whole. */
function report(marks: string, change: Partial<TestReport> = {}): TestReport {
  const tests = marks.split(' ').flatMap((mark): TestCase[] => {
    const name = mark.slice(1);
    switch (mark[0]) {
      case '+':
        return [{ name, status: 'passed' }];
      case '-':
        return [{ name, status: 'failed' }];
      case '~':
        return [{ name, status: 'skipped' }];
      case '!':
        return [{ name, status: 'failed', standsForMany: true }];
      default:
        return [];
    }
  });
  const count = (status: TestCase['status']) => tests.filter((test) => test.status === status).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    total: tests.length,
    exitCode: count('failed') > 0 ? 1 : 0,
    timedOut: false,
    milliseconds: 900,
    tests,
    outputTail: '',
    ...change,
  };
}

function judged(base: TestReport, patched: TestReport, changed: readonly ProvedFile[] = []): string {
  const proof = judgeProof({ hash: 'abc', changed, base, patched, command, runtime: 'runsc' });
  expect(proofSchema.parse(proof)).toEqual(proof);
  return `${proof.verdict}: ${proof.reason}`;
}

describe('judgeProof', () => {
  it('binds the verdict to the changeset, the command and the box', () => {
    expect(
      judgeProof({ hash: 'abc', changed: [], base: report('-a'), patched: report('+a'), command, runtime: 'runsc' }),
    ).toMatchObject({
      verdict: 'green',
      hash: 'abc',
      command: ['node', '--test'],
      runner: 'node-test',
      runtime: 'runsc',
    });
  });

  it.each([
    [
      'the failing test is mended',
      report('+a -b'),
      report('+a +b'),
      'green: 2 of 2 tests pass; on the base 1 of 2 passed.',
    ],
    ['a test is added', report('+a'), report('+a +b'), 'green: 2 of 2 tests pass; on the base 1 of 1 passed.'],
    ['the base had no tests', report(''), report('+a'), 'green: 1 of 1 tests pass; on the base none ran.'],
    [
      'the base hung',
      report('', { timedOut: true, exitCode: null }),
      report('+a'),
      'green: 1 of 1 tests pass; on the base they did not end in time.',
    ],
    [
      'a skipped test stays skipped',
      report('+a ~b'),
      report('+a ~b'),
      'green: 1 of 2 tests pass, 1 skipped; on the base 1 of 2 passed.',
    ],
    [
      'one of two tests of a name stays skipped',
      report('+a ~a'),
      report('+a ~a'),
      'green: 1 of 2 tests pass, 1 skipped; on the base 1 of 2 passed.',
    ],
    [
      'a file that did not load has its tests now',
      report('!t.js'),
      report('+a +b'),
      'green: 2 of 2 tests pass; on the base 0 of 1 passed.',
    ],
  ])('is green when %s', (_title, base, patched, expected) => {
    expect(judged(base, patched)).toBe(expected);
  });

  it.each([
    ['a new failure', report('+a +b'), report('+a -b'), 'red: 1 of 2 tests fail: "b"; none of them fails on the base.'],
    [
      'an old failure',
      report('-a +b'),
      report('-a +b'),
      'red: 1 of 2 tests fail: "a"; all of them fail on the base too.',
    ],
    ['both', report('-a +b'), report('-a -b'), 'red: 2 of 2 tests fail: "b", "a"; 1 of them did not fail on the base.'],
    [
      'many failures',
      report('+a'),
      report('-a -b -c -d -e'),
      'red: 5 of 5 tests fail: "a", "b", "c" and 2 more; none of them fails on the base.',
    ],
    [
      'failures that the exit code 0 denies',
      report('+a'),
      report('-a', { exitCode: 0 }),
      'red: 1 of 1 tests fail: "a"; none of them fails on the base.',
    ],
    [
      'exit code 1 with every test passed',
      report('+a'),
      report('+a', { exitCode: 1 }),
      'red: No test is reported as failed, but the command ended with exit code 1.',
    ],
    [
      'a signal with every test passed',
      report('+a'),
      report('+a', { exitCode: null }),
      'red: No test is reported as failed, but the command was ended by a signal.',
    ],
    [
      'a time-out with every test passed',
      report('+a'),
      report('+a', { timedOut: true, exitCode: null, milliseconds: 120_000 }),
      'red: The tests did not end within 120 s.',
    ],
    [
      'counts of failures without names',
      report('+a'),
      report('', { total: 3, failed: 1, passed: 2, exitCode: 1 }),
      'red: 1 of 3 tests fail.',
    ],
    [
      'failures and missing tests at once',
      report('+a +b'),
      report('-a'),
      'red: 1 of 1 tests fail: "a"; none of them fails on the base.',
    ],
  ])('is red for %s', (_title, base, patched, expected) => {
    expect(judged(base, patched)).toBe(expected);
  });

  it.each([
    ['no test ran', report(''), report(''), 'unverified: No test was seen to run.'],
    [
      'no test runs any more',
      report('+a +b'),
      report('', { exitCode: 1 }),
      'unverified: No test was seen to run and the command ended with exit code 1; on the base 2 ran.',
    ],
    ['every test is skipped', report('~a'), report('~a'), 'unverified: All 1 tests are skipped.'],
    [
      'a test of the base is gone',
      report('+a -b'),
      report('+a'),
      'unverified: 1 test of the base did not run any more: "b".',
    ],
    [
      'a test was renamed',
      report('+a -b'),
      report('+a +c'),
      'unverified: 1 test of the base did not run any more: "b".',
    ],
    [
      'one of two tests of a name is gone',
      report('+a +a +b'),
      report('+a +b +c'),
      'unverified: 1 test of the base did not run any more: "a".',
    ],
    [
      'a failing test is skipped instead of mended',
      report('+a -b'),
      report('+a ~b'),
      'unverified: 1 test that ran on the base is skipped now: "b".',
    ],
    [
      'there are fewer tests, by the counts alone',
      report('', { total: 5, passed: 5 }),
      report('', { total: 4, passed: 4 }),
      'unverified: Fewer tests than on the base: 4 instead of 5.',
    ],
    [
      'fewer tests ran, by the counts alone',
      report('', { total: 5, passed: 5 }),
      report('', { total: 5, passed: 4, skipped: 1 }),
      'unverified: Fewer tests ran than on the base: 4 instead of 5.',
    ],
    [
      'the runner is missing',
      report('', { cannotRun: 'no go' }),
      report('', { cannotRun: 'no go' }),
      'unverified: The tests cannot run: no go',
    ],
    [
      'the base could not be run',
      report('', { cannotRun: 'no go' }),
      report('+a'),
      'unverified: The tests cannot run on the base, so nothing can be compared: no go',
    ],
  ])('is unverified when %s', (_title, base, patched, expected) => {
    expect(judged(base, patched)).toBe(expected);
  });

  it.each([
    ['conftest.py', 'added'],
    ['packages/a/vitest.config.ts', 'modified'],
    ['package.json', 'deleted'],
  ] as const)('does not call green what a change of %s, which steers the tests, may have decided', (path, status) => {
    const files = [
      { path: 'src/a.js', status: 'modified' as const },
      { path, status },
    ];
    expect(judged(report('-a'), report('+a'), files)).toBe(
      `unverified: The tests pass, but the change edits ${path}, which steers the tests; look at it before you trust them.`,
    );
    expect(judged(report('-a'), report('-a'), files)).toMatch(/^red: 1 of 1 tests fail/);
  });

  it('says which existing tests a green change edits', () => {
    const files = [
      { path: 'src/a.js', status: 'modified' },
      { path: 'src/a.test.js', status: 'modified' },
      { path: 'tests/old.py', status: 'deleted' },
      { path: 'tests/new.py', status: 'added' },
    ] as const;
    expect(judged(report('-a'), report('+a'), files)).toBe(
      'green: 1 of 1 tests pass; on the base 0 of 1 passed; the change edits 2 existing test files (src/a.test.js, tests/old.py).',
    );
    expect(judged(report('-a'), report('+a'), files.slice(3))).toBe(
      'green: 1 of 1 tests pass; on the base 0 of 1 passed.',
    );
    const many = Array.from({ length: 5 }, (_, index) => ({ path: `test/${index}.js`, status: 'modified' as const }));
    expect(judged(report('+a'), report('+a'), many)).toContain(
      '5 existing test files (test/0.js, test/1.js, test/2.js and 2 more).',
    );
  });

  it('is red when the tests ran on the base and cannot run with the change', () => {
    const patched = report('-a', { cannotRun: 'The package x is not installed in the sandbox.' });
    expect(judged(report('+a'), patched)).toBe(
      'red: The tests ran on the base and cannot run with the change: The package x is not installed in the sandbox.',
    );
    expect(judged(report('-a', { cannotRun: 'no x' }), patched)).toMatch(/^unverified: The tests cannot run: /);
    expect(judged(report(''), patched)).toMatch(/^unverified: The tests cannot run: /);
  });

  it('shows no control characters of the names it quotes', () => {
    const name = 'a\u001b[2Jb\u202ec\u0085d';
    const patched = { ...report('-x'), tests: [{ name, status: 'failed' as const }] };
    expect(judged(report('+x'), patched)).toContain('"abcd"');
  });

  it('keeps its reason on one line whatever tests are called', () => {
    const base = report('+a');
    const patched = { ...report('-x'), tests: [{ name: `multi\nline ${'x'.repeat(400)}`, status: 'failed' as const }] };
    expect(judged(base, patched)).not.toContain('\n');
    expect(judged(base, patched).length).toBeLessThan(300);
  });
});
