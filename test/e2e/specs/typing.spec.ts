import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { withAgentHost } from '../harness/agentHost.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { until } from '../harness/until.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const tasks = 20;
const longest = 150_000;
const script = {
  version: 1,
  turns: [{ calls: [{ name: 'ask_user', arguments: { question: 'Stop at zero?', options: 'Yes\nNo' } }] }],
};

describe('a person who types while twenty tasks come', () => {
  let editor: OpenEditor;
  let folder: string;
  let repository: TestRepository;
  let workbench: Workbench;
  const icon = (): Locator =>
    workbench.page.locator('.activitybar .action-item', {
      has: workbench.page.locator('a[aria-label^="Nightshift"]'),
    });
  /** In the first line, at this column. */
  const cursor = (column: number): Locator =>
    workbench.page.locator('[id="status.editor.selection"]', { hasText: new RegExp(`Ln 1, Col ${column}$`) });
  const spoken = async (): Promise<string> =>
    (await workbench.statusItem().locator('a').first().getAttribute('aria-label')) ?? '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nightshift-many-'));
    const path = join(folder, 'asks.json');
    writeFileSync(path, JSON.stringify(script));
    repository = createRepository('node-counter');
    editor = await openEditor({ folder: repository.root, settings: { 'nightshift.model': `replay:${path}` } });
    workbench = editor.workbench;
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await workbench.page.locator('.quick-input-widget:visible .quick-input-box input').fill('Part 1 of the counter');
    await workbench.page.keyboard.press('Enter');
    await workbench.openFile('counter.js');
    await until(
      'an agent host runs',
      async () => (await withAgentHost(repository.root, editor.server.home, async () => true)) ?? false,
    );
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    repository?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('loses neither focus nor cursor nor a letter to them', async () => {
    const { page } = workbench;
    await workbench.clickLine('this.#value');
    await page.keyboard.press('Control+Home');
    await cursor(1).waitFor();
    await page.keyboard.type('// \n');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('End');
    await cursor(4).waitFor();
    const creating = createTasks();
    let typed = '// ';
    const end = performance.now() + longest;
    do {
      const word = `word${typed.length} `;
      await page.keyboard.type(word, { delay: 20 });
      typed += word;
      assert.ok(performance.now() < end, `only: ${await spoken()}`);
    } while (!(await spoken()).includes(`${tasks} tasks waiting for you`));
    await creating;
    assert.equal(await page.evaluate('document.activeElement?.closest(".editor-instance") !== null'), true);
    assert.equal(await workbench.activeTab().getAttribute('data-resource-name'), 'counter.js');
    await cursor(typed.length + 1).waitFor();
    for (const taking of ['.monaco-dialog-box', '.quick-input-widget:visible', '.part.panel:visible']) {
      assert.equal(await page.locator(taking).count(), 0, taking);
    }
    await page.locator('.part.sidebar .composite.title h2', { hasText: /^Explorer$/ }).waitFor();
    await page.keyboard.press('Control+s');
    const saved = (): string => readFileSync(join(repository.root, 'src', 'counter.js'), 'utf8');
    await until('the file is saved', () => saved().startsWith('// word'));
    assert.equal(saved().split('\n', 1)[0], typed);
  });

  it('finds them counted at the icon and in the status bar, which opens their list', async () => {
    await icon()
      .locator('.badge-content', { hasText: new RegExp(`^${tasks}$`) })
      .waitFor();
    await screenshot(workbench.page, '95-typing');
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.statusItem().click();
    await workbench.row(/asks: Stop at zero/).waitFor();
    await inEveryLook(workbench.page, '96-typing-list');
    assert.deepEqual(editor.outside, []);
  });

  /** All but the first, one after another, as another window or the command line does. */
  async function createTasks(): Promise<void> {
    await withAgentHost(repository.root, editor.server.home, async (client) => {
      for (let part = 2; part <= tasks; part += 1) {
        const created = await client.request('createTask', {
          goal: `Part ${part} of the counter`,
          origin: { kind: 'cli' },
          model: `replay:${join(folder, 'asks.json')}`,
          settings: {},
        });
        assert.ok(created.ok, created.ok ? '' : created.error.message);
      }
    });
  }
});
