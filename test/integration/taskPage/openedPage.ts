import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { projectRoot } from '../../../scripts/provision/projectPaths.ts';
import { taskPageHtml } from '../../../src/vscode/taskPage/taskPageHtml.ts';
import {
  type FromTaskPage,
  fromTaskPageSchema,
  type TaskPageState,
  type ToTaskPage,
} from '../../../src/vscode/taskPage/taskPageMessages.ts';

export async function bundledScript(): Promise<string> {
  const built = await build({
    entryPoints: [join(projectRoot, 'src/vscode/taskPage/page/taskPage.ts')],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    minify: true,
    write: false,
  });
  return built.outputFiles[0]?.text ?? '';
}

export interface OpenedPage {
  readonly page: Page;
  /** What the page threw or wrote as an error, a breach of its policy among them. */
  readonly errors: readonly string[];
  show(...messages: readonly ToTaskPage[]): Promise<void>;
  sent(): Promise<readonly FromTaskPage[]>;
}

/** The page as the editor shows it, with its own policy; the editor's side is played. `kept` is what it kept of an earlier one. */
export async function openedPage(browser: Browser, script: string, kept?: TaskPageState): Promise<OpenedPage> {
  const errors: string[] = [];
  const page = await browser.newPage({ viewport: { width: 1_200, height: 800 } });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.route(/.*/, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/taskPage.js') {
      return route.fulfill({ contentType: 'text/javascript', body: script });
    }
    const body = taskPageHtml({
      script: '/taskPage.js',
      nonce: 'n0nce',
      state: { root: '/app', task: 'task-1' },
      language: 'en',
      words: undefined,
    });
    return pathname === '/' ? route.fulfill({ contentType: 'text/html', body }) : route.abort();
  });
  await page.addInitScript(`window.sent = []; window.kept = ${JSON.stringify(kept) ?? 'undefined'};
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => window.sent.push(message),
      getState: () => window.kept,
      setState: (state) => void (window.kept = state),
    });`);
  await page.goto('http://page.test/');
  return {
    page,
    errors,
    show: (...messages) =>
      page.evaluate(`for (const message of ${JSON.stringify(messages)}) window.postMessage(message, '*')`),
    async sent() {
      const messages: unknown = await page.evaluate('window.sent');
      return Array.isArray(messages) ? messages.map((message) => fromTaskPageSchema.parse(message)) : [];
    },
  };
}
