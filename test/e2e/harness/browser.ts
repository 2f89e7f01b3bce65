import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../../scripts/provision/browser.ts';
import { projectRoot } from '../../../scripts/provision/projectPaths.ts';
import type { EditorServer } from './editorServer.ts';

export async function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('No Chromium is here: run `node scripts/provision.ts browser`.');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page that can reach the editor's server and nothing else; every other address that it asked for is in `outside`. */
export async function openPage(
  browser: Browser,
  server: EditorServer,
): Promise<{ readonly page: Page; readonly outside: readonly string[] }> {
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  const outside: string[] = [];
  await page.route(/.*/, (route) => {
    const { hostname, protocol } = new URL(route.request().url());
    const own =
      hostname === '127.0.0.1' || hostname.endsWith('localhost') || protocol === 'data:' || protocol === 'blob:';
    if (own) return route.continue();
    outside.push(route.request().url());
    return route.abort();
  });
  page.setDefaultTimeout(30_000);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  return { page, outside };
}

export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(projectRoot, '.artifacts', 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
