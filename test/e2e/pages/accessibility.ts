import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { FrameLocator } from 'playwright-core';

const axe = new URL(import.meta.resolve('axe-core/axe.min.js'));

/** What bars people from a page of ours, as the checker axe finds it: the serious and the critical, one line each. */
export async function seriousFindings(page: FrameLocator): Promise<readonly string[]> {
  const body = page.locator('body');
  await body.evaluate(readFileSync(axe, 'utf8'));
  const found: unknown = await body.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.map(({ html, any }) => html + ' ' + any.map(({ message }) => message).join()).slice(0, 3).join(' | ')))`);
  assert.ok(Array.isArray(found));
  return found.map(String);
}
