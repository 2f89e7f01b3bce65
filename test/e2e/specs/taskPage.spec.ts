import assert from 'node:assert/strict';
import type { FrameLocator, Locator } from 'playwright-core';
import { addTodo } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { useLook } from '../harness/pictures.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { seriousFindings } from '../pages/accessibility.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const readyMilliseconds = 120_000;

describe('the page of a task', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  const tab = (): Locator => workbench.page.locator('.tabs-container .tab', { hasText: 'TODO: stop at zero' }).first();
  const page = (): FrameLocator =>
    workbench.page.frameLocator('iframe.webview').last().frameLocator('iframe#active-frame');

  before(async () => {
    model = await startScriptedModel(counterFix);
    repository = createRepository('node-counter');
    addTodo(repository.root);
    editor = await openEditor({ folder: repository.root, model });
    workbench = editor.workbench;
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    repository?.remove();
    const violations = await model?.stop();
    assert.equal(violations, '', 'what the product did wrong on the wire');
  });

  it('opens with a click on the row of a task at work, and the list keeps the focus', async () => {
    await workbench.openTasksView();
    await workbench.openFile('counter.js');
    await workbench.clickLine('TODO: stop at zero');
    const rows = await workbench.openLightBulb();
    await rows.filter({ hasText: 'Delegate to Background Agent' }).first().click();
    await workbench.row('TODO: stop at zero').waitFor();
    assert.equal(await workbench.activeTab().getAttribute('data-resource-name'), 'counter.js');
    await workbench.row('TODO: stop at zero').click();
    await page().locator('h1', { hasText: 'TODO: stop at zero' }).waitFor();
    const inList = 'document.activeElement?.closest(".part.sidebar") !== null';
    assert.equal(await workbench.page.evaluate(inList), true);
  });

  it('follows the task: steps, calls and what is used, as they happen', async () => {
    await page().locator('.group.step', { hasText: 'edit_file' }).waitFor({ timeout: readyMilliseconds });
    await page().locator('.facts', { hasText: 'Working' }).waitFor();
    await page().locator('button', { hasText: 'Cancel' }).waitFor();
    await screenshot(workbench.page, '60-task-page-working');
    await page().locator('.facts', { hasText: 'Ready for review' }).waitFor({ timeout: readyMilliseconds });
  });

  it('then shows the changes, the proof and a trace that was verified', async () => {
    await page().locator('.facts .good', { hasText: 'Trace verified' }).waitFor();
    await page().locator('#side h2', { hasText: 'tests green' }).waitFor();
    await page().locator('.rights', { hasText: 'reach any network' }).first().waitFor();
    assert.equal(await page().locator('.file').count(), 2);
    const shown = await page().locator('#timeline [data-seq]').count();
    assert.equal(await page().locator('#amount').textContent(), `${shown} events`);
    await workbench.page.mouse.move(700, 5);
    await workbench.runCommand('Notifications: Clear All Notifications');
    await screenshot(workbench.page, '61-task-page-ready');
  });

  it('opens what an entry says in full, with the keyboard', async () => {
    const call = page().locator('summary.row', { hasText: 'edit_file {' });
    await call.focus();
    await workbench.page.keyboard.press('ArrowRight');
    await page().locator('.detail', { hasText: 'Math.max(0, this.#value - step)' }).waitFor();
    await call.scrollIntoViewIfNeeded();
    await screenshot(workbench.page, '62-task-page-entry');
    await workbench.page.keyboard.press('ArrowLeft');
  });

  it('is at home in light and high-contrast themes', async () => {
    await page().locator('h1').scrollIntoViewIfNeeded();
    for (const look of ['light', 'high-contrast', 'high-contrast-light', 'dark'] as const) {
      await useLook(workbench.page, look);
      await workbench.page.waitForTimeout(500);
      await screenshot(workbench.page, `63-task-page-${look}`);
      assert.deepEqual(await seriousFindings(page()), [], look);
    }
    await page().locator('.rights').last().scrollIntoViewIfNeeded();
    await screenshot(workbench.page, '67-task-page-sandbox');
    await page().locator('h1').scrollIntoViewIfNeeded();
    await workbench.page.setViewportSize({ width: 900, height: 900 });
    await workbench.page.waitForTimeout(500);
    await screenshot(workbench.page, '69-task-page-narrow');
    await workbench.page.setViewportSize({ width: 1_440, height: 900 });
  });

  it('copies itself as text', async () => {
    await page().locator('button', { hasText: 'Copy as Text' }).click();
    const read = async (): Promise<string> => String(await workbench.page.evaluate('navigator.clipboard.readText()'));
    const deadline = performance.now() + 10_000;
    while (!(await read()).startsWith('Task\n')) {
      assert.ok(performance.now() < deadline, 'nothing was copied');
      await workbench.page.waitForTimeout(200);
    }
    assert.match(await read(), /Proof\ntests green:[^]*Timeline\nDelegated\n/);
  });

  it('opens the diff of a changed file', async () => {
    await page().locator('.file button', { hasText: 'counter.js' }).click();
    await workbench.page.locator('.monaco-diff-editor .modified .line-insert').first().waitFor();
    await tab().click();
    await workbench.activeTab().filter({ hasText: 'TODO: stop at zero' }).waitFor();
  });

  it('is there again after the window was reloaded', async () => {
    await workbench.reload();
    // The window keeps its tabs, and not always which of them was shown last.
    await tab().click();
    await page().locator('.facts', { hasText: 'Ready for review' }).waitFor({ timeout: readyMilliseconds });
    await page().locator('.group.step').first().waitFor();
    await screenshot(workbench.page, '68-task-page-after-reload');
  });

  it('starts the review with its main button', async () => {
    await page().locator('button.primary', { hasText: 'Review Changes' }).click();
    await workbench.page.locator('.multiDiffEntry', { hasText: 'counter.js' }).waitFor();
  });

  it('asked nobody outside this machine', () => {
    assert.deepEqual(editor.outside, []);
  });
});
