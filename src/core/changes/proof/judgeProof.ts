import { withoutControls } from '../../../base/plainText.ts';
import { steersTests } from '../../policy/runnerSteering.ts';
import type { ChangedFile } from '../changeset.ts';
import type { Proof, TestCase, TestReport, Verdict } from './proof.ts';
import type { TestCommand } from './testCommand.ts';
import { isTestFile } from './testFiles.ts';

export type ProvedFile = Pick<ChangedFile, 'path' | 'status'>;

export interface ProofEvidence {
  /** The changeset that `patched` is a run of. */
  readonly hash: string;
  /** The files of that changeset. */
  readonly changed: readonly ProvedFile[];
  readonly base: TestReport;
  readonly patched: TestReport;
  readonly command: TestCommand;
  /** Of the box, for example `runsc`. */
  readonly runtime: string;
}

interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
}

const namedItems = 3;

/**
 * The verdict on two runs of the same command. Green needs tests that ran and passed, no failure, exit code 0, and every test
 * of the base still there and still run; what cannot be said for sure is unverified, never green. The changed code takes part
 * in the run that is judged, so green is as honest as that code: what steers the runner itself makes it unverified.
 */
export function judgeProof({ hash, changed, base, patched, command, runtime }: ProofEvidence): Proof {
  const { verdict, reason } = judge(base, patched, changed);
  return { verdict, reason, hash, command: [...command.argv], runner: command.runner, runtime, base, patched };
}

function judge(base: TestReport, patched: TestReport, changed: readonly ProvedFile[]): Judgement {
  return (
    unrunnable(base, patched) ??
    failing(base, patched) ??
    doubtful(base, patched) ??
    steered(changed) ??
    green(base, patched, changed)
  );
}

function unrunnable(base: TestReport, patched: TestReport): Judgement | undefined {
  if (patched.cannotRun !== undefined && base.cannotRun === undefined && base.total > 0) {
    // Both ran in the same environment, so what is missing now is missing because of the change.
    return red(`The tests ran on the base and cannot run with the change: ${patched.cannotRun}`);
  }
  if (patched.cannotRun !== undefined) {
    return unverified(`The tests cannot run: ${patched.cannotRun}`);
  }
  if (base.cannotRun !== undefined) {
    return unverified(`The tests cannot run on the base, so nothing can be compared: ${base.cannotRun}`);
  }
  return undefined;
}

function failing(base: TestReport, patched: TestReport): Judgement | undefined {
  if (patched.timedOut) {
    const also = base.timedOut ? ', as on the base' : '';
    return red(`The tests did not end within ${(patched.milliseconds / 1000).toFixed(0)} s${also}.`);
  }
  if (patched.total === 0) {
    const how = patched.exitCode === 0 ? '' : ` and the command ended with exit code ${patched.exitCode ?? 'none'}`;
    const before = base.total > 0 ? `; on the base ${base.total} ran` : '';
    return unverified(`No test was seen to run${how}${before}.`);
  }
  if (patched.failed > 0) {
    const failed = patched.tests.filter((test) => test.status === 'failed');
    return red(`${patched.failed} of ${patched.total} tests fail${describeFailed(failed, base)}.`);
  }
  if (patched.exitCode !== 0) {
    const how = patched.exitCode === null ? 'was ended by a signal' : `ended with exit code ${patched.exitCode}`;
    return red(`No test is reported as failed, but the command ${how}.`);
  }
  return undefined;
}

/** Tests that went missing or are skipped now: nothing failed, but that proves nothing. */
function doubtful(base: TestReport, patched: TestReport): Judgement | undefined {
  if (patched.passed === 0) {
    return unverified(`All ${patched.total} tests are skipped.`);
  }
  const gone = missingTests(base, patched);
  if (gone.length > 0) {
    return unverified(`${count(gone.length, 'test')} of the base did not run any more: ${listNames(gone)}.`);
  }
  const skipped = newlySkipped(base, patched);
  if (skipped.length > 0) {
    return unverified(
      `${count(skipped.length, 'test')} that ran on the base ${skipped.length === 1 ? 'is' : 'are'} skipped now: ${listNames(skipped)}.`,
    );
  }
  const before = base.total - groupFailures(base).length;
  if (patched.total < before) {
    return unverified(`Fewer tests than on the base: ${patched.total} instead of ${before}.`);
  }
  const ranBefore = before - base.skipped;
  const ranNow = patched.total - patched.skipped;
  return ranNow < ranBefore
    ? unverified(`Fewer tests ran than on the base: ${ranNow} instead of ${ranBefore}.`)
    : undefined;
}

