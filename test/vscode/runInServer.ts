import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launchBrowser, openPage } from '../e2e/harness/browser.ts';
import { startEditorServer } from '../e2e/harness/editorServer.ts';
import type { RunResults } from '../e2e/harness/mochaRun.ts';
import { readResults, type SuiteRun, suiteEnvironment, suiteMilliseconds, suiteSettings } from './suiteRun.ts';

/** Runs the suite in the extension host of a VS Code server, started by a page as the editor's own tests are. */
export async function runInServer(run: SuiteRun): Promise<RunResults> {
  const results = join(run.suite.stub, `${run.name.replaceAll(' ', '-')}-${process.pid}.json`);
  const server = await startEditorServer({
    packages: [run.packagePath],
    settings: suiteSettings(run),
    environment: suiteEnvironment(run, results),
    testDriver: true,
    trust: run.trust,
  });
  const browser = await launchBrowser();
  try {
    const { page } = await openPage(browser, server);
    const ended = new Promise<void>((resolve) => {
      void page.exposeFunction('codeAutomationExit', () => resolve());
    });
    await page.exposeFunction('codeAutomationLog', () => undefined);
    await page.goto(suiteUrl(server.url, server.port, run));
    await Promise.race([ended, delay(suiteMilliseconds, undefined, { ref: false })]);
    const read = readResults(results, run, () => `${server.extensionHostLog()}\n${server.extensionLog()}`);
    return withFaults(read, server.extensionLog());
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** A command that failed says so in the log and to the person, and answers nothing: here it is a failure whatever called it. */
function withFaults(results: RunResults, log: string): RunResults {
  const faults = [...log.matchAll(/nightshift\.\w+ failed: .*/g)].map(([message]) => ({
    title: 'a command met a fault',
    message,
  }));
  return { ...results, failed: results.failed + faults.length, failures: [...results.failures, ...faults] };
}

function suiteUrl(url: string, port: number, run: SuiteRun): string {
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
    ['extensionDevelopmentPath', remote(run.suite.stub)],
    ['extensionTestsPath', remote(run.suite.module)],
  ];
  const open: readonly [string, string] = run.folder === undefined ? ['ew', 'true'] : ['folder', run.folder];
  return `${url}/?${new URLSearchParams([[...open], ['payload', JSON.stringify(payload)]]).toString()}`;
}
