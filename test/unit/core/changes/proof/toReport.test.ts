import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testReportSchema } from '../../../../../src/core/changes/proof/proof.ts';
import type { TestCommand } from '../../../../../src/core/changes/proof/testCommand.ts';
import { cannotRunReport, toReport } from '../../../../../src/core/changes/proof/toReport.ts';
import type { GuestResult } from '../../../../../src/protocol/guest.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`../../../../fixtures/reports/${name}`, import.meta.url), 'utf8');
}

function ended(change: Partial<GuestResult<'run_command'>>): GuestResult<'run_command'> {
  const nothing = {
    signal: null,
    timedOut: false,
    outOfMemory: false,
    stdout: '',
    stderr: '',
    omittedBytes: 0,
    milliseconds: 5,
  };
  return { exitCode: 1, ...nothing, ...change };
}

const nodeTest: TestCommand = {
  runner: 'node-test',
  argv: ['node', '--test'],
  environment: {},
  report: { format: 'tap', file: '/tmp/r.tap' },
};
const unittest: TestCommand = {
  runner: 'unittest',
  argv: ['python3', '-m', 'unittest'],
  environment: {},
  report: { format: 'unittest-text' },
};
const pytest: TestCommand = {
  ...nodeTest,
  runner: 'pytest',
  argv: ['python3'],
  report: { format: 'junit', file: '/tmp/r.xml' },
};
const script: TestCommand = {
  runner: 'npm-script',
  argv: ['sh', '-c', 'x'],
  environment: {},
  report: { format: 'none' },
};

describe('toReport', () => {
  it('counts the tests of the report file and keeps the end of both streams without colours', () => {
    const report = toReport(
      ended({ stdout: '\u001B[31mred\u001B[0m', stderr: 'trouble' }),
      fixture('node-test.tap'),
      nodeTest,
    );
    expect(testReportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      passed: 4,
      failed: 5,
      skipped: 2,
      total: 11,
      exitCode: 1,
      outputTail: 'red\ntrouble',
    });
    expect(report.cannotRun).toBeUndefined();
  });

  it('reads unittest from the error stream', () => {
    expect(toReport(ended({ stderr: fixture('unittest.txt') }), null, unittest)).toMatchObject({
      passed: 2,
      failed: 5,
      skipped: 1,
    });
  });

  it('counts nothing when the report file was not written, whatever the output claims', () => {
    const report = toReport(ended({ exitCode: 0, stdout: '# tests 12\n# pass 12\nok 1 - all' }), null, nodeTest);
    expect(report).toMatchObject({ total: 0, passed: 0, exitCode: 0 });
  });

  it('recognises a text format in the output of a command of unknown kind', () => {
    expect(toReport(ended({ stdout: 'TAP version 13\nok 1 - a\nnot ok 2 - b\n1..2' }), null, script)).toMatchObject({
      passed: 1,
      failed: 1,
    });
    expect(toReport(ended({ exitCode: 0, stdout: 'all good' }), null, script)).toMatchObject({ total: 0 });
  });

  it('keeps a long output to its end', () => {
    expect(toReport(ended({ stdout: `${'x'.repeat(50_000)}end` }), null, script).outputTail).toMatch(/^x{8189}end$/);
  });

  it.each([
    [
      'a program is missing',
      script,
      { exitCode: 127, stderr: 'sh: 1: tsc: not found' },
      null,
      '"tsc" is not installed',
    ],
    [
      'a program may not be executed',
      script,
      { exitCode: 126, stderr: 'sh: 1: ./x: Permission denied' },
      null,
      '"sh" is not executable',
    ],
    [
      'pytest is missing',
      pytest,
      { exitCode: 1, stderr: '/usr/bin/python3: No module named pytest' },
      null,
      'runner pytest is not',
    ],
    [
      'every test file lacks a package',
      nodeTest,
      { exitCode: 1 },
      "TAP version 13\n# Error: Cannot find package 'zod' imported from /workspace/repo/a.test.js\nnot ok 1 - a.test.js\n1..1",
      'The package zod is not installed',
    ],
  ])('says that tests cannot run when %s', (_title, command, change, file, expected) => {
    expect(toReport(ended(change), file, command).cannotRun).toContain(expected);
  });

  it('keeps no character of a hostile run that steers or hides', () => {
    const hostile = 'a\u001b[2Jb\u001b]8;;x\u0007c\u202ed\u0085e\u0000f\u2066g\u007fh';
    const report = toReport(
      ended({ stdout: `${hostile}\r\nend`, stderr: '' }),
      `TAP version 13\n# ${hostile}\nnot ok 1 - ${hostile}\n  ---\n  error: '${hostile}'\n  ...\n`,
      nodeTest,
    );
    expect(report.tests[0]?.name).toBe('abcdefgh');
    expect(report.outputTail).toBe('abcdefgh\nend');
    expect(JSON.stringify(report)).not.toMatch(/\\u00|[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
    expect(cannotRunReport(`no\u202e\n${hostile}`).cannotRun).toBe('no abcdefgh');
  });

  it.each([
    ['one test passed', { exitCode: 127 }, 'TAP version 13\nok 1 - a\nnot ok 2 - b'],
    [
      'a file of the project itself is missing',
      { exitCode: 1 },
      "# Error: Cannot find module '/workspace/repo/b.js'\nnot ok 1 - a.test.js",
    ],
    [
      'the tests printed such words but ended well',
      { exitCode: 0, stderr: 'No module named pytest' },
      'TAP version 13\n1..0',
    ],
  ])('does not call it so when %s', (_title, change, file) => {
    expect(toReport(ended(change), file, nodeTest).cannotRun).toBeUndefined();
  });
});
