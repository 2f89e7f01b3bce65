import type { Locator, Page } from 'playwright-core';
import type { EditorServer } from '../harness/editorServer.ts';

const startMilliseconds = 90_000;
/** For the palette to take a command on a loaded machine. */
const paletteMilliseconds = 10_000;
/** For a menu to open with all that extensions add to it. */
const menuMilliseconds = 6_000;

/** The editor's window as a person uses it: keys, menus and rows, no API. */
export class Workbench {
  readonly page: Page;
  private readonly server: EditorServer;

  constructor(page: Page, server: EditorServer) {
    this.page = page;
    this.server = server;
  }

  /** Opens a folder or a workspace file (or an empty window) and waits until our extension is active: earlier commands would wait for it unseen. */
  async open(folder?: string): Promise<void> {
    const kind = folder?.endsWith('.code-workspace') === true ? 'workspace' : 'folder';
    const where: readonly [string, string] = folder === undefined ? ['ew', 'true'] : [kind, folder];
    const payload = JSON.stringify([
      ['skipWelcome', 'true'],
      ['skipReleaseNotes', 'true'],
    ]);
    const activations = this.activations();
    await this.page.goto(`${this.server.url}/?${new URLSearchParams([[...where], ['payload', payload]]).toString()}`);
    await this.activated(activations + 1);
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

  /** By the palette, as often as it takes: the editor closes the palette when the focus moves, as it does while files are opened. */
  async runCommand(label: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
    for (let left = 3; ; left -= 1) {
      await this.page.keyboard.press('F1');
      try {
        await input.fill(`>${label}`, { timeout: paletteMilliseconds });
        await row.click({ timeout: paletteMilliseconds });
        return;
      } catch (error) {
        if (left === 0) {
          throw error;
        }
      }
    }
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
    // What was open lately stands there first and other files come later: the row under the cursor has to be the one, and stay it.
    const labels = [`="${name}"`, `^="${name} "`, `^="${name},"`].map((test) => `[aria-label${test}]`).join(', ');
    const wanted = this.page.locator(`.quick-input-list .monaco-list-row.focused:is(${labels})`);
    do {
      await wanted.waitFor();
      await this.page.waitForTimeout(300);
    } while ((await wanted.count()) === 0);
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

  /** An entry of the menu that a right click opens. */
  async contextMenu(target: Locator, label: string): Promise<void> {
    await this.menu(() => target.click({ button: 'right' }), label);
  }

  /**
   * An entry of the menu that `open` opens, as often as it takes: a menu keeps the entries that it opened with. The editor lets no
   * click through for a moment after it opened.
   */
  async menu(open: () => Promise<void>, label: string): Promise<void> {
    const entry = this.page.locator('.context-view .action-label', { hasText: label }).first();
    for (let left = 5; ; left -= 1) {
      await open();
      try {
        await entry.waitFor({ timeout: menuMilliseconds });
        break;
      } catch (error) {
        if (left === 0) {
          throw error;
        }
        await this.page.keyboard.press('Escape');
      }
    }
    await this.page.waitForTimeout(500);
    await entry.click();
    await entry.waitFor({ state: 'detached', timeout: 2_000 }).catch(() => entry.click());
    await entry.waitFor({ state: 'detached' });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  statusItem(): Locator {
    return this.page.locator('[id="nightshift-dev.nightshift.nightshift.status"]');
  }

  /** Buttons of the dialog in the middle of the window. */
  dialogButton(label: string | RegExp): Locator {
    return this.page.locator('.monaco-dialog-box .monaco-button', { hasText: label });
  }

  activeTab(): Locator {
    return this.page.locator('.tabs-container .tab.active');
  }
}