/** Such a file decides which tests run and what they answer, so that they passed says little. */
function steered(changed: readonly ProvedFile[]): Judgement | undefined {
  const paths = changed.map((file) => file.path).filter((path) => steersTests(path));
  if (paths.length === 0) {
    return undefined;
  }
  const [steer, it] = paths.length === 1 ? ['steers', 'it'] : ['steer', 'these'];
  return unverified(
    `The tests pass, but the change edits ${listPaths(paths)}, which ${steer} the tests; look at ${it} before you trust them.`,
  );
}

function green(base: TestReport, patched: TestReport, changed: readonly ProvedFile[]): Judgement {
  const skipped = patched.skipped > 0 ? `, ${patched.skipped} skipped` : '';
  const before = base.timedOut
    ? 'on the base they did not end in time'
    : base.total === 0
      ? 'on the base none ran'
      : `on the base ${base.passed} of ${base.total} passed`;
  const edited = changed.filter((file) => file.status !== 'added' && isTestFile(file.path)).map((file) => file.path);
  const tests =
    edited.length === 0
      ? ''
      : `; the change edits ${count(edited.length, 'existing test file')} (${listPaths(edited)})`;
  const reason = `${patched.passed} of ${patched.total} tests pass${skipped}; ${before}${tests}.`;
  return { verdict: 'green', reason };
}

function unverified(reason: string): Judgement {
  return { verdict: 'unverified', reason };
}

function red(reason: string): Judgement {
  return { verdict: 'red', reason };
}

function describeFailed(failed: readonly TestCase[], base: TestReport): string {
  if (failed.length === 0) {
    return '';
  }
  const failedBefore = new Set(base.tests.filter((test) => test.status === 'failed').map((test) => test.name));
  const old = failed.filter((test) => failedBefore.has(test.name));
  const fresh = failed.filter((test) => !failedBefore.has(test.name));
  const shown = [...fresh, ...old].map((test) => test.name);
  const history =
    fresh.length === 0
      ? 'all of them fail on the base too'
      : old.length === 0
        ? 'none of them fails on the base'
        : `${fresh.length} of them did not fail on the base`;
  return `: ${listNames(shown)}; ${history}`;
}

/** Names of tests of the base that are not in the other run, each as often as it is missing. Needs full lists. */
function missingTests(base: TestReport, patched: TestReport): readonly string[] {
  if (!isListed(patched)) {
    return [];
  }
  const left = tally(patched.tests);
  const ignored = new Set(groupFailures(base));
  return base.tests
    .filter((test) => !ignored.has(test))
    .map((test) => test.name)
    .filter((name) => {
      const remaining = left.get(name) ?? 0;
      left.set(name, remaining - 1);
      return remaining <= 0;
    });
}

/** Names of which more are skipped than on the base, where some ran. */
function newlySkipped(base: TestReport, patched: TestReport): readonly string[] {
  const ranBefore = new Set(base.tests.filter((test) => test.status !== 'skipped').map((test) => test.name));
  const skippedBefore = tally(base.tests.filter((test) => test.status === 'skipped'));
  return [...tally(patched.tests.filter((test) => test.status === 'skipped'))]
    .filter(([name, amount]) => ranBefore.has(name) && amount > (skippedBefore.get(name) ?? 0))
    .map(([name]) => name);
}

/** What failed as a whole on the base has, once it is mended, its own tests in its place. */
function groupFailures(report: TestReport): readonly TestCase[] {
  return report.tests.filter((test) => test.status === 'failed' && test.standsForMany === true);
}

function isListed(report: TestReport): boolean {
  return report.tests.length === report.total;
}

function tally(tests: readonly TestCase[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of tests) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function listNames(names: readonly string[]): string {
  return listed(names.map((name) => `"${shortened(name)}"`));
}

function listPaths(paths: readonly string[]): string {
  return listed(paths.map(shortened));
}

function shortened(name: string): string {
  return withoutControls(name.replace(/\s+/g, ' ')).slice(0, 120);
}

function listed(items: readonly string[]): string {
  const more = items.length - namedItems;
  return items.slice(0, namedItems).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`;
}
