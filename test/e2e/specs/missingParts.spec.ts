import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addTodo } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { counterFix, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

/** For a look at the machine, which is made when the view is opened. */
const lookMilliseconds = 60_000;

/** Each missing part is said in one line, with the way to get it. */
describe('what is missing is said', () => {
  let editor: OpenEditor | undefined;
  let repository: TestRepository;

  before(() => {
    repository = createRepository('node-counter');
    addTodo(repository.root);
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
    await editor?.stop();
    editor = undefined;
  });
  after(() => repository.remove());

  it('no folder', async () => {
    editor = await openEditor({});
    const { workbench } = editor;
    await workbench.openTasksView();
    await workbench.page.getByRole('button', { name: 'Open Folder' }).first().waitFor();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await workbench.notification('No folder is open').waitFor();
    await screenshot(workbench.page, '20-no-folder');
  });

  it('no repository', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nightshift-plain-'));
    try {
      editor = await openEditor({ folder });
      const { workbench } = editor;
      await workbench.openTasksView();
      await workbench.page.getByRole('button', { name: 'Initialize Repository' }).waitFor();
      await workbench.runCommand('Nightshift: Delegate to Background Agent');
      await workbench.notification('is in no git repository').waitFor();
      await screenshot(workbench.page, '21-no-repository');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('no model', async () => {
    const model = { url: 'http://127.0.0.1:9', name: 'missing:latest', stop: async () => '' };
    editor = await openEditor({ folder: repository.root, model });
    const { workbench } = editor;
    await workbench.openTasksView();
    await workbench.page.getByRole('button', { name: 'Select Model…' }).waitFor({ timeout: lookMilliseconds });
    await inEveryLook(workbench.page, '22-view-without-model');
    await workbench.openFile('counter.js');
    await workbench.clickLine('TODO: stop at zero');
    const rows = await workbench.openLightBulb();
    await rows.filter({ hasText: 'Delegate to Background Agent' }).first().click();
    const note = workbench.notification('127.0.0.1:9');
    await note.waitFor();
    await note.locator('.monaco-button', { hasText: 'Get Ollama' }).waitFor();
    await screenshot(workbench.page, '22-no-model');
  });

  it('no container engine', async () => {
    const model = await startScriptedModel(counterFix);
    try {
      const environment = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
      editor = await openEditor({ folder: repository.root, model, environment });
      const { workbench } = editor;
      await workbench.openTasksView();
      await workbench.page.getByRole('button', { name: 'Check This Machine' }).waitFor({ timeout: lookMilliseconds });
      await inEveryLook(workbench.page, '24-view-without-engine');
      await workbench.openFile('counter.js');
      await workbench.clickLine('TODO: stop at zero');
      const rows = await workbench.openLightBulb();
      await rows.filter({ hasText: 'Delegate to Background Agent' }).first().click();
      const note = workbench.notification(/Failed: TODO: stop at zero/);
      await note.waitFor();
      await note.locator('.monaco-button', { hasText: 'Get Docker' }).waitFor();
      await workbench.row(/failed/).waitFor();
      await screenshot(workbench.page, '24-no-engine');
    } finally {
      await model.stop();
    }
  });

  it('Restricted Mode: nothing is offered and nothing runs', async () => {
    editor = await openEditor({ folder: repository.root, trust: false });
    const { workbench } = editor;
    const untouched = repository.fingerprint();
    await workbench.openTasksView();
    await workbench.page.getByRole('button', { name: 'Manage Workspace Trust' }).first().waitFor();
    await workbench.openFile('counter.js');
    await workbench.clickLine('TODO: stop at zero');
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await workbench.notification('Restricted Mode').waitFor();
    await screenshot(workbench.page, '23-restricted');
    assert.equal(repository.fingerprint(), untouched);
  });
});
