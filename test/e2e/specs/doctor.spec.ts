import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { inEveryLook } from '../harness/pictures.ts';
import { until } from '../harness/until.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

/** For a check of everything, with a base image that may have to be made. */
const checkMilliseconds = 180_000;

describe('the doctor', () => {
  let editor: OpenEditor;
  let repository: TestRepository;
  let workbench: Workbench;
  const row = (text: RegExp): Locator =>
    workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();

  before(async () => {
    repository = createRepository('node-counter');
    // Nothing listens there.
    const settings = { 'nightshift.ollama.host': 'http://127.0.0.1:9' };
    editor = await openEditor({ folder: repository.root, settings });
    workbench = editor.workbench;
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    repository?.remove();
  });

  it('tells what is missing before what is ready, each with a way out', async () => {
    await workbench.runCommand('Nightshift: Doctor');
    await row(/Local Model.*Get Ollama/).waitFor({ timeout: checkMilliseconds });
    await row(/Container Engine.*engine \d/).waitFor();
    await row(/Repository/).waitFor();
    const labels = await workbench.page.locator('.quick-input-list .monaco-list-row').allTextContents();
    const at = (text: string): number => labels.findIndex((label) => label.includes(text));
    assert.ok(at('Local Model') < at('Container Engine'), labels.join('\n'));
    await inEveryLook(workbench.page, '25-doctor');
  });

  it('checks again by keyboard, and finds what is mended', async () => {
    editor.server.changeSettings({ 'nightshift.memory.enabled': false });
    await workbench.page.locator('.quick-input-widget:visible .quick-input-box input').fill('Check Again');
    await workbench.page.keyboard.press('Enter');
    await row(/Memory.*turned off/).waitFor({ timeout: checkMilliseconds });
    await row(/Copy as Text/).click();
    await until('what was found is in the clipboard', async () => {
      const copied = String(await workbench.page.evaluate('navigator.clipboard.readText()'));
      return /^fail model: /m.test(copied) && /^ok {3}engine: /m.test(copied);
    });
  });
});
