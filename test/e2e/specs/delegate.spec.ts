import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addTodo } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const readyMilliseconds = 120_000;

describe('from the light bulb to a changed file', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let untouched: string;
  let workbench: Workbench;
  const counter = (): string => readFileSync(join(repository.root, 'src', 'counter.js'), 'utf8');

  before(async () => {
    model = await startScriptedModel(counterFix);
    repository = createRepository('node-counter');
    addTodo(repository.root);
    editor = await openEditor({ folder: repository.root, model });
    workbench = editor.workbench;
    untouched = repository.fingerprint();
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

  it('the empty view says what to do', async () => {
    await workbench.openTasksView();
    await workbench.page.getByText('Nothing delegated yet').waitFor();
    await screenshot(workbench.page, '01-nothing-yet');
  });

  it('the light bulb on the failing line offers to delegate', async () => {
    await workbench.openFile('counter.js');
    await workbench.clickLine('TODO: stop at zero');
    const rows = await workbench.openLightBulb();
    await rows.filter({ hasText: 'Delegate to Background Agent' }).first().waitFor();
    await screenshot(workbench.page, '02-light-bulb');
    await rows.filter({ hasText: 'Delegate to Background Agent' }).first().click();
  });

  it('the agent works while the editor stays where it was', async () => {
    await workbench.row('TODO: stop at zero').waitFor();
    await workbench
      .statusItem()
      .filter({ hasText: /Nightshift/ })
      .waitFor();
    await workbench.row(/Step [1-9]/).waitFor({ timeout: readyMilliseconds });
    await screenshot(workbench.page, '03-working');
    assert.equal(await workbench.activeTab().getAttribute('data-resource-name'), 'counter.js');
    assert.equal(await workbench.page.locator('.part.panel:visible').count(), 0);
  });

  it('one note says that it is ready, with its proof', async () => {
    await workbench.notification(/Ready for review.*tests green/).waitFor({ timeout: readyMilliseconds });
    assert.equal(await workbench.notification(/Ready for review/).count(), 1);
    await workbench.row('Tests green').waitFor();
    await screenshot(workbench.page, '04-ready');
    assert.equal(await workbench.activeTab().getAttribute('data-resource-name'), 'counter.js');
  });

  it('the review shows every changed file in one diff editor', async () => {
    await workbench
      .notification(/Ready for review/)
      .locator('.monaco-button', { hasText: 'Review' })
      .click();
    await workbench.page.locator('.multiDiffEntry', { hasText: 'counter.js' }).waitFor();
    await workbench.page.locator('.multiDiffEntry', { hasText: 'counting.md' }).waitFor();
    await workbench.page.locator('.multiDiffEntry .modified .line-insert').first().waitFor();
    await workbench.page.waitForTimeout(1_000);
    await inEveryLook(workbench.page, '05-multi-file-diff');
  });

  it('up to here the checkout is untouched', () => {
    assert.equal(repository.fingerprint(), untouched);
  });

  it('a row opens the diff of its file alone', async () => {
    await workbench.row(/counter\.js.*\+1 −2/).click();
    await workbench.page.locator('.monaco-diff-editor .modified .line-insert').first().waitFor();
    await workbench.page.locator('.editor-actions a[aria-label^="Accept File"]').waitFor();
    await inEveryLook(workbench.page, '06-file-diff');
  });

  it('unsaved work in an affected file is asked about first, and nothing of it is lost', async () => {
    await workbench.page.locator('.tabs-container .tab').first().click();
    await workbench.clickLine('Counts up to a limit');
    await workbench.page.keyboard.press('Home');
    await workbench.page.keyboard.type('// mine\n');
    await workbench.rowAction(workbench.row('TODO: stop at zero'), 'Accept All');
    await workbench.dialogButton('Save and Accept').waitFor();
    await screenshot(workbench.page, '07-unsaved');
    await workbench.dialogButton('Cancel').click();
    assert.equal(repository.fingerprint(), untouched);
  });

  it('accept all writes the files, with the unsaved line kept', async () => {
    await workbench.rowAction(workbench.row('TODO: stop at zero'), 'Accept All');
    await workbench.dialogButton('Save and Accept').click();
    await workbench.row(/accepted/).waitFor();
    assert.match(counter(), /Math\.max\(0, this\.#value - step\)/);
    assert.match(counter(), /\/\/ mine/);
    assert.match(readFileSync(join(repository.root, 'docs', 'counting.md'), 'utf8'), /never goes below zero/);
    execFileSync(process.execPath, ['--test'], { cwd: repository.root, stdio: 'ignore' });
    await workbench.page.locator('.monaco-editor .view-line', { hasText: 'Math.max(0' }).first().waitFor();
    await screenshot(workbench.page, '08-accepted');
  });

  it('the page asked nobody outside this machine', () => {
    assert.deepEqual(editor.outside, []);
  });
});
