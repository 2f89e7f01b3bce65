import { ok } from '../../src/base/result.ts';
import { detectTests } from '../../src/core/changes/proof/detectTests.ts';
import type { TestReport } from '../../src/core/changes/proof/proof.ts';
import { runTestsOn } from '../../src/core/changes/proof/runProof.ts';
import { isTestFile } from '../../src/core/changes/proof/testFiles.ts';
import { testProtection } from '../fakes/traceProtection.ts';
import { never, treeOf, value } from '../integration/sandbox/boxes.ts';
import type { EvalBoxes } from './evalBoxes.ts';
import type { EvalTask, Files } from './evalTask.ts';

export interface Judgement {
  readonly solved: boolean;
  /** One line for people. */
  readonly why: string;
}

/** Limit of one run of the tests, seconds. */
const commandSeconds = 60;

/**
 * Whether a result solves its task: no test of the repository was weakened or deleted, the visible tests pass as they were given, and
 * so do the hidden ones. The tests run in fresh boxes of the profile in which changes are proved.
 */
export async function judge(task: EvalTask, result: Files, boxes: EvalBoxes): Promise<Judgement> {
  const weakened = weakenedTests(task.repository, result);
  if (weakened.length > 0) {
    return { solved: false, why: `tests weakened: ${weakened.join(', ')}` };
  }
  const visible = await runVisible(task, result, boxes);
  if (!passes(visible, task.tests.visible)) {
    return { solved: false, why: `visible tests: ${counts(visible)}` };
  }
  const hidden = await runHidden(task, result, boxes);
  return passes(hidden, task.tests.hidden)
    ? { solved: true, why: 'solved' }
    : { solved: false, why: `hidden tests: ${counts(hidden)}` };
}

/** Test files of the repository that are gone, or of which a line is gone or changed. New lines and new files are welcome. */
export function weakenedTests(repository: Files, result: Files): readonly string[] {
  return Object.entries(repository)
    .filter(([path]) => isTestFile(path))
    .filter(([path, before]) => !holdsLines(result[path] ?? '', before))
    .map(([path]) => path);
}

function holdsLines(text: string, wanted: string): boolean {
  const lines = text.split('\n');
  let at = -1;
  return wanted.split('\n').every((line) => {
    at = lines.indexOf(line, at + 1);
    return at !== -1;
  });
}

/** The tests that the agent had, whatever it made of them. */
export function runVisible(task: EvalTask, result: Files, boxes: EvalBoxes): Promise<TestReport> {
  const own = Object.keys(task.repository).filter(isTestFile);
  return runTests({ ...result, ...settled(task) }, testArgv(task, own), boxes);
}

/** The hidden tests alone, beside the files that the visible ones may lend them. */
export function runHidden(task: EvalTask, result: Files, boxes: EvalBoxes): Promise<TestReport> {
  return runTests({ ...result, ...settled(task), ...task.hidden }, testArgv(task, Object.keys(task.hidden)), boxes);
}

/** Files of the repository that no result replaces: its tests, and what says how they are run. */
function settled({ repository }: EvalTask): Files {
  return Object.fromEntries(Object.entries(repository).filter(([path]) => isTestFile(path) || path === 'package.json'));
}

function testArgv(task: EvalTask, paths: readonly string[]): readonly string[] {
  if (task.language === 'javascript') {
    return ['node', '--test', ...paths.filter((path) => path.endsWith('.test.js'))];
  }
  const modules = paths.filter((path) => /\/test_[^/]*\.py$/.test(path));
  return ['python3', '-m', 'unittest', ...modules.map((path) => path.slice(0, -3).replaceAll('/', '.'))];
}

async function runTests(tree: Files, argv: readonly string[], boxes: EvalBoxes): Promise<TestReport> {
  const view = { has: () => false, read: () => null, list: () => [] };
  const report = await runTestsOn('result', {
    startBox: async () => ok(await boxes.start()),
    files: () => treeOf(Object.entries(tree)),
    command: value(await detectTests(view, { argv })),
    redactor: testProtection().redactor,
    signal: never,
    commandSeconds,
  });
  return value(report);
}

export function passes(report: TestReport, expected: number): boolean {
  return report.failed === 0 && report.passed === expected && report.exitCode === 0 && !report.timedOut;
}

function counts(report: TestReport): string {
  return report.cannotRun ?? `${report.passed} passed, ${report.failed} failed${report.timedOut ? ', timed out' : ''}`;
}
