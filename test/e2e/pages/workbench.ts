import type { Locator, Page } from 'playwright-core';
import type { EditorServer } from '../harness/editorServer.ts';

const startMilliseconds = 90_000;

/** The editor's window as a person uses it: keys, menus and rows, no API. */
export class Workbench {
  readonly page: Page;
  private readonly server: EditorServer;

  constructor(page: Page, server: EditorServer) {
    this.page = page;
    this.server = server;
  }

  /** Opens a folder (or an empty window) and waits until our extension is active: earlier commands would wait for it unseen. */
  async open(folder?: string): Promise<void> {
    const where: readonly [string, string] = folder === undefined ? ['ew', 'true'] : ['folder', folder];
    const payload = JSON.stringify([
      ['skipWelcome', 'true'],
      ['skipReleaseNotes', 'true'],
    ]);
    await this.page.goto(`${this.server.url}/?${new URLSearchParams([[...where], ['payload', payload]]).toString()}`);
    await this.activated(1);
  }

  /** Loads the window anew, with a new extension host. */
  async reload(): Promise<void> {
    const activations = this.activations();
    await this.page.reload();
    await this.activated(activations + 1);
  }

  private activations(): number {
    return this.server.extensionHostLog().split('_doActivateExtension nightshift-dev.nightshift').length - 1;
  }

  private async activated(times: number): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: startMilliseconds });
    const deadline = performance.now() + startMilliseconds;
    while (this.activations() < times) {
      if (performance.now() > deadline)
        throw new Error(`Our extension was not activated: ${this.server.extensionHostLog()}`);
      await this.page.waitForTimeout(200);
    }
    if (this.server.extensionHostLog().includes('Activating extension nightshift-dev.nightshift failed')) {
      throw new Error(this.server.extensionHostLog());
    }
  }

  async runCommand(label: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill(`>${label}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
    await row.click();
  }

  /** Whether the palette offers a command with exactly this label. */
  async offersCommand(label: string): Promise<boolean> {
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget:visible .quick-input-box input').fill(`>${label}`);
    await this.page.waitForTimeout(500);
    const found = await this.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).count();
    await this.page.keyboard.press('Escape');
    return found > 0;
  }

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+p');
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill(name);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator(`.tabs-container .tab.active[data-resource-name="${name}"]`).waitFor();
  }

  /** Puts the cursor on the line that shows the text. */
  async clickLine(text: string): Promise<void> {
    const line = this.page.locator('.monaco-editor .view-line', { hasText: text }).first();
    await line.click({ position: { x: 120, y: 8 } });
  }

  /** Opens the light bulb's menu by a click on the bulb itself and answers its rows. */
  async openLightBulb(): Promise<Locator> {
    await this.page.locator('.monaco-editor .lightBulbWidget').first().click();
    const rows = this.page.locator('.action-widget .monaco-list-row');
    await rows.first().waitFor();
    return rows;
  }

  async openTasksView(): Promise<void> {
    const item = this.page.locator('.activitybar .action-item', {
      has: this.page.locator('a[aria-label^="Nightshift"]'),
    });
    await item.click();
    await this.page
      .locator('.pane-header[aria-label^="Tasks"], .composite.title h2', { hasText: /Tasks|Nightshift/i })
      .first()
      .waitFor();
  }

  row(text: string | RegExp): Locator {
    return this.page.locator('.part.sidebar [role="treeitem"]', { hasText: text }).first();
  }

  /** A button that a row shows while the mouse is on it. */
  async rowAction(row: Locator, label: string): Promise<void> {
    await row.hover();
    await row.locator(`.actions a[aria-label^="${label}"]`).click();
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  statusItem(): Locator {
    return this.page.locator('[id="nightshift-dev.nightshift.nightshift.status"]');
  }

  /** Buttons of the dialog in the middle of the window. */
  dialogButton(label: string): Locator {
    return this.page.locator('.monaco-dialog-box .monaco-button', { hasText: label });
  }

  activeTab(): Locator {
    return this.page.locator('.tabs-container .tab.active');
  }
}
