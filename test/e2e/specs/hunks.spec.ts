import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { until } from '../harness/until.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const changed = [3, 11, 19, 27, 35, 43, 51, 59, 67, 75, 83, 91];

/** 100 lines, of which the given ones are changed: replaced, removed or doubled in turn. */
function text(lines: readonly number[]): string {
  const all = Array.from({ length: 100 }, (_, index) => {
    const kind = lines.includes(index) ? changed.indexOf(index) % 3 : -1;
    return [[`agent ${index}`], [], [`line ${index}`, `more ${index}`]][kind] ?? [`line ${index}`];
  });
  return `${all.flat().join('\n')}\n`;
}

const turns: readonly unknown[] = [
  { calls: [{ name: 'read_file', arguments: { path: 'notes.txt' } }] },
  { calls: [{ name: 'write_file', arguments: { path: 'notes.txt', content: text(changed) } }] },
  { calls: [{ name: 'finish', arguments: { summary: 'Twelve lines of the notes are better now.' } }] },
];

describe('twelve changes in one file', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  const notes = (): string => readFileSync(join(repository.root, 'notes.txt'), 'utf8');
  /** Waits until the file in the checkout is the base with exactly these of the changes, by their numbers from 1. */
  const holds = (...numbers: readonly number[]): Promise<void> =>
    until(`the changes ${numbers.join(', ')} are in the file`, () => {
      return notes() === text(numbers.map((number) => changed[number - 1] ?? -1));
    });
  const modified = (): Locator => workbench.page.locator('.monaco-diff-editor .editor.modified');

  before(async () => {
    model = await startScriptedModel(turns);
    repository = createRepository('node-counter');
    writeFileSync(join(repository.root, 'notes.txt'), text([]));
    repository.git('add', '--all');
    repository.git('commit', '--quiet', '--message', 'Notes');
    editor = await openEditor({ folder: repository.root, model });
    workbench = editor.workbench;
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    repository?.remove();
    assert.equal(await model?.stop(), '', 'what the product did wrong on the wire');
  });

  it('are all in the diff of the file', async () => {
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    const input = workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill('Improve the notes');
    await workbench.page.keyboard.press('Enter');
    await workbench.row('notes.txt').waitFor({ timeout: 120_000 });
    await workbench.row('Unverified').waitFor({ timeout: 120_000 });
    await workbench.row('notes.txt').click();
    await modified().locator('.line-insert').first().waitFor();
    await inEveryLook(workbench.page, '40-twelve-changes');
  });

  it('by keyboard one is accepted, the next one rejected, and the cursor goes on', async () => {
    await modified().locator('.view-line', { hasText: 'agent 3' }).first().click();
    await workbench.page.keyboard.press('Control+y');
    await holds(1);
    await workbench.page.keyboard.press('Control+n');
    await workbench.row(/notes\.txt.*2 of 12 changes decided/).waitFor();
    await workbench.page.keyboard.press('Control+y');
    await holds(1, 3);
    await screenshot(workbench.page, '41-decided-by-keyboard');
    assert.equal(await workbench.page.locator('.tabs-container .tab').count(), 1, 'no new file was opened');
  });

  it('what was decided is gone from the diff, which shows what is left', async () => {
    await modified().locator('.view-line', { hasText: 'agent 27' }).first().waitFor();
    await until('the decided changes are gone from the diff', async () => {
      const marks = await workbench.page
        .locator('.monaco-diff-editor .line-insert, .monaco-diff-editor .line-delete')
        .count();
      return marks > 0 && (await modified().locator('.char-insert', { hasText: 'agent 3' }).count()) === 0;
    });
  });

  it('by mouse, a mark at the line opens the change with its accept and reject', async () => {
    await workbench.contextMenu(workbench.row('notes.txt'), 'Review Change by Change');
    const marks = workbench.page.locator('.monaco-editor:not(.in-diff-editor) .dirty-diff-glyph');
    await marks.first().waitFor();
    await screenshot(workbench.page, '42-marks');
    // The editor takes a click within three pixels of the mark's edge.
    await marks.first().click({ position: { x: 1, y: 8 }, force: true });
    const peek = workbench.page.locator('.peekview-widget');
    await peek.waitFor();
    await inEveryLook(workbench.page, '43-peek');
    await peek.locator('a[aria-label^="Accept Change"]').click();
    await holds(1, 3, 4);
    await screenshot(workbench.page, '44-accepted-in-peek');
  });

  it('the rest is rejected with the file, and the task is done with four changes in the file', async () => {
    await workbench.rowAction(workbench.row('notes.txt'), 'Reject File');
    await workbench.row(/accepted/).waitFor();
    await holds(1, 3, 4);
    await screenshot(workbench.page, '45-done');
  });

  it('undoing the accept restores the file exactly and offers the accepted changes again', async () => {
    await workbench.contextMenu(workbench.row('notes.txt'), 'Undo Accept');
    await holds();
    await workbench.row(/notes\.txt.*9 of 12 changes decided/).waitFor();
    assert.equal(repository.git('status', '--porcelain'), '');
    await screenshot(workbench.page, '46-undone');
    assert.deepEqual(editor.outside, []);
  });
});
