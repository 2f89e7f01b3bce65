import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/provision/browser.ts';
import { projectRoot } from '../../../scripts/provision/projectPaths.ts';
import type { Entity, GraphResult } from '../../../src/protocol/memory.ts';
import { graphHtml } from '../../../src/vscode/memory/graph/graphHtml.ts';
import { fromPageSchema, type ToPage } from '../../../src/vscode/memory/graph/graphMessages.ts';
import { launchBrowser } from '../../e2e/harness/browser.ts';

const entity = (id: string, kind: Entity['kind'] = 'symbol'): Entity => ({ id, kind, label: id });
const graph: GraphResult = {
  center: { ...entity('Cart.add'), path: 'src/cart.ts', startLine: 3 },
  others: [],
  entities: [entity('caller'), entity('cart.test.ts', 'test'), entity('<img src=x onerror=alert(1)>', 'document')],
  edges: [
    { from: 'caller', to: 'Cart.add', kind: 'calls', weight: 2 },
    { from: 'cart.test.ts', to: 'Cart.add', kind: 'tests', weight: 1 },
    { from: '<img src=x onerror=alert(1)>', to: 'Cart.add', kind: 'documents', weight: 1 },
  ],
};

/** The page as the editor shows it, with its own policy, in a real browser; the editor's side is played. */
describe.skipIf(findBrowser() === undefined)('the page of the graph', () => {
  let browser: Browser;
  let page: Page;
  let script: string;
  const errors: string[] = [];

  beforeAll(async () => {
    const built = await build({
      entryPoints: [join(projectRoot, 'src/vscode/memory/graphPage/graphPage.ts')],
      bundle: true,
      platform: 'browser',
      format: 'iife',
      write: false,
    });
    script = built.outputFiles[0]?.text ?? '';
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    await page?.close();
    errors.length = 0;
    page = await browser.newPage({ viewport: { width: 900, height: 600 } });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.route(/.*/, (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/graphPage.js') {
        return route.fulfill({ contentType: 'text/javascript', body: script });
      }
      return pathname === '/'
        ? route.fulfill({
            contentType: 'text/html',
            body: graphHtml({ script: '/graphPage.js', nonce: 'n0nce', language: 'en', words: undefined }),
          })
        : route.abort();
    });
    await page.addInitScript(
      'window.sent = []; window.acquireVsCodeApi = () => ({ postMessage: (message) => window.sent.push(message) });',
    );
    await page.goto('http://page.test/');
  });

  const show = (message: ToPage): Promise<void> => page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
  const sent = async (): Promise<unknown[]> => {
    const messages: unknown = await page.evaluate('window.sent');
    return (messages as unknown[]).map((message) => fromPageSchema.parse(message));
  };
  const status = (): Promise<string | null> => page.locator('#status').textContent();
  const draw = async (): Promise<void> => {
    await show({ type: 'graph', graph, canGoBack: true });
    await page.locator('.node').first().waitFor({ state: 'attached' });
  };

  test('draws what it is given, and lists the same for who does not see it', async () => {
    await draw();
    expect(await page.locator('.node').count()).toBe(4);
    expect(await page.locator('.edge').count()).toBe(3);
    expect(await page.locator('nav h2').allTextContents()).toEqual([
      'Called by (1)',
      'Tested by (1)',
      'Documented in (1)',
    ]);
    expect(await page.locator('nav li button').allTextContents()).toEqual([
      'Cart.add',
      'caller',
      'cart.test.ts',
      graph.entities[2]?.label,
    ]);
    expect(await page.locator('#drawing').getAttribute('aria-label')).toBe('Graph around Cart.add, 3 things');
    expect(await status()).toBe('symbol Cart.add, src/cart.ts');
    expect(await page.locator('nav [aria-current="true"]').textContent()).toBe('Cart.add');
    // What others wrote is text and nothing else, and the policy of the page stopped nothing that it needs.
    expect(await page.locator('img').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  test('is used with the keyboard alone', async () => {
    await draw();
    await page.keyboard.press('ArrowUp');
    expect(await status()).toBe('called by: symbol caller');
    expect(await page.locator('.node.focused text').textContent()).toBe('caller');
    await page.keyboard.press('o');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    expect(await status()).toBe('symbol Cart.add, src/cart.ts');
    await page.keyboard.press('Escape');
    expect(await sent()).toEqual([
      { type: 'ready' },
      { type: 'open', id: 'caller' },
      { type: 'center', id: 'caller' },
      { type: 'back' },
    ]);
  });

  test('the list has the same keys, and takes the focus along', async () => {
    await draw();
    await page.locator('nav li button').nth(2).focus();
    expect(await status()).toBe('tested by: test cart.test.ts');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowUp');
    expect(await page.evaluate('document.activeElement.textContent')).not.toBe('cart.test.ts');
    expect(await sent()).toEqual([{ type: 'ready' }, { type: 'center', id: 'cart.test.ts' }]);
  });

  test('a click chooses, two clicks open, and the button goes back only where there is a way', async () => {
    await show({ type: 'graph', graph, canGoBack: false });
    await page.locator('.node').first().waitFor({ state: 'attached' });
    expect(await page.locator('#back').isDisabled()).toBe(true);
    await draw();
    await page.locator('.node', { hasText: 'caller' }).locator('.mark').dblclick();
    await page.locator('#back').click();
    expect(await sent()).toEqual([{ type: 'ready' }, { type: 'open', id: 'caller' }, { type: 'back' }]);
  });

  test('says what is wrong and keeps what is drawn', async () => {
    await draw();
    await show({ type: 'problem', message: 'The memory is off.' });
    await expect.poll(status).toBe('The memory is off.');
    await page.evaluate(`window.postMessage({ type: 'graph', graph: 7 }, '*')`);
    await expect.poll(status).toMatch(/cannot be read/);
    expect(await page.locator('.node').count()).toBe(4);
  });
});
