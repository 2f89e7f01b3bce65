import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHostLock } from '../../../src/host/hostLock.ts';
import { workspacePaths, type WorkspacePaths } from '../../../src/host/paths.ts';
import { openTraces } from '../../../src/host/trace/openTrace.ts';
import { addTodo } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const readyMilliseconds = 120_000;

/** The first answer comes a few characters at a time, for long enough that the window is gone and back in the middle of it. */
const slowStream = {
  text: 'I look at the class first, slowly, one thing after the other. '.repeat(8),
  chunkSize: 4,
  chunkDelayMs: 120,
  calls: [{ name: 'read_file', arguments: { path: 'src/counter.js' } }],
};

describe('a window that is reloaded while the model answers', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  let paths: WorkspacePaths;
  let host: number | undefined;

  const lines = (): string[] =>
    readdirSync(paths.tasks).flatMap((task) =>
      readFileSync(join(paths.tasks, task, 'trace.jsonl'), 'utf8')
        .trimEnd()
        .split('\n'),
    );
  const count = (type: string): number => lines().filter((line) => line.includes(`"type":"${type}"`)).length;

  before(async () => {
    model = await startScriptedModel([slowStream, ...counterFix.slice(1)]);
    repository = createRepository('node-counter');
    addTodo(repository.root);
    editor = await openEditor({ folder: repository.root, model });
    workbench = editor.workbench;
    paths = workspacePaths(repository.root, { NIGHTSHIFT_HOME: editor.server.home });
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

  it('leaves in the middle of an answer', async () => {
    await workbench.openTasksView();
    await workbench.openFile('counter.js');
    await workbench.clickLine('TODO: stop at zero');
    const rows = await workbench.openLightBulb();
    await rows.filter({ hasText: 'Delegate to Background Agent' }).first().click();
    await workbench.row('TODO: stop at zero').waitFor();
    const deadline = performance.now() + 60_000;
    while ((host = readHostLock(paths.lock)?.pid) === undefined || count('model-asked') === 0) {
      assert.ok(performance.now() < deadline, 'the model was not asked');
      await workbench.page.waitForTimeout(100);
    }
    assert.equal(count('model-answered'), 0);
    await workbench.reload();
  });

  it('finds the task at work with the same agent host when it is back', async () => {
    // The window opens with the views that it had.
    await workbench.row('TODO: stop at zero').waitFor({ timeout: readyMilliseconds });
    assert.equal(readHostLock(paths.lock)?.pid, host);
    await screenshot(workbench.page, '30-back-after-reload');
  });

  it('sees it through to its review', async () => {
    await workbench.row('Tests green').waitFor({ timeout: readyMilliseconds });
    await screenshot(workbench.page, '31-ready-after-reload');
    assert.equal(readHostLock(paths.lock)?.pid, host);
  });

  it('and its history is whole: one run, from its first line to its last', async () => {
    assert.equal(count('task-created'), 1);
    assert.equal(count('run-started'), 1);
    assert.equal(count('task-resumed'), 0);
    assert.equal(count('model-failed'), 0);
    assert.equal(count('model-answered'), 1 + counterFix.slice(1).length);
    const [task = ''] = readdirSync(paths.tasks);
    const traces = await openTraces(paths);
    assert.ok(traces.ok);
    const read = await traces.value.open(task).read(() => Promise.resolve(true));
    assert.ok(read.ok);
    assert.deepEqual([read.value.ok, read.value.events], [true, lines().length]);
  });
});
