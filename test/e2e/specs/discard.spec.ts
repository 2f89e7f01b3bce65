import assert from 'node:assert/strict';
import { addTodo } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

describe('a result that is discarded', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;

  before(async () => {
    model = await startScriptedModel(counterFix);
    repository = createRepository('node-counter');
    addTodo(repository.root);
    editor = await openEditor({ folder: repository.root, model });
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    await model?.stop();
    repository?.remove();
  });

  it('leaves the repository identical, from the command to the question', async () => {
    const { workbench } = editor;
    const untouched = repository.fingerprint();
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    const input = workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.waitFor();
    await screenshot(workbench.page, '10-goal');
    await input.fill('Fix the failing test');
    await workbench.page.keyboard.press('Enter');
    const row = workbench.row('Fix the failing test');
    await workbench.row('Tests green').waitFor({ timeout: 120_000 });
    await workbench.rowAction(row, 'Discard');
    await workbench.dialogButton('Discard').waitFor();
    await screenshot(workbench.page, '11-discard');
    await workbench.dialogButton('Discard').click();
    await workbench.row(/discarded/).waitFor();
    await screenshot(workbench.page, '12-discarded');
    assert.equal(repository.fingerprint(), untouched);
  });
});
