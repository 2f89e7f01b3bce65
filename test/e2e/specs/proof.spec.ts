import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { addTodo } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { until } from '../harness/until.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

describe('the proof of a task in the Test Explorer', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  const title = 'Fix the failing test';
  const test = (text: string | RegExp): Locator =>
    workbench.page.locator('.test-explorer [role="treeitem"]', { hasText: text }).first();
  const result = (text: string | RegExp): Locator =>
    workbench.page.locator('.test-output-peek-tree [role="treeitem"]', { hasText: text }).first();
  const runButton = (row: Locator): Locator => row.locator('.monaco-action-bar a.action-label').first();
  const expand = async (row: Locator): Promise<void> => {
    await row.click();
    await workbench.page.keyboard.press('ArrowRight');
  };

  /** Lines of the traces of tasks whose goal begins so. */
  const trace = (goal: string): readonly string[] =>
    readdirSync(editor.server.home, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('trace.jsonl'))
      .map((path) => readFileSync(join(editor.server.home, path), 'utf8').trimEnd().split('\n'))
      .filter(([first = '']) => first.includes(`"goal":"${goal}`))
      .flat();

  before(async () => {
    model = await startScriptedModel([...counterFix, ...counterFix, ...counterFix]);
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
    await model?.stop();
    repository?.remove();
  });

  it('appears when the task is ready, and takes nothing of the screen', async () => {
    await workbench.openFile('counter.js');
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    const input = workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill(title);
    await workbench.page.keyboard.press('Enter');
    await workbench.row('Tests green').waitFor({ timeout: 120_000 });
    await workbench.page.waitForTimeout(2_000);
    await screenshot(workbench.page, '50-proof-ready');
    assert.equal(await workbench.page.locator('.part.panel:visible').count(), 0, 'the panel stays closed');
    assert.match((await workbench.activeTab().getAttribute('data-resource-name')) ?? '', /counter\.js/);
  });

  it('shows each test with how it went before the change and with it', async () => {
    await workbench.runCommand('Testing: Focus on Test Explorer View');
    await test(title).waitFor();
    await screenshot(workbench.page, '51-test-explorer');
    await expand(test(title));
    await test('counts down').waitFor();
    await screenshot(workbench.page, '52-tests');
    await workbench.runCommand('Test Results: Focus on Test Results View');
    await result(`With the change: ${title}`).waitFor();
    await expand(result('1 older result'));
    await result(/counts down.*Before the change/).click();
    await workbench.page.waitForTimeout(1_000);
    await screenshot(workbench.page, '53-before-the-change');
    await expand(result(/counts down.*Before the change/));
    await workbench.page.keyboard.press('ArrowDown');
    await workbench.page
      .locator('.test-output-peek .monaco-diff-editor, .part.panel .monaco-diff-editor')
      .first()
      .waitFor();
    await inEveryLook(workbench.page, '54-expected-and-actual');
  });

  it('runs again in new sandboxes when a person asks for it', async () => {
    await test(title).hover();
    await runButton(test(title)).click();
    await workbench.page.waitForTimeout(500);
    await screenshot(workbench.page, '55-runs-again');
    await result('3 older results').waitFor({ timeout: 90_000 });
    await test(/Fix the failing test.*tests green/).waitFor();
    await screenshot(workbench.page, '56-ran-again');
    const lines = trace(`${title}"`);
    assert.equal(lines.filter((line) => line.includes('"type":"proof-ended"')).length, 2);
    assert.equal(lines.filter((line) => /"type":"proof-ended".*"again":"proof-/.test(line)).length, 1);
  });

  it('the tests of the workspace run in a sandbox, without any agent', async () => {
    await test('Tests of').hover();
    await runButton(test('Tests of')).click();
    await test('Tests of').click();
    await result(/In a sandbox/).waitFor({ timeout: 90_000 });
    const failed = workbench.page.locator('.test-explorer [role="treeitem"][aria-label*="(Failed)"]');
    await workbench.page.waitForTimeout(3_000);
    await expand(test('Tests of'));
    await until('the test and what it is in have failed', async () => (await failed.count()) === 2);
    await screenshot(workbench.page, '57-workspace-tests');
  });

  it('a failure of it is delegated from its message, with nothing to fill in', async () => {
    await workbench.openTasksView();
    await result(/counts down.*Expected/).click();
    const button = workbench.page.locator('.part.panel').getByText('Delegate This Failure to Background Agent').first();
    await button.waitFor();
    await screenshot(workbench.page, '58-failure');
    await button.click();
    const row = workbench.row(/Fix the failing test: counts/);
    await row.waitFor();
    await screenshot(workbench.page, '59-delegated');
    await workbench.row('Tests green').waitFor();
    const created = trace('Fix the failing test: counts down')[0] ?? '';
    const { data } = JSON.parse(created) as { data: { origin: Record<string, string> } };
    assert.equal(data.origin['kind'], 'test');
    assert.equal(data.origin['file'], 'test/counter.test.js');
    assert.match(data.origin['text'] ?? '', /Expected:\n0\nActual:\n-1/);
  });

  it('a test is delegated from its row', async () => {
    await workbench.runCommand('Testing: Focus on Test Explorer View');
    await until(
      'the first one is done',
      () => trace('Fix the failing test: counts').some((line) => line.includes('"statement-signed"')),
      100,
    );
    const before = trace('Fix the failing test: counts').filter((line) => line.includes('"type":"task-created"'));
    // The one of the workspace stands above those of the tasks.
    await workbench.contextMenu(test(/counts down/), 'Delegate This Failure to Background Agent');
    const goals = (): number =>
      trace('Fix the failing test: counts').filter((line) => line.includes('"type":"task-created"')).length;
    await until('there is another task', () => goals() === before.length + 1);
    await workbench.openTasksView();
    await screenshot(workbench.page, '60-delegated-from-row');
    assert.deepEqual(editor.outside, []);
  });
});
