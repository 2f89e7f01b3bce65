import type { TestCase, TestReport } from '../changes/proof/proof.ts';
import { capOutput, maxToolOutputBytes } from './capOutput.ts';

const shownFailures = 10;
const messageBytes = 1_200;
const failuresBytes = 5 * 1024;
/** Nobody needs much of the output of a run in which all went well. */
const goodTailBytes = 1024;

/** A test run for a model, at most 8 KB: one verdict line, the failing tests with their messages, the end of the output. */
export function describeTestReport(report: TestReport): string {
  const failures = failedTests(report);
  const listed = failures
    .slice(0, shownFailures)
    .map((test) => describeFailure(test, (message) => capOutput(message, messageBytes)));
  if (failures.length > shownFailures) {
    listed.push(`[${failures.length - shownFailures} more failing tests]`);
  }
  const top = [verdictLine(report), ...(listed.length > 0 ? [capOutput(listed.join('\n'), failuresBytes)] : [])].join(
    '\n',
  );
  const left = maxToolOutputBytes - new TextEncoder().encode(top).length - 64;
  const most = isGood(report) ? Math.min(left, goodTailBytes) : left;
  return withTail(top, report, (tail) => capOutput(tail, most));
}

/** The same in full, to be kept: each failing test with its whole message, and all that the report has of the output. */
export function describeWholeReport(report: TestReport): string {
  const failures = failedTests(report).map((test) => describeFailure(test, (message) => message));
  return withTail([verdictLine(report), ...failures].join('\n'), report, (tail) => tail);
}

/** What a run said without its times: two runs of the same tests on the same files are alike. */
export function testLikeness(report: TestReport): string {
  const { passed, failed, skipped, total, exitCode, timedOut, cannotRun } = report;
  const names = report.tests.map(({ name, status, file }) => [name, status, file ?? '']);
  // Without single tests the output is all there is; its figures may be times.
  const output = names.length > 0 ? '' : report.outputTail.replace(/\d+/g, '0');
  return JSON.stringify([passed, failed, skipped, total, exitCode, timedOut, cannotRun ?? '', names, output]);
}

function failedTests(report: TestReport): readonly TestCase[] {
  return report.tests.filter((test) => test.status === 'failed');
}

function withTail(top: string, report: TestReport, fit: (tail: string) => string): string {
  const tail = report.outputTail.trim();
  return tail === '' ? top : `${top}\n--- end of the output ---\n${fit(tail)}`;
}

function verdictLine(report: TestReport): string {
  const counts = `${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped of ${report.total}`;
  const how = `exit code ${report.exitCode ?? 'none'}, ${(report.milliseconds / 1000).toFixed(1)} s`;
  if (report.cannotRun !== undefined) {
    return `CANNOT RUN: ${report.cannotRun}`;
  }
  if (report.timedOut) {
    const seconds = (report.milliseconds / 1000).toFixed(0);
    return `TIMED OUT after ${seconds} s: ${counts}. Look for an endless loop or a wait without an end in what was changed.`;
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

function describeFailure(test: TestCase, fit: (message: string) => string): string {
  const message = test.message === undefined ? '' : `\n  ${fit(test.message.trim()).replaceAll('\n', '\n  ')}`;
  return `- ${test.name}${test.file === undefined ? '' : ` (${test.file})`}${message}`;
}
