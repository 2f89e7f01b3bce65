import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveCliArgsFromVSCodeExecutablePath, runTests, TestRunFailedError } from '@vscode/test-electron';
import type { RunResults } from '../e2e/harness/mochaRun.ts';
import { readResults, type SuiteRun, suiteEnvironment, suiteSettings } from './suiteRun.ts';

/** Runs the suite in a desktop VS Code that is installed on this machine. */
export async function runInDesktop(vscodeExecutablePath: string, run: SuiteRun): Promise<RunResults> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-desktop-'));
  const profile = join(folder, 'profile');
  const results = join(folder, 'results.json');
  const flags = [`--user-data-dir=${profile}`, `--extensions-dir=${join(folder, 'extensions')}`];
  mkdirSync(join(profile, 'User'), { recursive: true });
  writeFileSync(join(profile, 'User', 'settings.json'), JSON.stringify(suiteSettings(run)));
  try {
    const [cli = '', ...cliArguments] = resolveCliArgsFromVSCodeExecutablePath(vscodeExecutablePath, {
      reuseMachineInstall: true,
    });
    execFileSync(cli, [...cliArguments, '--install-extension', run.packagePath, '--force', ...flags], {
      stdio: 'inherit',
    });
    const folders = run.folder === undefined ? [] : [run.folder];
    const trust = run.trust ? ['--disable-workspace-trust'] : [];
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: run.suite.stub,
      extensionTestsPath: run.suite.module,
      launchArgs: [...folders, ...flags, ...trust, '--no-sandbox'],
      extensionTestsEnv: { ...suiteEnvironment(run, results), NIGHTSHIFT_HOME: join(folder, 'home') },
    }).catch((error: unknown) => {
      // Failed tests end the editor with code 1; what failed is in the results.
      if (!(error instanceof TestRunFailedError)) throw error;
    });
    return readResults(results, run, () => '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
