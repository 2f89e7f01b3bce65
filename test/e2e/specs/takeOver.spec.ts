import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const mended = '    this.#value = Math.max(0, this.#value - step);';
const mend = {
  name: 'edit_file',
  arguments: { path: 'src/counter.js', oldText: '    this.#value = this.#value - step;', newText: mended },
};

describe('taking over from an agent at work', () => {
  let editor: OpenEditor;
  let model: FakeOllama;
  let repository: TestRepository;
  let workbench: Workbench;
  let folder: string;
  const input = (): Locator => workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
  const task = (): Locator => workbench.row(/Stop at zero/);
  const page = (): FrameLocator =>
    workbench.page.frameLocator('iframe.webview').last().frameLocator('iframe#active-frame');

  before(async () => {
    model = await startFakeOllama({
      models: [{ name: 'scripted:latest' }],
      // After its change it thinks for longer than anybody waits.
      script: ({ messages }) =>
        messages.some(({ role }) => role === 'assistant')
          ? { delayMs: 600_000, calls: [{ name: 'finish', arguments: { summary: 'Done.' } }] }
          : { calls: [mend] },
    });
    repository = createRepository('node-counter');
    folder = `${repository.root}-stop-at-zero`;
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
    rmSync(folder, { recursive: true, force: true });
    repository?.remove();
    await model?.close();
    assert.deepEqual(model?.violations, [], 'what the product did wrong on the wire');
  });

  it('stops it, and gives the person its work on a branch of their own, uncommitted', async () => {
    const before = repository.git('status', '--porcelain');
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await input().fill('Stop at zero');
    await workbench.page.keyboard.press('Enter');
    await task().click();
    await page().locator('.row', { hasText: 'counter.js' }).first().waitFor({ timeout: 120_000 });
    await page().locator('button', { hasText: 'Take Over…' }).click();
    await input().waitFor();
    await inEveryLook(workbench.page, '75-take-over');
    await workbench.page.keyboard.press('Enter');
    const told = workbench.notification(/Taken over: 1 changed file/);
    await told.waitFor({ timeout: 60_000 });
    await told.locator('.monaco-button', { hasText: 'Open in New Window' }).waitFor();
    await workbench.row(/paused · taken over/).waitFor();
    await screenshot(workbench.page, '76-taken-over');
    assert.match(readFileSync(join(folder, 'src', 'counter.js'), 'utf8'), /Math\.max\(0/);
    assert.equal(repository.git('-C', folder, 'status', '--porcelain'), ' M src/counter.js\n');
    assert.equal(repository.git('-C', folder, 'branch', '--show-current').trim(), 'nightshift/stop-at-zero');
    assert.equal(repository.git('status', '--porcelain'), before);
    assert.deepEqual(editor.outside, []);
  });

  it('stands on the page of the task, which its agent can still go on with', async () => {
    await page()
      .locator('.row', { hasText: `taken over in ${folder}` })
      .waitFor();
    await page().locator('button', { hasText: 'Resume…' }).waitFor();
  });

  it('can be looked at in a terminal in a sandbox, of which nothing is kept', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await page().locator('button', { hasText: 'Open Terminal in Sandbox' }).click();
    const terminal = workbench.page.locator('.terminal-wrapper .xterm-rows');
    await terminal.filter({ hasText: 'what you change here is not kept' }).waitFor({ timeout: 60_000 });
    await terminal.filter({ hasText: '~/repo $' }).waitFor();
    await workbench.page.keyboard.type(
      'grep -c Math.max src/counter.js && echo mine > src/counter.js; wc -c < src/counter.js\n',
    );
    await terminal.filter({ hasText: /counter\.js\s*1\s*5\s*sandbox/ }).waitFor();
    await inEveryLook(workbench.page, '78-sandbox-terminal');
    await workbench.page.keyboard.type('exit\n');
    await terminal.waitFor({ state: 'detached' });
    await page().locator('.row', { hasText: 'nothing of it is kept' }).waitFor();
    assert.match(readFileSync(join(folder, 'src', 'counter.js'), 'utf8'), /Math\.max\(0/);
  });
});
