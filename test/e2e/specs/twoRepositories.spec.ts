import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspacePaths } from '../../../src/host/paths.ts';
import { addTodo } from '../../vscode/suiteRun.ts';
import { stopAgentHost } from '../harness/agentHost.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

describe('a workspace of two repositories', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let first: TestRepository;
  let second: TestRepository;
  let folder: string;
  let file: string;
  const tasksOf = ({ root }: TestRepository): readonly string[] => {
    const { tasks } = workspacePaths(root, { NIGHTSHIFT_HOME: editor.server.home });
    return existsSync(tasks) ? readdirSync(tasks) : [];
  };

  before(async () => {
    model = await startScriptedModel(counterFix);
    first = createRepository('python-slugify');
    second = createRepository('node-counter');
    addTodo(second.root);
    folder = mkdtempSync(join(tmpdir(), 'nightshift-workspace-'));
    file = join(folder, 'both.code-workspace');
    writeFileSync(file, JSON.stringify({ folders: [{ path: first.root }, { path: second.root }] }));
    editor = await openEditor({ folder: file, model });
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    for (const repository of [first, second]) {
      await stopAgentHost(repository.root, editor.server.home);
    }
    await editor?.stop();
    await model?.stop();
    for (const repository of [first, second]) repository?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('delegates to the one that the file is in', async () => {
    const { workbench } = editor;
    await workbench.openTasksView();
    await workbench.openFile('counter.js');
    await workbench.clickLine('TODO: stop at zero');
    const rows = await workbench.openLightBulb();
    await rows.filter({ hasText: 'Delegate to Background Agent' }).first().click();
    await workbench.row(/TODO: stop at zero/).waitFor();
    assert.deepEqual([tasksOf(first).length, tasksOf(second).length], [0, 1]);
  });

  it('has its running task when it is closed and opened again, and takes the result over where it belongs', async () => {
    const { workbench } = editor;
    const untouched = first.fingerprint();
    await workbench.page.goto('about:blank');
    await workbench.open(file);
    await workbench.openTasksView();
    await workbench.row(/TODO: stop at zero.*nightshift-node-counter-\w+ · tests green/).waitFor({ timeout: 120_000 });
    await inEveryLook(workbench.page, '79-two-repositories');
    await workbench.rowAction(workbench.row(/TODO: stop at zero/), 'Accept All Changes');
    await workbench.row(/accepted|applied/).waitFor();
    assert.match(readFileSync(join(second.root, 'src', 'counter.js'), 'utf8'), /Math\.max\(0/);
    assert.equal(first.fingerprint(), untouched);
    assert.deepEqual(editor.outside, []);
  });
});
