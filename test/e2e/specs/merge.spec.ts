import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { screenshot } from '../harness/browser.ts';
import { type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { until } from '../harness/until.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

/** 40 lines with carriage returns and no newline at the end, of which some are other ones. */
function text(lines: Readonly<Record<number, string>>): string {
  return Array.from({ length: 40 }, (_, index) => lines[index] ?? `line ${index}`).join('\r\n');
}

const agents = { 5: 'agent 5', 30: 'agent 30' };
const mine = { 5: 'mine 5', 20: 'mine 20' };

const turns: readonly unknown[] = [
  { calls: [{ name: 'read_file', arguments: { path: 'notes.txt' } }] },
  { calls: [{ name: 'write_file', arguments: { path: 'notes.txt', content: text(agents) } }] },
  { calls: [{ name: 'write_file', arguments: { path: 'more.txt', content: 'More.\n' } }] },
  { calls: [{ name: 'finish', arguments: { summary: 'Two lines of the notes are better now.' } }] },
];

describe('a result that meets edits of the person', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  const notes = (): string => readFileSync(join(repository.root, 'notes.txt'), 'utf8');

  const more = (): string | undefined => {
    const path = join(repository.root, 'more.txt');
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };

  before(async () => {
    model = await startScriptedModel(turns);
    repository = createRepository('node-counter');
    repository.git('config', 'core.autocrlf', 'false');
    writeFileSync(join(repository.root, 'notes.txt'), text({}));
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

  const merging = (): Locator => workbench.page.locator('.tabs-container .tab[aria-label^="Merging: notes.txt"]');
  const lens = (label: string): Locator =>
    workbench.page.locator('.part.editor').getByText(label, { exact: true }).first();

  it('opens in the merge editor, and closing that leaves everything as it was', async () => {
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    const input = workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
    await input.fill('Improve the notes');
    await workbench.page.keyboard.press('Enter');
    await workbench.row('notes.txt').waitFor({ timeout: 120_000 });
    await workbench.row('Unverified').waitFor({ timeout: 120_000 });
    writeFileSync(join(repository.root, 'notes.txt'), text(mine));
    await workbench.rowAction(workbench.row('Improve the notes'), 'Accept All Changes');
    await lens('Accept Agent').waitFor({ timeout: 60_000 });
    await screenshot(workbench.page, '47-merge-editor');
    await workbench.runCommand('View: Close Editor');
    // The editor asks about the conflict that is left, or about what is not saved.
    const close = workbench.dialogButton(/Close with Conflicts|Discard Changes|Don't Save/);
    await until(
      'the merge editor is closed',
      async () => {
        if (await close.isVisible()) await close.click();
        return (await merging().count()) === 0;
      },
      60,
    );
    await workbench.row('Unverified').waitFor();
    assert.equal(notes(), text(mine));
    assert.equal(repository.git('status', '--porcelain').trim(), 'M notes.txt');
  });

  it('is accepted as the person merged it', async () => {
    await workbench.rowAction(workbench.row('Improve the notes'), 'Accept All Changes');
    await lens('Accept Agent').waitFor({ timeout: 60_000 });
    await lens('Accept Agent').click();
    const merged = workbench.page.locator('.part.editor .view-line', { hasText: 'agent 5' });
    await until('the line of the agent is in the result too', async () => (await merged.count()) === 2);
    await screenshot(workbench.page, '48-merged');
    assert.equal(notes(), text(mine), 'nothing is written before the merge is accepted');
    await workbench.page.locator('.editor-actions a[aria-label^="Accept Merge"]').click();
    await until('what was merged is in the file', () => notes() === text({ ...agents, 20: 'mine 20' }), 60);
    assert.equal(readFileSync(join(repository.root, 'more.txt'), 'utf8'), 'More.\n');
    await workbench.row(/notes\.txt.*accepted/).waitFor();
    await until('the merge editor is closed', async () => (await merging().count()) === 0);
    await screenshot(workbench.page, '49-merge-accepted');
  });

  it('is undone to the bytes from before the merge', async () => {
    await workbench.contextMenu(workbench.row('notes.txt'), 'Undo Accept');
    await until('the file is as it was before the merge', () => notes() === text(mine), 60);
    await workbench.row('Unverified').waitFor();
  });

  it('a file is marked as reviewed with its check box', async () => {
    await workbench.contextMenu(workbench.row('more.txt'), 'Undo Accept');
    await until('the added file is gone again', () => !existsSync(join(repository.root, 'more.txt')), 60);
    await workbench.row('more.txt').locator('[role="checkbox"]').click();
    await workbench.row(/Improve the notes.*1\/2 reviewed/).waitFor();
    await screenshot(workbench.page, '49-reviewed');
    assert.equal(await workbench.page.locator('.part.editor .tab').count(), 0, 'a click on the box opens nothing');
  });

  it('is edited before it is accepted, and what the person made of it is written', async () => {
    await workbench.contextMenu(workbench.row('more.txt'), 'Edit, Then Accept…');
    const line = workbench.page.locator('.part.editor .view-line', { hasText: 'More.' });
    await until('the result is in the merge editor', async () => (await line.count()) === 2);
    await line.last().click();
    await workbench.page.keyboard.press('End');
    await workbench.page.keyboard.type(' Mine.');
    await screenshot(workbench.page, '49-edited');
    assert.equal(existsSync(join(repository.root, 'more.txt')), false, 'nothing is written before it is accepted');
    await workbench.page.locator('.editor-actions a[aria-label^="Accept Merge"]').click();
    await until('what was edited is in the file', () => more() === 'More. Mine.\n', 60);
    await workbench.row(/more\.txt.*accepted/).waitFor();
    await workbench.contextMenu(workbench.row('more.txt'), 'Undo Accept');
    await until('the file is gone again', () => !existsSync(join(repository.root, 'more.txt')), 60);
    assert.deepEqual(editor.outside, []);
  });
});
