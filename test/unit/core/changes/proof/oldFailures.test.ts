import { describe, expect, test } from 'vitest';
import { failsOnlyAsOnBase } from '../../../../../src/core/changes/proof/oldFailures.ts';
import type { Proof, TestReport } from '../../../../../src/core/changes/proof/proof.ts';

function report(statuses: Readonly<Record<string, 'passed' | 'failed'>>, extra: Partial<TestReport> = {}): TestReport {
  const tests = Object.entries(statuses).map(([name, status]) => ({ name, status }));
  const failed = tests.filter((one) => one.status === 'failed').length;
  const counts = { passed: tests.length - failed, failed, skipped: 0, total: tests.length };
  return { ...counts, exitCode: failed > 0 ? 1 : 0, timedOut: false, milliseconds: 1, tests, outputTail: '', ...extra };
}

const proof = (base: TestReport, patched: TestReport): Proof => ({
  verdict: 'red',
  reason: '',
  hash: 'h',
  command: [],
  runner: 'node-test',
  runtime: 'runc',
  base,
  patched,
});

describe('failures that were there before', () => {
  const base = report({ a: 'failed', b: 'passed' });

  test.each([
    ['the same test fails', report({ a: 'failed', b: 'passed' }), true],
    ['another test fails', report({ a: 'passed', b: 'failed' }), false],
    ['one more test fails', report({ a: 'failed', b: 'failed' }), false],
    ['nothing fails', report({ a: 'passed', b: 'passed' }), false],
    ['a test is gone', report({ a: 'failed' }), false],
    ['the run broke off', report({ a: 'failed', b: 'passed' }, { timedOut: true }), false],
    ['a failure has no name', report({ a: 'failed', b: 'passed' }, { failed: 2 }), false],
  ])('%s', (_title, patched, expected) => {
    expect(failsOnlyAsOnBase(proof(base, patched))).toBe(expected);
  });
});
