import type { TestCase, TestReport } from '../changes/proof/proof.ts';
import { capOutput, maxToolOutputBytes } from './capOutput.ts';

const shownFailures = 10;
const messageBytes = 1_200;
const failuresBytes = 5 * 1024;
/** Nobody needs much of the output of a run in which all went well. */
const goodTailBytes = 1024;

/** A test run for a model, at most 8 KB: one verdict line, the failing tests with their messages, the end of the output. */
export function describeTestReport(report: TestReport): string {
  const failures = report.tests.filter((test) => test.status === 'failed');
  const listed = failures.slice(0, shownFailures).map(describeFailure);
  if (failures.length > shownFailures) {
    listed.push(`[${failures.length - shownFailures} more failing tests]`);
  }
  const top = [verdictLine(report), ...(listed.length > 0 ? [capOutput(listed.join('\n'), failuresBytes)] : [])].join(
    '\n',
  );
  const left = maxToolOutputBytes - new TextEncoder().encode(top).length - 64;
  const tail = report.outputTail.trim();
  return tail === ''
    ? top
    : `${top}\n--- end of the output ---\n${capOutput(tail, isGood(report) ? Math.min(left, goodTailBytes) : left)}`;
}

function verdictLine(report: TestReport): string {
  const counts = `${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped of ${report.total}`;
  const how = `exit code ${report.exitCode ?? 'none'}, ${(report.milliseconds / 1000).toFixed(1)} s`;
  if (report.cannotRun !== undefined) {
    return `CANNOT RUN: ${report.cannotRun}`;
  }
  if (report.timedOut) {
    return `TIMED OUT after ${(report.milliseconds / 1000).toFixed(0)} s: ${counts}.`;
  }
  if (report.failed > 0) {
    return `FAILED: ${counts} (${how}).`;
  }
  if (report.exitCode !== 0) {
    return `FAILED: ${counts}, but the command did not end well (${how}).`;
  }
  return report.total === 0 ? `NO TEST RAN (${how}).` : `PASSED: ${counts} (${how}).`;
}

function isGood(report: TestReport): boolean {
  return report.failed === 0 && report.exitCode === 0 && report.total > 0;
}

function describeFailure(test: TestCase): string {
  const message =
    test.message === undefined ? '' : `\n  ${capOutput(test.message.trim(), messageBytes).replaceAll('\n', '\n  ')}`;
  return `- ${test.name}${test.file === undefined ? '' : ` (${test.file})`}${message}`;
}
