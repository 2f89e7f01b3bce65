import assert from 'node:assert/strict';
import { addTodo } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

describe('accepting a result as', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;

  before(async () => {
    model = await startScriptedModel(counterFix);
    repository = createRepository('node-counter');
    addTodo(repository.root);
    repository.git('commit', '--quiet', '--all', '--message', 'Todo');
    repository.git('config', 'user.name', 'Ada');
    repository.git('config', 'user.email', 'ada@example.org');
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

  it('a new branch, picked from the menu of its row, leaves what is checked out as it is', async () => {
    const { workbench } = editor;
    const { keyboard } = workbench.page;
    const files = repository.git('ls-files', '--stage');
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    const input = workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.waitFor();
    await input.fill('Fix the failing test');
    await keyboard.press('Enter');
    await workbench.row('Tests green').waitFor({ timeout: 120_000 });
    await workbench.contextMenu(workbench.row('Fix the failing test'), 'Accept As…');
    const branch = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'New Branch…' });
    await branch.waitFor();
    await inEveryLook(workbench.page, '13-accept-as');
    await branch.click();
    await input.waitFor();
    await screenshot(workbench.page, '14-branch-name');
    await input.fill('fix/counter');
    await keyboard.press('Enter');
    await workbench.row(/accepted|applied/).waitFor();
    await screenshot(workbench.page, '15-on-a-branch');
    assert.equal(repository.git('status', '--porcelain'), '');
    assert.equal(repository.git('ls-files', '--stage'), files);
    assert.equal(repository.git('symbolic-ref', '--short', 'HEAD').trim(), 'main');
    assert.equal(repository.git('log', '-1', '--format=%an %s', 'fix/counter').trim(), 'Ada Fix the failing test');
    assert.notEqual(repository.git('diff', '--stat', 'main', 'fix/counter'), '');
  });
});
