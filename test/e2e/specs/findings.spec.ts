import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { addTodo } from '../../vscode/suiteRun.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { until } from '../harness/until.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const wrong = 'this.#value = this.#value - step;';
const mended = 'this.#value = Math.max(0, this.#value - step);';
const negative = 'The counter can fall below zero.';
const unchecked = 'The limit is not checked to be a number.';

/** What a tool would say of two lines of the counter, with a fix for the first. */
function sarifOf(source: string): string {
  const lines = source.split('\n');
  const at = (text: string): object => {
    const line = lines.findIndex((each) => each.includes(text));
    const startColumn = (lines[line]?.indexOf(text) ?? 0) + 1;
    return { startLine: line + 1, startColumn, endColumn: startColumn + text.length };
  };
  const artifactLocation = { uri: 'src/counter.js' };
  const result = (text: string, ruleId: string, level: string, region: object, insert?: string): object => ({
    ruleId,
    level,
    message: { text },
    locations: [{ physicalLocation: { artifactLocation, region } }],
    ...(insert === undefined
      ? {}
      : {
          fixes: [
            {
              artifactChanges: [
                { artifactLocation, replacements: [{ deletedRegion: region, insertedContent: { text: insert } }] },
              ],
            },
          ],
        }),
  });
  const results = [
    result(negative, 'no-negative', 'error', at(wrong), mended),
    result(unchecked, 'checked-arguments', 'warning', at('this.#limit = limit;')),
  ];
  return JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Counterscan' } }, results }] });
}

describe('findings of a tool', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-sarif-'));
  const counter = (): string => readFileSync(join(repository.root, 'src', 'counter.js'), 'utf8');
  const problem = (text: string): Locator =>
    workbench.page.locator('.markers-panel [role="treeitem"]', { hasText: text }).first();
  const line = (text: string): Locator =>
    workbench.page.locator('.monaco-editor .view-line', { hasText: text }).first();

  before(async () => {
    model = await startScriptedModel(counterFix);
    repository = createRepository('node-counter');
    addTodo(repository.root);
    writeFileSync(join(folder, 'in.sarif'), sarifOf(counter()));
    editor = await openEditor({ folder: repository.root, model });
    workbench = editor.workbench;
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
    await workbench.page.keyboard.press('Escape');
  });
  after(async () => {
    await editor?.stop();
    repository?.remove();
    rmSync(folder, { recursive: true, force: true });
    const violations = await model?.stop();
    assert.equal(violations, '', 'what the product did wrong on the wire');
  });

  /** The quick fix at a line, by keyboard: opened anew until the editor knows it. */
  async function quickFix(text: string, entry: string): Promise<Locator> {
    const row = workbench.page.locator('.action-widget .monaco-list-row', { hasText: entry }).first();
    await until(
      `${entry} at ${text}`,
      async () => {
        await workbench.page.keyboard.press('Escape');
        await workbench.clickLine(text);
        await workbench.page.keyboard.press('Control+.');
        return row.waitFor({ timeout: 10_000 }).then(
          () => true,
          () => false,
        );
      },
      90,
    );
    return row;
  }

  /** Answers the editor's own question for a path. */
  async function giveFile(path: string): Promise<void> {
    const input = workbench.page.locator('.quick-input-widget:visible .quick-input-box input');
    const rows = workbench.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
    // It begins with a folder of its own, which is listed first; then that of the path is.
    await rows.first().waitFor();
    await until('the folder is listed', async () => {
      await input.fill(path);
      return rows
        .filter({ hasText: 'in.sarif' })
        .waitFor({ timeout: 3_000 })
        .then(
          async () => (await input.inputValue()) === path,
          () => false,
        );
    });
    await input.press('Enter');
    await input.waitFor({ state: 'hidden' });
  }

  it('are imported by a command, and stand among the problems', async () => {
    await workbench.openFile('counter.js');
    await workbench.runCommand('Nightshift: Import Findings');
    await giveFile(join(folder, 'in.sarif'));
    const note = workbench.notification('2 findings imported');
    await note.locator('.monaco-button', { hasText: 'Show Problems' }).click();
    await problem(negative).waitFor();
    await problem(unchecked).waitFor();
    assert.match((await problem(negative).innerText()).replace(/\s+/g, ' '), /Counterscan.*no-negative/);
  });

  it('offer their patch, another hand and a way to put them aside', async () => {
    const row = await quickFix(wrong, 'Apply Suggested Patch');
    await workbench.page
      .locator('.action-widget .monaco-list-row', { hasText: 'Delegate to Background Agent: Fix' })
      .waitFor();
    await inEveryLook(workbench.page, '110-finding-quick-fixes');
    await row.click();
  });

  it('a suggested patch changes the text, takes its problem away, and is undone like any edit', async () => {
    await line(mended).waitFor();
    await problem(negative).waitFor({ state: 'detached' });
    await workbench.page.keyboard.press('Control+z');
    await line(wrong).waitFor();
    await problem(negative).waitFor();
    assert.ok(counter().includes(wrong), 'nothing was saved');
  });

  it('one that is dismissed for a reason is gone, and suppressed in what is exported', async () => {
    await (await quickFix('this.#limit = limit;', 'Dismiss Finding')).click();
    const reason = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'False Positive' });
    await reason.waitFor();
    await screenshot(workbench.page, '111-dismiss-reasons');
    await reason.click();
    await problem(unchecked).waitFor({ state: 'detached' });
    await workbench.runCommand('Nightshift: Export Findings');
    await giveFile(join(folder, 'out.sarif'));
    let written = '';
    await until('the file is written', () => {
      try {
        written = readFileSync(join(folder, 'out.sarif'), 'utf8');
      } catch {
        // It is not there yet.
      }
      return written !== '';
    });
    const log = JSON.parse(written) as {
      readonly runs: readonly {
        readonly results: readonly { readonly ruleId: string; readonly suppressions: unknown }[];
      }[];
    };
    assert.deepEqual(
      log.runs.flatMap(({ results }) => results.map(({ ruleId, suppressions }) => [ruleId, suppressions])),
      [
        ['no-negative', []],
        ['checked-arguments', [{ kind: 'external', status: 'accepted', justification: 'false positive' }]],
      ],
    );
  });

  it('and comes back when that is taken back', async () => {
    await workbench.runCommand('Nightshift: Restore Finding');
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: unchecked }).click();
    await problem(unchecked).waitFor();
  });

  it('a click hands one to an agent, whose result is ready for review', async () => {
    await (await quickFix(wrong, 'Delegate to Background Agent: Fix "The counter can')).click();
    await workbench.openTasksView();
    await workbench.row('Fix: The counter can fall').waitFor();
    await workbench.notification(/Ready for review.*tests green/).waitFor({ timeout: 120_000 });
    assert.ok(counter().includes(wrong), 'the checkout is untouched');
  });

  it('what was applied and saved is in the file', async () => {
    await (await quickFix(wrong, 'Apply Suggested Patch')).click();
    await line(mended).waitFor();
    await workbench.page.keyboard.press('Control+s');
    await until('the file has it', () => counter().includes(mended));
    await problem(negative).waitFor({ state: 'detached' });
    await problem(unchecked).waitFor();
    await screenshot(workbench.page, '112-finding-applied');
  });
});
