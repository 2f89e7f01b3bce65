import type { FrameLocator, Locator, Page } from 'playwright-core';
import { until } from '../harness/until.ts';
import type { Workbench } from './workbench.ts';

/** The memory's view, lists and graph as a person uses them. */
export class MemoryPages {
  private readonly workbench: Workbench;
  private readonly page: Page;
  readonly input: Locator;
  /** Rows of the list in the middle. */
  readonly rows: Locator;

  constructor(workbench: Workbench) {
    this.workbench = workbench;
    this.page = workbench.page;
    this.input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    this.rows = this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
  }

  /** Unfolds the view, and folds the one above it for the room. */
  async openView(): Promise<void> {
    await this.workbench.openTasksView();
    await this.page.locator('.pane-header[aria-label^="Memory"]').click();
    await this.page.locator('.pane-header[aria-label^="Tasks"]').click();
  }

  /** A button in the title of the view. */
  async viewAction(label: string): Promise<void> {
    const header = this.page.locator('.pane-header[aria-label^="Memory"]');
    await header.hover();
    await header.locator(`a[aria-label^="${label}"]`).click();
  }

  async search(text: string): Promise<void> {
    if ((await this.input.count()) === 0) {
      await this.workbench.runCommand('Nightshift: Search Memory…');
      await this.input.waitFor();
    }
    await this.input.fill(text);
  }

  row(text: string | RegExp): Locator {
    return this.rows.filter({ hasText: text }).first();
  }

  /** Asks until the row is there, as the memory follows what changed within moments; leaves the list open. */
  async searchUntil(text: string, row: string | RegExp): Promise<Locator> {
    const found = this.row(row);
    await until(
      `"${text}" finds ${String(row)}`,
      async () => {
        await this.search('');
        await this.search(text);
        return found.waitFor({ timeout: 1_000 }).then(
          () => true,
          () => false,
        );
      },
      60,
    );
    return found;
  }

  async closeList(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.input.waitFor({ state: 'detached' }).catch(() => this.input.waitFor({ state: 'hidden' }));
  }

  /** Puts the cursor to a place of the open file: `2:25`. The editor closes the box when the focus moves, as it does while files open. */
  async goTo(place: string): Promise<void> {
    const [line = '', column = ''] = place.split(':');
    const isThere = async (): Promise<boolean> => (await this.cursor()) === `Ln ${line}, Col ${column}`;
    const go = async (): Promise<boolean> => {
      await this.page.keyboard.press('Control+g');
      await this.input.fill(`:${place}`);
      await this.page.keyboard.press('Enter');
      return until('the cursor is there', isThere, 3).then(
        () => true,
        () => false,
      );
    };
    await until(`the cursor is at ${place}`, go, 60);
  }

  /** Where the cursor is, from the status bar: `Ln 2, Col 1`. */
  async cursor(): Promise<string> {
    return this.page.locator('[id="status.editor.selection"]').innerText();
  }

  graph(): FrameLocator {
    return this.page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
  }
}
