import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const first = 'Should the counter stop at zero, or throw an error?';
const second = 'What should its documentation say about it?';
const mended = '    this.#value = Math.max(0, this.#value - step);';
const mend = {
  name: 'edit_file',
  arguments: { path: 'src/counter.js', oldText: '    this.#value = this.#value - step;', newText: mended },
};
const readyMilliseconds = 120_000;

describe('a question of an agent', () => {
  let editor: OpenEditor;
  let model: FakeOllama;
  let repository: TestRepository;
  let workbench: Workbench;
  const input = (): Locator => workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
  const task = (): Locator => workbench.row(/Mind the counter/);
  const page = (): FrameLocator =>
    workbench.page.frameLocator('iframe.webview').last().frameLocator('iframe#active-frame');

  before(async () => {
    model = await startFakeOllama({
      models: [{ name: 'scripted:latest' }],
      script: ({ messages }) => {
        const told = JSON.stringify(messages);
        if (messages.some(({ role }) => role === 'assistant') || told.includes('That it never goes below zero.')) {
          return { calls: [{ name: 'finish', arguments: { summary: 'down() stops at zero.' } }] };
        }
        return told.includes('The user answers:')
          ? { calls: [mend, { name: 'ask_user', arguments: { question: second } }] }
          : { calls: [{ name: 'ask_user', arguments: { question: first, options: 'Stop at zero\nThrow an error' } }] };
      },
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

  it('comes as one quiet note with its answers, and takes no focus from the person who types', async () => {
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await input().fill('Mind the counter');
    await workbench.page.keyboard.press('Enter');
    await workbench.openFile('counter.js');
    const note = workbench.notification(first);
    await note.waitFor({ timeout: readyMilliseconds });
    assert.equal(await note.count(), 1);
    assert.equal(await workbench.page.evaluate('document.activeElement?.closest(".editor-instance") !== null'), true);
    assert.equal(await workbench.page.locator('.monaco-dialog-box').count(), 0);
    for (const label of ['Stop at zero', 'Throw an error', 'Answer…']) {
      await note.locator('.monaco-button', { hasText: label }).waitFor();
    }
    await workbench.row(/asks: Should the counter stop/).waitFor();
    const badge = workbench.page.locator('.activitybar .action-item', {
      has: workbench.page.locator('a[aria-label^="Nightshift"]'),
    });
    await badge.locator('.badge-content', { hasText: '1' }).waitFor();
    await workbench.statusItem().locator('.codicon-bell-dot').waitFor();
    await screenshot(workbench.page, '56-question-asked');
  });

  it('is there again after the window was reloaded, and is answered with a button', async () => {
    await workbench.reload();
    await workbench.row(/asks: Should the counter stop/).waitFor();
    const note = workbench.notification(first);
    await note.waitFor({ timeout: readyMilliseconds });
    await note.locator('.monaco-button', { hasText: 'Stop at zero' }).click();
    await workbench.row(/asks: What should its documentation/).waitFor({ timeout: readyMilliseconds });
    await workbench.notification(second).waitFor();
  });

  it('stands on the page of the task with what was answered before', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await task().click();
    await page().locator('.question', { hasText: second }).waitFor();
    await page().locator('#side li', { hasText: first }).locator('.quiet', { hasText: 'You: Stop at zero' }).waitFor();
    await page().locator('button.primary', { hasText: 'Answer…' }).waitFor();
    await inEveryLook(workbench.page, '57-question-page');
  });

  it('is answered in the row with words of the person’s own, and the agent goes on with them', async () => {
    await workbench.rowAction(task(), 'Answer Question');
    await input().waitFor();
    await screenshot(workbench.page, '58-question-answer');
    await input().fill('That it never goes below zero.');
    await workbench.page.keyboard.press('Enter');
    await workbench.row(/tests green.*\+1 −1/).waitFor({ timeout: readyMilliseconds });
    await page().locator('#side li', { hasText: second }).waitFor();
    assert.equal(await workbench.row(/asks:/).count(), 0);
    await screenshot(workbench.page, '59-question-answered');
    assert.deepEqual(editor.outside, []);
  });
});
