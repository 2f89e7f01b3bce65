import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import { projectRoot } from '../../../scripts/provision/projectPaths.ts';

export interface RunResults {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly title: string; readonly message: string }[];
}

/** Runs spec files in this process, one after another, and answers what came out. */
export async function runMocha(
  files: readonly string[],
  options: { readonly timeout: number; readonly grep?: string },
): Promise<RunResults> {
  const mocha = new Mocha({ ui: 'bdd', timeout: options.timeout, reporter: 'spec', bail: options.grep !== undefined });
  if (options.grep !== undefined) mocha.grep(options.grep);
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const failures: { title: string; message: string }[] = [];
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures: failed = 0, pending = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed, skipped: pending, failures });
    });
    runner.on('fail', (test: { fullTitle(): string }, error: Error) =>
      failures.push({ title: test.fullTitle(), message: error.stack ?? error.message }),
    );
  });
}

export function writeResults(name: string, results: RunResults): void {
  const folder = join(projectRoot, '.artifacts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `${JSON.stringify(results, undefined, 2)}\n`);
}

/** A suite that cannot run: skipped with its reason, which in CI is a failure. */
export function cannotRun(suite: string, why: string): RunResults {
  const required = process.env['CI'] === 'true';
  console.log(`${suite} ${required ? 'FAILED' : 'skipped'}: ${why}`);
  return {
    passed: 0,
    failed: required ? 1 : 0,
    skipped: required ? 0 : 1,
    failures: required ? [{ title: suite, message: why }] : [],
  };
}
