import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { projectBin, projectNode, projectRoot } from '../../scripts/provision/projectPaths.ts';
import { launchBrowser, openPage } from '../e2e/harness/browser.ts';
import { startEditorServer } from '../e2e/harness/editorServer.ts';
import { ensurePackage } from '../e2e/harness/packageFile.ts';
import { Workbench } from '../e2e/pages/workbench.ts';
import { type BenchRow, median } from './benchRow.ts';

const rounds = 5;
const ours = 'nightshift-dev.nightshift';
const emptyName = 'empty';
const empty = `nightshift-dev.${emptyName}`;
const bundleLimit = 300 * 1024;

/** Load and call of our activation beside an extension that does nothing, in the same extension hosts of real VS Code. */
export async function activationBench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-activation-'));
  const packages = [ensurePackage(), packageEmpty(folder)];
  const server = await startEditorServer({ packages });
  const browser = await launchBrowser();
  try {
    const milliseconds = { ours: [] as number[], empty: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const { page } = await openPage(browser, server);
      const workbench = new Workbench(page, server);
      await workbench.open();
      const times = activationTimes(await startupReport(page, workbench));
      milliseconds.ours.push(times.get(ours) ?? Number.NaN);
      milliseconds.empty.push(times.get(empty) ?? Number.NaN);
      await page.close();
    }
    return [activationRow(median(milliseconds.ours), median(milliseconds.empty)), bundleRow()];
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function activationRow(value: number, peerValue: number): BenchRow {
  const ratio = value / peerValue;
  return {
    name: 'activation, load and call',
    value,
    unit: 'ms',
    peer: 'an empty extension in the same host',
    peerValue,
    ratio,
    target: '≤ 2×',
    ok: ratio <= 2,
  };
}

function bundleRow(): BenchRow {
  const sizes: unknown = JSON.parse(readFileSync(join(projectRoot, 'dist', 'sizes.json'), 'utf8'));
  const value = z.object({ extensionAtStart: z.number() }).parse(sizes).extensionAtStart / 1024;
  return {
    name: 'extension bundle, read at its start',
    value,
    unit: 'KiB',
    target: `≤ ${bundleLimit / 1024} KiB`,
    ok: value * 1024 <= bundleLimit,
  };
}

/** An extension with one command that activates when ours does, packaged the same way. */
function packageEmpty(folder: string): string {
  const manifest = {
    name: emptyName,
    publisher: 'nightshift-dev',
    version: '0.0.1',
    engines: { vscode: '^1.138.0' },
    main: './main.js',
    activationEvents: ['onStartupFinished'],
    license: 'MIT',
    files: ['main.js'],
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'README.md'), 'Does nothing.');
  const register = "context.subscriptions.push(vscode.commands.registerCommand('empty.nothing', () => undefined));";
  writeFileSync(
    join(folder, 'main.js'),
    `const vscode = require('vscode');\nexports.activate = (context) => { ${register} };\n`,
  );
  const file = join(folder, 'empty.vsix');
  const vsce = [
    join(projectBin, 'vsce'),
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
  ];
  execFileSync(projectNode(), [...vsce, '-o', file], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return file;
}

/** The text of the editor's own report; taken when all extensions of the start are active. */
async function startupReport(page: Page, workbench: Workbench): Promise<string> {
  await page.waitForTimeout(3_000);
  await workbench.runCommand('Developer: Startup Performance');
  const line = page.locator('.monaco-editor .view-line', { hasText: 'System Info' }).first();
  await line.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+c');
  await page.waitForTimeout(300);
  return page.evaluate<string>('navigator.clipboard.readText()');
}

/** Load plus call, milliseconds, by extension: `| id | eager | load | call | finish | event | by |`. */
function activationTimes(report: string): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const line of report.split('\n')) {
    const [, id = '', , load = '', call = ''] = line.split('|').map((cell) => cell.trim());
    const total = Number(load) + Number(call);
    if (id.includes('.') && load !== '' && Number.isFinite(total)) times.set(id, total);
  }
  return times;
}
