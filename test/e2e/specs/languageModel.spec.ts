import { addTodo, suiteModel, suiteVendor } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { packageModel } from '../harness/modelPackage.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

describe('a language model of the editor', () => {
  let editor: OpenEditor;
  let repository: TestRepository;
  let workbench: Workbench;

  before(async () => {
    repository = createRepository('node-counter');
    addTodo(repository.root);
    const settings = { 'nightshift.model': `vscode:${suiteVendor}/${suiteModel}` };
    editor = await openEditor({ folder: repository.root, packages: [await packageModel()], settings });
    workbench = editor.workbench;
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    repository?.remove();
  });

  it('is asked for nothing until the person allows it: the task waits, and one note says so', async () => {
    await workbench.openTasksView();
    await workbench.openFile('counter.js');
    await workbench.clickLine('TODO: stop at zero');
    const rows = await workbench.openLightBulb();
    await rows.filter({ hasText: 'Delegate to Background Agent' }).first().click();
    const note = workbench.notification(/Needs you: TODO: stop at zero: Waiting for your word/);
    await note.waitFor({ timeout: 90_000 });
    await screenshot(workbench.page, '50-model-awaited');
    await note.locator('.monaco-button', { hasText: 'Allow Language Model…' }).click();
  });

  it('the question says where prompts go, and the task goes on after a yes, to a green proof', async () => {
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.filter({ hasText: `send their prompts to its provider "${suiteVendor}"` }).waitFor();
    await screenshot(workbench.page, '51-allow-model');
    await workbench.dialogButton('Allow').click();
    await workbench.notification(/Ready for review.*tests green/).waitFor({ timeout: 120_000 });
    await screenshot(workbench.page, '52-model-ready');
  });
});
