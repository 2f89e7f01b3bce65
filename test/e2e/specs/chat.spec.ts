import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { addTodo } from '../../vscode/suiteRun.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { packageModel } from '../harness/modelPackage.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

describe('the editor’s own chat', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  const chat = (): Locator => workbench.page.locator('.interactive-session');
  /** Rows of a list that is only as long as the screen: their order says nothing. */
  const answer = (hasText: RegExp): Locator => chat().locator('.interactive-response', { hasText }).first();
  const row = (label: string): Locator =>
    workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: label });

  async function ask(text: string): Promise<void> {
    // What the pointer rests on may show a tip above the box.
    await workbench.page.mouse.move(0, 0);
    await chat().locator('.chat-editor-container .monaco-editor').click();
    await workbench.page.keyboard.type(text);
    // The names that the chat suggests would take the Enter.
    await workbench.page.keyboard.press('Escape');
    await workbench.page.keyboard.press('Enter');
    const words = text.replace('@nightshift ', '');
    await chat().locator('.interactive-request', { hasText: words }).first().waitFor();
  }

  before(async () => {
    model = await startScriptedModel(counterFix);
    repository = createRepository('node-counter');
    addTodo(repository.root);
    // The chat asks nobody while it has no model at all; ours is never asked.
    editor = await openEditor({ folder: repository.root, model, chat: true, packages: [await packageModel()] });
    workbench = editor.workbench;
    await workbench.runCommand('Chat: Open Chat');
    // The editor looks for models with the first question, and lets no participant answer that one.
    await ask('@nightshift /help');
    await chat().locator('.chat-input-toolbars', { hasText: 'Scripted' }).waitFor();
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    await model?.stop();
    repository?.remove();
  });

  it('@nightshift delegates, and its next answer tells how the task stands', async () => {
    const before = repository.git('status', '--porcelain');
    await ask('@nightshift /delegate fix the failing test');
    await answer(/Delegated: fix the failing test/).waitFor();
    await answer(/Delegated/)
      .locator('.monaco-button', { hasText: 'Open Task Page' })
      .waitFor();
    await workbench.openTasksView();
    await workbench.row(/fix the failing test.*tests green/).waitFor({ timeout: 120_000 });
    await chat().locator('.interactive-input-followups a', { hasText: 'How does this task stand?' }).click();
    await answer(/tests green · \+4 −2/).waitFor();
    assert.equal(repository.git('status', '--porcelain'), before);
  });

  it('it searches the memory, and opens the review of the task', async () => {
    await ask('@nightshift /recall counter');
    await answer(/counter\.js:1-25 \(code\)/).waitFor({ timeout: 60_000 });
    await ask('@nightshift /review');
    await answer(/Proof: tests green: 3 passed \(before: 1 of 3 failed\)/).waitFor();
    await workbench.page.locator('.multiDiffEntry', { hasText: 'counter.js' }).waitFor();
    await inEveryLook(workbench.page, '77-chat');
  });

  it('other agents of the window find a running server of ours, without any set-up', async () => {
    await workbench.runCommand('MCP: List Servers');
    await row('Nightshift').filter({ hasText: 'Running' }).click();
    await row('Stop Server').waitFor();
    await workbench.page.keyboard.press('Escape');
    assert.deepEqual(editor.outside, []);
  });
});
