import { t } from '@vscode/l10n';
import type { TestResultView, TestRunView } from '../../protocol/proofMethods.ts';
import { type FailurePlace, failurePlace } from './failurePlace.ts';

/** A row of the Test Explorer below a task or a repository, and what one run says of it. */
export interface TestNode {
  /** Names it among its siblings, the same in every run of the same test. */
  readonly id: string;
  readonly label: string;
  /** The file that it is in, relative to the repository, with `/`. */
  readonly path?: string;
  /** Where it begins in the file, from 1. */
  readonly line?: number;
  readonly children: readonly TestNode[];
  /** Absent for a file, which is what its tests are. */
  readonly outcome?: TestOutcome;
}

export interface TestOutcome {
  /** `errored`: it could not run. */
  readonly status: TestResultView['status'] | 'errored';
  readonly milliseconds?: number;
  /** Why it did not pass; empty for one that passed. */
  readonly message: string;
  readonly expected?: string;
  readonly actual?: string;
  /** Where the failure is, as far as its words tell. */
  readonly place?: FailurePlace;
}

/**
 * The rows of runs of the same tests, for each run its own, the same test by the same id: files with their tests where the runner names
 * the file of every test, a plain list otherwise. Where a runner lists no tests, or ends badly though none failed, its command stands as
 * one test.
 */
export function testNodes(runs: readonly TestRunView[], command: readonly string[]): readonly (readonly TestNode[])[] {
  const files = filesByName(runs);
  const placed = runs.map(({ tests }) => tests.map((test) => withFile(test, files)));
  const isGrouped = placed.every((tests) => tests.every(({ file }) => file !== undefined));
  return runs.map((run, index) => {
    const tests = placed[index] ?? [];
    const whole = commandNode(run, command);
    return [...(isGrouped ? inFiles(tests) : leaves(tests)), ...(whole === undefined ? [] : [whole])];
  });
}

/** Some runners name the file of a test that failed and of no other: what one run says of a test then holds for the others. */
function filesByName(runs: readonly TestRunView[]): ReadonlyMap<string, string | undefined> {
  const files = new Map<string, string | undefined>();
  for (const { name, file } of runs.flatMap(({ tests }) => tests)) {
    if (file !== undefined) {
      files.set(name, files.has(name) && files.get(name) !== file ? undefined : file);
    }
  }
  return files;
}

function withFile(test: TestResultView, files: ReadonlyMap<string, string | undefined>): TestResultView {
  const file = test.file ?? files.get(test.name);
  return file === undefined ? test : { ...test, file };
}

function inFiles(tests: readonly TestResultView[]): readonly TestNode[] {
  const files = [...new Set(tests.map(({ file = '' }) => file))].toSorted();
  return files.map((path) => ({
    id: `file ${path}`,
    label: path,
    path,
    children: leaves(tests.filter(({ file }) => file === path)),
  }));
}

/** Ids of all rows with what they are in, `/` between them. */
export function nodeIds(nodes: readonly TestNode[]): ReadonlySet<string> {
  return new Set(nodes.flatMap(({ id, children }) => [id, ...children.map((child) => `${id}/${child.id}`)]));
}

/** Two tests of one name are told apart by their number. */
function leaves(tests: readonly TestResultView[]): readonly TestNode[] {
  const seen = new Map<string, number>();
  return tests.map((test) => {
    const number = (seen.get(test.name) ?? 0) + 1;
    seen.set(test.name, number);
    const { file, line } = test;
    return {
      id: `test ${number === 1 ? '' : `${number} `}${test.name}`,
      label: test.name === '' ? t('unnamed test') : test.name,
      ...(file === undefined ? {} : { path: file }),
      ...(line === undefined ? {} : { line }),
      children: [],
      outcome: outcomeOf(test),
    };
  });
}

function outcomeOf(test: TestResultView): TestOutcome {
  const { status, milliseconds, message = '', file, expected, actual } = test;
  const time = milliseconds === undefined ? {} : { milliseconds };
  if (status !== 'failed') {
    return { status, message: '', ...time };
  }
  const compared = expected === undefined || actual === undefined ? comparedIn(message) : { expected, actual };
  const place = failurePlace(message, file);
  return {
    status,
    message: message === '' ? t('It failed, and the runner says no more.') : message,
    ...time,
    ...compared,
    ...(place === undefined ? {} : { place }),
  };
}

/** Jest and Vitest say what they compared in the words of the failure: one line each. */
function comparedIn(message: string): Pick<TestOutcome, 'expected' | 'actual'> {
  const expected = /^\s*Expected(?: value)?: {1,4}(.+)$/m.exec(message)?.[1];
  const actual = /^\s*Received(?: value)?: {1,4}(.+)$/m.exec(message)?.[1];
  return expected === undefined || actual === undefined ? {} : { expected, actual };
}

function commandNode(run: TestRunView, command: readonly string[]): TestNode | undefined {
  const { tests, exitCode, timedOut, cannotRun, milliseconds } = run;
  const explained = tests.some((test) => test.status === 'failed');
  const problem =
    cannotRun ??
    (timedOut
      ? t`The tests did not end within ${(milliseconds / 1_000).toFixed(0)} s.`
      : exitCode === 0
        ? undefined
        : t`The command ${exitCode === null ? t('was ended by a signal') : t`ended with exit code ${exitCode}`}.`);
  if (tests.length > 0 && (problem === undefined || explained)) {
    return undefined;
  }
  const status = problem === undefined ? 'passed' : cannotRun === undefined ? 'failed' : 'errored';
  return {
    id: 'command',
    label: command.length === 0 ? t('Tests') : command.join(' '),
    children: [],
    outcome: { status, milliseconds, message: problem ?? '' },
  };
}
