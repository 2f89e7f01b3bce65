import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { withAgentHost } from '../harness/agentHost.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { until } from '../harness/until.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const many = 5;

describe('several tasks', () => {
  let editor: OpenEditor;
  let model: FakeOllama;
  let repository: TestRepository;
  let workbench: Workbench;
  const input = (): Locator => workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
  const choice = (label: string): Locator =>
    workbench.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: label });
  const rows = (): Locator => workbench.page.locator('.part.sidebar [role="treeitem"][aria-level="1"]');

  before(async () => {
    model = await startFakeOllama({
      models: [{ name: 'scripted:latest' }],
      script: () => ({ calls: [{ name: 'ask_user', arguments: { question: 'Which of the two?' } }] }),
    });
    repository = createRepository('node-counter');
    editor = await openEditor({
      folder: repository.root,
      model: { url: model.url, name: 'scripted:latest', stop: async () => '' },
    });
    workbench = editor.workbench;
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    repository?.remove();
    await model?.close();
    assert.deepEqual(model?.violations, [], 'what the product did wrong on the wire');
  });

  it('are told in few words', async () => {
    const { page } = workbench;
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await input().fill('Task 1');
    await page.keyboard.press('Enter');
    await workbench.row('Task 1').waitFor();
    const settings = { ollamaHost: model.url };
    const asked = { origin: { kind: 'cli' as const }, model: 'ollama:scripted:latest', settings };
    const made = await withAgentHost(repository.root, editor.server.home, async (host) => {
      const answers = [];
      for (let at = 2; at <= many; at += 1) {
        answers.push(await host.request('createTask', { goal: `Task ${at}`, ...asked }));
      }
      return answers;
    });
    assert.equal(made?.filter(({ ok }) => ok).length, many - 1);
    await until(
      'all of them ask',
      async () =>
        new RegExp(`${many} tasks waiting`).test((await workbench.statusItem().getAttribute('aria-label')) ?? ''),
      120,
    );
    await workbench
      .notification(/tasks have news/)
      .first()
      .waitFor();
    await screenshot(page, '60-many-tasks');
  });

  it('are narrowed to what is wanted, and all come back', async () => {
    await until('all are in the list', async () => (await rows().count()) > 0);
    await workbench.runCommand('Nightshift: Filter Tasks…');
    await choice('Failed').click();
    await inEveryLook(workbench.page, '61-filter');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.part.sidebar', { hasText: 'narrowed to Failed' }).waitFor();
    await until('none is in the list', async () => (await rows().count()) === 0);
    // Buttons of a view are shown while the mouse is on it.
    await workbench.page.locator('.part.sidebar .pane-header[aria-label^="Tasks"]').hover();
    await workbench.page.locator('.part.sidebar a[aria-label^="Clear Task Filter"]').click();
    await rows().first().waitFor();
  });

  it('are archived when they are over, found there by a search, and brought back', async () => {
    const row = workbench.row(/Task 5/);
    await workbench.contextMenu(row, 'Cancel Task');
    await workbench.row(/Task 5.*cancelled/).waitFor();
    await workbench.contextMenu(workbench.row(/Task 5.*cancelled/), 'Archive Task');
    await until('it is out of the list', async () => (await workbench.row(/Task 5/).count()) === 0);
    await workbench.runCommand('Nightshift: Search Tasks…');
    await input().fill('Task 5');
    await choice('Task 5').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.tabs-container .tab.active', { hasText: 'Task 5' }).waitFor();
    await workbench.runCommand('Nightshift: Bring Back from Archive');
    await workbench.row(/Task 5.*cancelled/).waitFor();
    assert.deepEqual(editor.outside, []);
  });
});
