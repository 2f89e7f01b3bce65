import type { ProofRecord, TestResultView, TestRunView } from '../../protocol/proofMethods.ts';
import type { TestCase, TestReport } from '../changes/proof/proof.ts';
import type { TracedProof } from './tracedProof.ts';

/** Characters of names and messages that one run of the tests may take in an answer. */
const mostCharacters = 400_000;

/** A proof with every test of both runs, as far as there is room. */
export function toProofRecord({ seq, at, again, proof }: TracedProof): ProofRecord {
  const { verdict, reason, hash, command, runner, runtime, base, patched } = proof;
  return {
    seq,
    at,
    ...(again === undefined ? {} : { again }),
    verdict,
    reason,
    hash,
    command: [...command],
    runner,
    runtime,
    base: toTestRunView(base),
    patched: toTestRunView(patched),
  };
}

/** Failed tests come first, so that they are the last to be left out. */
export function toTestRunView(report: TestReport): TestRunView {
  const { passed, failed, skipped, total, exitCode, timedOut, milliseconds, outputTail, cannotRun } = report;
  const sorted = [
    ...report.tests.filter((test) => test.status === 'failed'),
    ...report.tests.filter((test) => test.status !== 'failed'),
  ];
  const tests: TestResultView[] = [];
  let room = mostCharacters;
  for (const test of sorted) {
    const { standsForMany: _standsForMany, ...view } = test;
    room -= charactersOf(test);
    if (room < 0) {
      break;
    }
    tests.push(view);
  }
  return {
    passed,
    failed,
    skipped,
    total,
    exitCode,
    timedOut,
    milliseconds,
    tests,
    output: outputTail,
    ...(cannotRun === undefined ? {} : { cannotRun }),
  };
}

function charactersOf({ name, file = '', message = '', expected = '', actual = '' }: TestCase): number {
  return 50 + name.length + file.length + message.length + expected.length + actual.length;
}
