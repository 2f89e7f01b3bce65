import type { Page } from 'playwright-core';
import { screenshot } from './browser.ts';

/** What a machine tells of its owner's wishes, and the class of the theme that the editor chooses for them by itself. */
const looks = {
  dark: { media: { colorScheme: 'dark', forcedColors: 'none' }, shown: '.vs-dark' },
  light: { media: { colorScheme: 'light', forcedColors: 'none' }, shown: '.vs' },
  'high-contrast': { media: { colorScheme: 'dark', forcedColors: 'active' }, shown: '.hc-black' },
  'high-contrast-light': { media: { colorScheme: 'light', forcedColors: 'active' }, shown: '.hc-light' },
} as const;

export type Look = keyof typeof looks;

export async function useLook(page: Page, look: Look): Promise<void> {
  await page.emulateMedia(looks[look].media);
  await page.locator(`.monaco-workbench${looks[look].shown}`).waitFor();
}

/** A picture of a surface as it is now in a dark, a light and a high-contrast theme; the window is as before afterwards. */
export async function inEveryLook(page: Page, name: string): Promise<void> {
  for (const look of ['light', 'high-contrast', 'dark'] as const) {
    await useLook(page, look);
    // Colours of what is drawn by parts of its own, such as pages, come a moment later.
    await page.waitForTimeout(500);
    await screenshot(page, `${name}-${look}`);
  }
}
