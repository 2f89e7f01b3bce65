// The whole test: `npm test`. Puts on the machine what is needed, checks, builds, and runs every suite, some
// side by side. Ends with the plain line `N passed, N failed, N skipped`. With CI=true a suite that cannot run is a failure.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatStatus, provision } from './provision.ts';
import { projectRoot } from './provision/projectPaths.ts';
import type { PartName } from './provision/partStatus.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A failed test and the beginning of what it said. */
interface FailedTest {
  readonly title: string;
  readonly message: string;
}

/** What one suite came to. */
interface Outcome {
  readonly counts: Counts;
  readonly failures: readonly FailedTest[];
}

interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  /** Parts of the machine without which it cannot run. */
  readonly needs: readonly PartName[];
  /** Where it leaves its counts; without one the exit code is one test. */
  readonly results?: string;
}

const artifacts = join(projectRoot, '.artifacts');
/** Characters of what a failed test said. */
const longestMessage = 300;
const vitest = (name: string, ...projects: readonly string[]): Suite => ({
  name,
  command: [
    'vitest',
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=.artifacts/${name}.json`,
  ],
  needs: [],
  results: `${name}.json`,
});

const packaging: Suite = { name: 'package', command: ['npm', 'run', '--silent', 'package'], needs: [] };
const inEditor = (name: string, ...command: readonly string[]): Suite => ({
  name,
  command: ['node', ...command],
  needs: ['engine', 'browser', 'editor'],
  results: `${name}-results.json`,
});

/** Scenarios in the editor: every third of them. */
const scenarios = (part: 1 | 2 | 3): Suite => inEditor(`e2e-${part}`, 'test/e2e/run.ts', '--part', `${part}/3`);

/**
 * One stage after the other. The lanes of a stage run side by side, and the suites of a lane one after the other: who works an editor
 * waits most of the time, and the suites beside it do not. Faults use up memory and end engines: they are alone.
 */
const stages: readonly (readonly (readonly Suite[])[])[] = [
  [[{ name: 'check', command: ['npm', 'run', '--silent', 'check'], needs: [] }]],
  [[{ name: 'build', command: ['npm', 'run', '--silent', 'build'], needs: [] }]],
  [[vitest('unit', 'unit', 'golden')]],
  [[packaging]],
  [[{ ...vitest('integration', 'integration'), needs: ['engine'] }], [scenarios(1), scenarios(2)]],
  [
    [
      { ...vitest('eval', 'eval'), needs: ['engine'] },
      { name: 'attacks', command: ['node', 'scripts/attacks.ts'], needs: ['engine'], results: 'attacks.json' },
      {
        name: 'crash',
        command: ['node', 'test/crash/run.ts', '--points', '10'],
        needs: ['engine'],
        results: 'crash-results.json',
      },
    ],
    [inEditor('vscode', 'test/vscode/run.ts'), scenarios(3)],
  ],
  [[{ ...vitest('faults', 'faults'), needs: ['engine'] }]],
];

async function main(): Promise<number> {
  const missing = new Map<string, string>();
  for (const status of await provision(['engine', 'otherEngines', 'browser', 'editor'])) {
    console.log(formatStatus(status));
    if (status.status === 'missing') missing.set(status.name, `${status.detail} (${status.fix})`);
  }
  rmSync(join(artifacts, 'screenshots'), { recursive: true, force: true });
  mkdirSync(artifacts, { recursive: true });
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const runLane = async (lane: readonly Suite[], alone: boolean): Promise<void> => {
    for (const suite of lane) {
      const { counts, failures: found } = await runSuite(suite, missing, alone);
      failures.push(...found.map(({ title, message }) => `FAILED ${suite.name}: ${title}: ${message}`));
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
    }
  };
  for (const lanes of stages) {
    await Promise.all(lanes.map((lane) => runLane(lane, lanes.length === 1)));
  }
  // Once more at the end, where they are seen whatever came between.
  console.log(`\n${failures.join('\n')}`);
  console.log(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
  );
  return total.failed === 0 ? 0 : 1;
}

async function runSuite(suite: Suite, missing: ReadonlyMap<string, string>, alone: boolean): Promise<Outcome> {
  const lacking = suite.needs.find((part) => missing.has(part));
  if (lacking !== undefined) {
    const isFailure = process.env['CI'] === 'true';
    console.log(`\n## ${suite.name}: ${isFailure ? 'FAILED' : 'skipped'}: ${lacking}: ${missing.get(lacking)}`);
    return {
      counts: { passed: 0, failed: isFailure ? 1 : 0, skipped: isFailure ? 0 : 1 },
      failures: isFailure ? [{ title: 'could not run', message: String(missing.get(lacking)) }] : [],
    };
  }
  console.log(alone ? `\n## ${suite.name}` : `${suite.name} begins`);
  if (suite.results !== undefined) rmSync(join(artifacts, suite.results), { force: true });
  const started = performance.now();
  const { exitCode, output } = await run(suite.command, alone);
  if (!alone) console.log(`\n## ${suite.name}\n${output}`);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  const outcome = suite.results === undefined ? undefined : readOutcome(join(artifacts, suite.results));
  const judged = judge(suite, outcome?.counts, exitCode);
  console.log(
    `${suite.name}: ${judged.passed} passed, ${judged.failed} failed, ${judged.skipped} skipped in ${seconds} s`,
  );
  const untold = { title: 'failed without a failed test', message: `exit code ${exitCode}` };
  const told = outcome?.failures ?? [];
  return { counts: judged, failures: judged.failed > 0 && told.length === 0 ? [untold] : told };
}

/** A suite that fails without a failed test, or leaves no counts, or runs nothing, is a failure of its own. */
function judge(suite: Suite, counts: Counts | undefined, exitCode: number): Counts {
  if (suite.results === undefined) {
    return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  }
  if (counts === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const skippedIsFailure = process.env['CI'] === 'true' ? counts.skipped : 0;
  const failed = counts.failed + skippedIsFailure;
  const silent = failed === 0 && (exitCode !== 0 || counts.passed === 0) ? 1 : 0;
  return { passed: counts.passed, failed: failed + silent, skipped: counts.skipped - skippedIsFailure };
}

/** Of vitest's JSON report, or of our own runners' `{passed, failed, skipped, failures}`. */
function readOutcome(path: string): Outcome | undefined {
  try {
    const report: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
    const count = (...names: readonly string[]): number =>
      names.reduce((sum, name) => sum + (typeof report[name] === 'number' ? report[name] : 0), 0);
    return {
      counts: {
        passed: count('numPassedTests', 'passed'),
        failed: count('numFailedTests', 'failed'),
        skipped: count('numPendingTests', 'numTodoTests', 'skipped'),
      },
      failures: [...vitestFailures(report), ...records(report['failures']).map(failedTest)],
    };
  } catch (error) {
    console.log(`No results in ${path}: ${String(error)}`);
    return undefined;
  }
}

function vitestFailures(report: Record<string, unknown>): FailedTest[] {
  return records(report['testResults']).flatMap((file) => {
    const failed = records(file['assertionResults']).filter(({ status }) => status === 'failed');
    return failed.length === 0 && file['status'] === 'failed'
      ? [failedTest({ title: file['name'], message: file['message'] })]
      : failed.map((test) => failedTest({ title: test['fullName'], message: strings(test['failureMessages'])[0] }));
  });
}

function failedTest({ title, message }: Record<string, unknown>): FailedTest {
  const text = (typeof message === 'string' ? message : '').replace(/\s+/g, ' ');
  return { title: String(title), message: text.slice(0, longestMessage) };
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** What a command says is shown as it comes, or kept where it would be mixed with what others say. */
function run(
  command: readonly string[],
  show: boolean,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    const plain = process.stdout.isTTY && show ? {} : { NO_COLOR: '1' };
    const env = { ...process.env, ...plain };
    const kept: Buffer[] = [];
    const end = (exitCode: number): void => resolve({ exitCode, output: Buffer.concat(kept).toString() });
    const child = spawn(file, args, {
      cwd: projectRoot,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      env,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (piece: Buffer) => kept.push(piece));
    }
    child.once('error', (error) => {
      console.log(`${file} did not start: ${error.message}`);
      end(1);
    });
    // Not "close": a program that was left behind may hold the pipes for ever.
    child.once('exit', (code) => setTimeout(() => end(code ?? 1), show ? 0 : 200));
  });
}

process.exitCode = await main();
