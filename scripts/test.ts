// The whole test: `npm test`. Puts on the machine what is needed, checks, builds, and runs every suite in the order from fast
// to slow. Ends with the plain line `N passed, N failed, N skipped`. With CI=true a suite that cannot run is a failure.
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

interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  /** Parts of the machine without which it cannot run. */
  readonly needs: readonly PartName[];
  /** Where it leaves its counts; without one the exit code is one test. */
  readonly results?: string;
}

const artifacts = join(projectRoot, '.artifacts');
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

const suites: readonly Suite[] = [
  { name: 'check', command: ['npm', 'run', '--silent', 'check'], needs: [] },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'], needs: [] },
  vitest('unit', 'unit', 'golden'),
  { ...vitest('integration', 'integration'), needs: ['engine'] },
  { name: 'attacks', command: ['node', 'scripts/attacks.ts'], needs: ['engine'], results: 'attacks.json' },
  { name: 'crash', command: ['node', 'test/crash/run.ts'], needs: ['engine'], results: 'crash-results.json' },
  { name: 'package', command: ['npm', 'run', '--silent', 'package'], needs: [] },
  {
    name: 'vscode',
    command: ['node', 'test/vscode/run.ts'],
    needs: ['engine', 'browser', 'editor'],
    results: 'vscode-results.json',
  },
  {
    name: 'e2e',
    command: ['node', 'test/e2e/run.ts'],
    needs: ['engine', 'browser', 'editor'],
    results: 'e2e-results.json',
  },
];

async function main(): Promise<number> {
  const missing = new Map<string, string>();
  for (const status of await provision(['engine', 'otherEngines', 'browser', 'editor'])) {
    console.log(formatStatus(status));
    if (status.status === 'missing') missing.set(status.name, `${status.detail} (${status.fix})`);
  }
  mkdirSync(artifacts, { recursive: true });
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of suites) {
    const counts = await runSuite(suite, missing);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  console.log(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
  );
  return total.failed === 0 ? 0 : 1;
}

async function runSuite(suite: Suite, missing: ReadonlyMap<string, string>): Promise<Counts> {
  const lacking = suite.needs.find((part) => missing.has(part));
  if (lacking !== undefined) {
    const isFailure = process.env['CI'] === 'true';
    console.log(`\n## ${suite.name}: ${isFailure ? 'FAILED' : 'skipped'}: ${lacking}: ${missing.get(lacking)}`);
    return { passed: 0, failed: isFailure ? 1 : 0, skipped: isFailure ? 0 : 1 };
  }
  console.log(`\n## ${suite.name}`);
  if (suite.results !== undefined) rmSync(join(artifacts, suite.results), { force: true });
  const started = performance.now();
  const exitCode = await run(suite.command);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  const counts = suite.results === undefined ? undefined : readCounts(join(artifacts, suite.results));
  const judged = judge(suite, counts, exitCode);
  console.log(
    `${suite.name}: ${judged.passed} passed, ${judged.failed} failed, ${judged.skipped} skipped in ${seconds} s`,
  );
  return judged;
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

/** Counts of vitest's JSON report, or of our own runners' `{passed, failed, skipped}`. */
function readCounts(path: string): Counts | undefined {
  try {
    const report: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'));
    const count = (...names: readonly string[]): number =>
      names.reduce((sum, name) => sum + (typeof report[name] === 'number' ? report[name] : 0), 0);
    return {
      passed: count('numPassedTests', 'passed'),
      failed: count('numFailedTests', 'failed'),
      skipped: count('numPendingTests', 'numTodoTests', 'skipped'),
    };
  } catch (error) {
    console.log(`No results in ${path}: ${String(error)}`);
    return undefined;
  }
}

function run(command: readonly string[]): Promise<number> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
    const env = { ...process.env, ...plain };
    const child = spawn(file, args, { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'], env });
    child.once('error', (error) => {
      console.log(`${file} did not start: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main();
