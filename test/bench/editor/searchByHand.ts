import type { Page } from 'playwright-core';

/** Opens *Search Memory…* as a person does, which starts the agent host, and asks until a row shows the file. Gives up after `milliseconds`. */
export async function searchByHand(page: Page, query: string, file: string, milliseconds: number): Promise<boolean> {
  const input = page.locator('.quick-input-widget:visible .quick-input-box input');
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: file }).first();
  await page.keyboard.press('F1');
  await input.fill('>Nightshift: Search Memory');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Search Memory…' }).first().click();
  await page.locator('.quick-input-widget:visible .quick-input-title', { hasText: 'Search Memory' }).waitFor();
  const end = performance.now() + milliseconds;
  // The same question again is asked again when the text of the box is another.
  for (let spaces = 0; performance.now() < end; spaces = 1 - spaces) {
    await input.fill(query + ' '.repeat(spaces));
    const shown = await row.waitFor({ timeout: 2_000 }).then(
      () => true,
      () => false,
    );
    if (shown) {
      await page.keyboard.press('Escape');
      return true;
    }
  }
  await page.keyboard.press('Escape');
  return false;
}
