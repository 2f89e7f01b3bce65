import { withoutControls, withoutTerminalSequences } from '../../../base/plainText.ts';
import type { GuestResult } from '../../../protocol/guest.ts';
import { cannotRunReason } from './cannotRun.ts';
import type { TestReport } from './proof.ts';
import { readReport, recogniseFormat } from './reports/readReport.ts';
import type { ParsedReport } from './reports/reportLimits.ts';
import type { TestCommand } from './testCommand.ts';

const outputTailCharacters = 8 * 1024;

/**
 * What a run of the tests showed. `reportFileText` is the file that the command was told to write, null when there is none.
 * Without a report the counts are zero, whatever the command says about itself.
 */
export function toReport(
  result: GuestResult<'run_command'>,
  reportFileText: string | null,
  command: TestCommand,
): TestReport {
  const output = withoutControls([result.stdout, result.stderr].filter((text) => text.trim() !== '').join('\n'));
  const parsed = parse(output, result, reportFileText, command);
  const count = (status: 'passed' | 'failed' | 'skipped'): number =>
    parsed.counts?.[status] ?? parsed.tests.filter((test) => test.status === status).length;
  const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
  const cannotRun = cannotRunReason({ exitCode: result.exitCode, output, tests: parsed.tests, command });
  return {
    ...counts,
    total: counts.passed + counts.failed + counts.skipped,
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    milliseconds: result.milliseconds,
    tests: [...parsed.tests],
    outputTail: output.slice(-outputTailCharacters),
    ...(cannotRun === undefined ? {} : { cannotRun }),
  };
}

/** A run that never began, because the environment lacks what the command needs. The reason may be the guest's words. */
export function cannotRunReport(reason: string): TestReport {
  return {
    passed: 0,
    failed: 0,
    skipped: 0,
    total: 0,
    exitCode: null,
    timedOut: false,
    milliseconds: 0,
    tests: [],
    outputTail: '',
    cannotRun: withoutControls(reason).replace(/\s+/g, ' '),
  };
}

function parse(
  output: string,
  result: GuestResult<'run_command'>,
  reportFileText: string | null,
  { report }: TestCommand,
): ParsedReport {
  if (report.format === 'none') {
    const format = recogniseFormat(output);
    return format === undefined ? { tests: [] } : readReport(format, output);
  }
  if (report.file !== undefined) {
    return reportFileText === null ? { tests: [] } : readReport(report.format, reportFileText);
  }
  const stream = report.format === 'unittest-text' ? result.stderr : result.stdout;
  return readReport(report.format, withoutTerminalSequences(stream));
}
