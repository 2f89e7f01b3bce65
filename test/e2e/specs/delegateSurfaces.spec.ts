import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { addTodo } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { until } from '../harness/until.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

interface Created {
  readonly goal: string;
  readonly origin: {
    readonly kind: string;
    readonly file?: string;
    readonly startLine?: number;
    readonly endLine?: number;
    readonly text?: string;
  };
}

describe('delegating from the places where people are', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;

  before(async () => {
    // No agent gets far: what is looked at here is how a task begins.
    model = await startScriptedModel([{ text: 'I think.', delayMs: 600_000 }]);
    repository = createRepository('node-counter');
    appendFileSync(join(repository.root, 'README.md'), '\nIt never counts below zero.\n');
    repository.git('commit', '--quiet', '--all', '--message', 'Say where it stops');
    addTodo(repository.root);
    writeFileSync(join(repository.root, 'src', 'broken.js'), 'const = 1;\n');
    editor = await openEditor({ folder: repository.root, model });
    workbench = editor.workbench;
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
    await workbench.page.keyboard.press('Escape');
  });
  after(async () => {
    await editor?.stop();
    await model?.stop();
    repository?.remove();
  });

  const box = (): Locator => workbench.page.locator('.quick-input-widget:visible');
  /** Begins with it: the row that sends names what is attached, too. */
  const boxRow = (text: string): Locator =>
    box().locator(`.quick-input-list .monaco-list-row[aria-label^="${text}"]`).first();

  const isThere = async (locator: Locator): Promise<boolean> =>
    locator.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );

  const openSourceControl = async (): Promise<void> =>
    workbench.page
      .locator('.activitybar .action-item', { has: workbench.page.locator('a[aria-label^="Source Control"]') })
      .click();

  /** The entry of the light bulb's menu at a line, by keyboard: what the editor does not know yet is not in it, and it is opened anew. */
  async function openActions(line: string, entry: string): Promise<Locator> {
    const row = workbench.page.locator('.action-widget .monaco-list-row', { hasText: entry });
    await until(
      `${entry} at ${line}`,
      async () => {
        await workbench.page.keyboard.press('Escape');
        await workbench.clickLine(line);
        await workbench.page.keyboard.press('Control+.');
        return isThere(row);
      },
      90,
    );
    return row;
  }

  /** The task whose goal begins with these words, as its trace has it. */
  async function created(words: string): Promise<Created> {
    let found: Created | undefined;
    await until(`a task that begins with "${words}"`, () => {
      found = createdTasks().find(({ goal }) => goal.startsWith(words));
      return found !== undefined;
    });
    assert.ok(found);
    return found;
  }

  function createdTasks(): readonly Created[] {
    return (
      readdirSync(editor.server.home, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('trace.jsonl'))
        .map((path) => readFileSync(join(editor.server.home, path), 'utf8').split('\n'))
        // The first line is whole when another one begins.
        .flatMap(([line = '', ...more]) => (more.length > 0 && line.includes('"task-created"') ? [line] : []))
        .map((line) => (JSON.parse(line) as { readonly data: Created }).data)
    );
  }

  it('a file of the explorer: the box shows it, and Enter sends it', async () => {
    await workbench.page.keyboard.press('Control+Shift+e');
    const file = workbench.page.locator('.explorer-folders-view [role="treeitem"]', { hasText: 'README.md' });
    await workbench.contextMenu(file, 'Delegate to Background Agent');
    await boxRow('README.md').waitFor();
    await screenshot(workbench.page, '80-delegate-file');
    await workbench.page.keyboard.press('Enter');
    assert.deepEqual((await created('Work on README.md')).origin, { kind: 'command', file: 'README.md' });
  });

  it('a line number: the method whose name stands there goes along', async () => {
    await workbench.openFile('counter.js');
    // The language extension has to know the file first: its symbols stand above the editor then.
    await workbench.clickLine('Math.min');
    await workbench.page.locator('.monaco-breadcrumb-item', { hasText: /^up/ }).waitFor({ timeout: 60_000 });
    const number = workbench.page.locator('.monaco-editor .margin-view-overlays .line-numbers', { hasText: /^14$/ });
    await workbench.contextMenu(number, 'Delegate Line to Background Agent');
    await boxRow('method up').waitFor();
    await screenshot(workbench.page, '81-delegate-line');
    await workbench.page.keyboard.press('Enter');
    const { origin } = await created('Work on the method up');
    assert.deepEqual(
      [origin.kind, origin.file, origin.startLine, origin.endLine],
      ['selection', 'src/counter.js', 14, 17],
    );
    assert.match(origin.text ?? '', /Math\.min/);
  });

  it('the name of a class: the light bulb’s menu delegates it at once', async () => {
    const row = await openActions('export class Counter', 'Work on class Counter');
    await screenshot(workbench.page, '82-delegate-symbol');
    await row.click();
    assert.equal((await created('Work on the class Counter')).origin.kind, 'selection');
  });

  it('a changed file of the source control: its changes go along', async () => {
    await openSourceControl();
    const file = workbench.page.locator('.scm-view [role="treeitem"]', { hasText: 'counter.js' }).first();
    await workbench.contextMenu(file, 'Delegate to Background Agent');
    await boxRow('counter.js').waitFor();
    await screenshot(workbench.page, '83-delegate-change');
    await workbench.page.keyboard.press('Enter');
    const { origin } = await created('Finish the changes in src/counter.js');
    assert.match(origin.text ?? '', /^\+\s+\/\/ TODO: stop at zero$/m);
  });

  it('a group of changes: all of its files go along, but for one that is taken away', async () => {
    const group = workbench.page.locator('.scm-view [role="treeitem"]', { hasText: /^Changes/ }).first();
    await workbench.contextMenu(group, 'Delegate to Background Agent');
    await boxRow('broken.js').waitFor();
    await inEveryLook(workbench.page, '84-delegate-changes');
    await boxRow('broken.js').hover();
    await boxRow('broken.js').locator('[aria-label^="Remove"]').click();
    await boxRow('broken.js').waitFor({ state: 'detached' });
    await box().locator('input').fill('Look at it');
    await boxRow('Look at it').waitFor();
    await workbench.page.keyboard.press('Enter');
    assert.equal((await created('Look at it')).goal, 'Look at it\nThis is about src/counter.js.');
  });

  it('the Problems view: its quick fix delegates a problem', async () => {
    await workbench.openFile('broken.js');
    await workbench.page.locator('.monaco-editor .squiggly-error').first().waitFor({ timeout: 60_000 });
    await workbench.runCommand('Problems: Focus on Problems View');
    const problem = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: 'expected' }).first();
    await problem.click();
    await problem.locator('.markers-panel-action-quickfix').click();
    const row = workbench.page
      .locator('.action-widget .monaco-list-row, .context-view .action-label', { hasText: 'Background Agent: Fix' })
      .first();
    await row.waitFor();
    await screenshot(workbench.page, '85-delegate-problem');
    await row.click();
    const { origin } = await created('Fix:');
    assert.deepEqual([origin.kind, origin.file], ['diagnostic', 'src/broken.js']);
  });

  it('a commit of a file’s timeline: what it changed goes along', async () => {
    await workbench.openFile('README.md');
    await workbench.page.keyboard.press('Control+Shift+e');
    const timeline = workbench.page.locator('.pane-header[aria-label^="Timeline"]');
    if ((await timeline.getAttribute('aria-expanded')) !== 'true') {
      await timeline.click();
    }
    const commit = workbench.page.locator('.timeline-tree-view .monaco-list-row', { hasText: 'Say where it stops' });
    await workbench.contextMenu(commit, 'Delegate Commit to Background Agent');
    await boxRow('commit').waitFor();
    await boxRow('commit').hover();
    await boxRow('commit').locator('[aria-label^="Show"]').click();
    await workbench.page.locator('.monaco-editor .view-line', { hasText: '+It never counts' }).waitFor();
    await screenshot(workbench.page, '89-delegate-commit');
    await workbench.page.keyboard.press('Enter');
    const { goal, origin } = await created('Finish the commit');
    assert.match(goal, /^Finish the commit [0-9a-f]{7} “Say where it stops”\n/);
    assert.match(origin.text ?? '', /^\+It never counts below zero\.$/m);
  });

  it('a commit of the history, chosen from the newest ones', async () => {
    await openSourceControl();
    const header = workbench.page.locator('.part.sidebar .pane-header', { hasText: 'Changes' }).first();
    await workbench.menu(async () => {
      await header.hover();
      await header.locator('.action-label[aria-label*="More Actions"]').click();
    }, 'Delegate from a Commit');
    await boxRow('Say where it stops').waitFor();
    await screenshot(workbench.page, '90-choose-commit');
    await boxRow('First').click();
    await boxRow('commit').waitFor();
    await box().locator('input').fill('Explain this commit');
    await boxRow('Explain this commit').waitFor();
    await workbench.page.keyboard.press('Enter');
    assert.match((await created('Explain this commit')).goal, /\nThis is about the commit [0-9a-f]{7} “First”\.$/);
  });

  it('a command that failed in the terminal starts with its output, and a selection is shown first', async () => {
    const { page } = workbench;
    await workbench.runCommand('Terminal: Create New Terminal');
    const terminal = page.locator('.terminal-wrapper .xterm-screen').first();
    await terminal.waitFor();
    const failure = page.locator('.terminal-command-decoration.codicon-terminal-decoration-error').first();
    await page.locator('.terminal-command-decoration').first().waitFor({ timeout: 60_000 });
    // A shell that is not ready yet loses what is typed, or tells nothing of it.
    await until(
      'a failed command',
      async () => {
        await terminal.click();
        await page.keyboard.type('node -e "console.log(41 + 1, 1 + 1); process.exit(3)"\n');
        return isThere(failure);
      },
      90,
    );
    await screenshot(page, '86-failed-command');
    await workbench.contextMenu(terminal, 'Delegate Failed Command to Background Agent');
    const failed = await created('Fix what makes this command fail: node -e');
    assert.equal(failed.origin.kind, 'terminal');
    assert.match(failed.origin.text ?? '', /Exit code 3\n(.*\n)*42 2$/);
    await workbench.runCommand('Terminal: Select All');
    await workbench.contextMenu(terminal, 'Delegate Selection to Background Agent');
    await boxRow('Terminal output').hover();
    await boxRow('Terminal output').locator('[aria-label^="Show"]').click();
    await page.locator('.tabs-container .tab.active[data-resource-name="Terminal output"]').waitFor();
    await page.locator('.monaco-editor .view-line', { hasText: '42 2' }).first().waitFor();
    await screenshot(page, '86-delegate-terminal');
    await page.keyboard.press('Enter');
    assert.match((await created('Fix what the terminal shows')).origin.text ?? '', /42 2/);
    await page.locator('.tabs-container .tab[data-resource-name="Terminal output"]').waitFor({ state: 'detached' });
  });

  it('the box completes @file and #symbol', async () => {
    const { page } = workbench;
    await workbench.openFile('counter.js');
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await boxRow('Type what the agent should do').waitFor();
    await page.keyboard.type('Explain @count');
    await boxRow('counter.test.js').waitFor();
    await screenshot(page, '87-box-files');
    await boxRow('counter.test.js').click();
    await boxRow('Explain test/counter.test.js').waitFor();
    await page.keyboard.type('and #dow');
    await boxRow('method down').waitFor();
    await page.keyboard.press('Enter');
    await boxRow('Explain test/counter.test.js and down').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.locator('.tabs-container .tab.active[data-resource-name="counter.test.js"]').waitFor();
    await screenshot(page, '88-box-context');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.locator('.tabs-container .tab.active[data-resource-name="counter.js"]').waitFor();
    const { goal, origin } = await created('Explain test');
    assert.match(
      goal,
      /^Explain test\/counter\.test\.js and down\nThis is about test\/counter\.test\.js; the method down in src\/counter\.js/,
    );
    assert.match(origin.text ?? '', /this\.#value - step/);
  });

  it('with a setting one click shows what goes along, and words take the place of the goal', async () => {
    const { page } = workbench;
    editor.server.changeSettings({ 'nightshift.delegate.showContext': true });
    await workbench.openFile('counter.js');
    await until(
      'the box with the comment',
      async () => {
        await (await openActions('TODO: stop at zero', 'Do "TODO: stop at zero"')).click();
        // Until the window knows the setting, the click starts the task.
        return isThere(boxRow('counter.js'));
      },
      90,
    );
    await screenshot(page, '91-one-click-shown');
    await box().locator('input').fill('Never count below zero');
    await boxRow('Never count below zero').waitFor();
    await page.keyboard.press('Enter');
    const { goal, origin } = await created('Never count below zero');
    assert.equal(goal, 'Never count below zero\nThis is about src/counter.js, line 20.');
    assert.deepEqual([origin.kind, origin.file, origin.startLine], ['todo', 'src/counter.js', 20]);
  });
});
