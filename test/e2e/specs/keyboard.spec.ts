import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { screenshot } from '../harness/browser.ts';
import { type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { until } from '../harness/until.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

/** 40 lines, of which the given ones are the agent's. */
function text(...lines: readonly number[]): string {
  return Array.from({ length: 40 }, (_, index) => `${lines.includes(index) ? 'agent' : 'line'} ${index}\n`).join('');
}

const turns: readonly unknown[] = [
  { calls: [{ name: 'read_file', arguments: { path: 'notes.txt' } }] },
  { calls: [{ name: 'write_file', arguments: { path: 'notes.txt', content: text(8, 20, 32) } }] },
  { calls: [{ name: 'write_file', arguments: { path: 'more.txt', content: 'More.\n' } }] },
  { calls: [{ name: 'write_file', arguments: { path: 'waste.txt', content: 'Waste.\n' } }] },
  { calls: [{ name: 'finish', arguments: { summary: 'Three lines of the notes are better now.' } }] },
];

/** In the page: counts what it sees of a mouse, since nothing below may use one. */
const watchMouse = "globalThis.pressed = 0; addEventListener('mousedown', () => (pressed += 1), true);";

describe('a review by keyboard alone', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  const file = (path: string): string => join(repository.root, path);
  const notes = (): string => readFileSync(file('notes.txt'), 'utf8');

  before(async () => {
    model = await startScriptedModel(turns);
    repository = createRepository('no-tests');
    writeFileSync(file('notes.txt'), text());
    repository.git('add', '--all');
    repository.git('commit', '--quiet', '--message', 'Notes');
    editor = await openEditor({ folder: repository.root, model });
    workbench = editor.workbench;
    await workbench.page.evaluate(watchMouse);
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    repository?.remove();
    assert.equal(await model?.stop(), '', 'what the product did wrong on the wire');
  });

  const press = (key: string): Promise<void> => workbench.page.keyboard.press(key);

  async function command(label: string): Promise<void> {
    const { page } = workbench;
    await press('F1');
    const input = page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.waitFor();
    await page.keyboard.type(label);
    await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: label }).waitFor();
    await press('Enter');
  }

  /** Moves in the list of tasks until the row is under its cursor. A view that is shown for the first time has no list to focus yet. */
  async function goTo(row: string): Promise<void> {
    const list = workbench.page.locator('.part.sidebar .monaco-list:focus-within');
    await until('the list has the focus', async () => {
      await command('Nightshift: Focus on Tasks View');
      await workbench.page.waitForTimeout(300);
      return (await list.count()) > 0;
    });
    await press('Home');
    await until(`the cursor is on ${row}`, async () => {
      if ((await list.locator('.monaco-list-row.focused', { hasText: row }).count()) > 0) return true;
      await press('ArrowDown');
      return false;
    });
  }

  it('is reached from the quiet note', async () => {
    await command('Nightshift: Delegate to Background Agent');
    await workbench.page.locator('.quick-input-widget:visible .quick-input-box input').waitFor();
    await workbench.page.keyboard.type('Improve the notes');
    await press('Enter');
    await workbench.notification(/ready|Improve the notes/i).waitFor({ timeout: 120_000 });
    await command('Notifications: Accept Notification Primary Action');
    await workbench.page.locator('.multiDiffEntry', { hasText: 'notes.txt' }).waitFor();
    await screenshot(workbench.page, '49d-keyboard-review');
  });

  it('goes through single changes of a file from the list of tasks', async () => {
    await goTo('notes.txt');
    await press('Enter');
    const modified = workbench.page.locator('.monaco-diff-editor .editor.modified');
    await modified.locator('.line-insert').first().waitFor();
    await modified.locator('.monaco-editor.focused').waitFor();
    await press('Control+Home');
    await command('Go to Next Change');
    await press('Control+y');
    await until('the first change is in the file', () => notes() === text(8));
    await press('Control+n');
    await workbench.row(/notes\.txt.*2 of 3 changes decided/).waitFor();
    await press('Control+y');
    await until('the third change is in the file', () => notes() === text(8, 32));
    await workbench.row(/notes\.txt.*2 of 3 changes accepted/).waitFor();
  });

  it('accepts one file and rejects another, and then the task is done', async () => {
    for (const [name, label, said] of [
      ['more.txt', 'Accept File', 'accepted'],
      ['waste.txt', 'Reject File', 'rejected'],
    ] as const) {
      await goTo(name);
      await press('Enter');
      await workbench.page.locator(`.tabs-container .tab.active[aria-label^="${name}"]`).waitFor();
      await command(`Nightshift: ${label}`);
      await workbench.row(new RegExp(`${name}.*${said}`)).waitFor();
    }
    assert.deepEqual(
      ['more.txt', 'waste.txt'].map((path) => existsSync(file(path))),
      [true, false],
    );
    await workbench.row(/Improve the notes.*accepted/).waitFor();
    await screenshot(workbench.page, '49e-keyboard-done');
  });

  it('takes it all back', async () => {
    await goTo('Improve the notes');
    await command('Nightshift: Undo Accept');
    await until('the notes are as they were', () => notes() === text() && !existsSync(file('more.txt')));
    assert.equal(repository.git('status', '--porcelain'), '');
    assert.equal(await workbench.page.evaluate('pressed'), 0, 'the mouse was used');
    assert.deepEqual(editor.outside, []);
  });
});
