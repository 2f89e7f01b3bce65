import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { screenshot } from '../harness/browser.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const question = 'Should the counter stop at zero, or throw an error?';
const readyMilliseconds = 120_000;

describe('a person who does not want to be disturbed', () => {
  let editor: OpenEditor;
  let model: FakeOllama;
  let repository: TestRepository;
  let workbench: Workbench;
  const input = (): Locator => workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
  const bell = (): Locator => workbench.page.locator('[id="status.notifications"]');
  const toasts = (): Locator => workbench.page.locator('.notifications-toasts .notification-list-item');
  const kept = (): Locator =>
    workbench.page.locator('.notifications-center .notification-list-item', { hasText: question });

  before(async () => {
    model = await startFakeOllama({
      models: [{ name: 'scripted:latest' }],
      script: ({ messages }) =>
        JSON.stringify(messages).includes('The user answers:')
          ? { calls: [{ name: 'finish', arguments: { summary: 'Nothing to change.' } }] }
          : { calls: [{ name: 'ask_user', arguments: { question, options: 'Stop at zero\nThrow an error' } }] },
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

  it('sees no note when a task needs them, and finds it counted all the same', async () => {
    await workbench.openTasksView();
    await workbench.runCommand('Notifications: Toggle Do Not Disturb Mode');
    await bell().locator('.codicon-bell-slash').waitFor();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await input().fill('Mind the counter');
    await workbench.page.keyboard.press('Enter');
    await workbench.row(/asks: Should the counter stop/).waitFor({ timeout: readyMilliseconds });
    const badge = workbench.page.locator('.activitybar .action-item', {
      has: workbench.page.locator('a[aria-label^="Nightshift"]'),
    });
    await badge.locator('.badge-content', { hasText: '1' }).waitFor();
    await workbench.statusItem().locator('.codicon-bell-dot').waitFor();
    // The editor has the note by now: its bell says that there is something new.
    await bell().locator('.codicon-bell-slash-dot').waitFor();
    assert.equal(await toasts().count(), 0);
    await screenshot(workbench.page, '97-do-not-disturb');
  });

  it('finds the note among the notifications when they look, and answers it there', async () => {
    await workbench.runCommand('Notifications: Show Notifications');
    await kept().waitFor();
    assert.equal(await kept().count(), 1);
    await screenshot(workbench.page, '98-do-not-disturb-kept');
    await kept().locator('.monaco-button', { hasText: 'Stop at zero' }).click();
    await workbench.row(/asks:/).waitFor({ state: 'detached' });
    assert.deepEqual(editor.outside, []);
  });
});
