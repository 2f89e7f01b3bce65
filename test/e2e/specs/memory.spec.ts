import assert from 'node:assert/strict';
import { inEveryLook, useLook } from '../harness/pictures.ts';
import { counterFix, type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import type { TestRepository } from '../harness/testRepository.ts';
import { until } from '../harness/until.ts';
import { seriousFindings } from '../pages/accessibility.ts';
import { contrastOf, readColors, shownColorsSchema } from '../pages/contrast.ts';
import { MemoryPages } from '../pages/memoryPages.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';
import { createShop, retryMessage, voucherBranch } from './memoryRepository.ts';

const goal = 'A counter goes below zero: expected 0, got -1';

describe('the memory of a repository', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  let memory: MemoryPages;
  const faults: string[] = [];

  const shoot = (name: string): Promise<void> => inEveryLook(workbench.page, name);

  before(async () => {
    model = await startScriptedModel(counterFix.map((turn) => ({ ...(turn as object), delayMs: 0 })));
    repository = createShop();
    editor = await openEditor({ folder: repository.root, model });
    workbench = editor.workbench;
    memory = new MemoryPages(workbench);
    workbench.page.on('pageerror', (error) => faults.push(error.message));
    workbench.page.on('console', (message) => {
      const text = message.text();
      if (/Content Security Policy|Refused to|nightshift-dev/i.test(text) && message.type() === 'error')
        faults.push(text);
    });
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

  it('says what it is for before anything is asked', async () => {
    await memory.openView();
    await workbench.page.getByText('The memory starts with the first search').waitFor();
    await shoot('40-memory-idle');
  });

  it('finds with the first question of all, as soon as the files are read', async () => {
    await workbench.page.locator('.monaco-button', { hasText: 'Search Memory' }).click();
    await memory.input.waitFor();
    await workbench.page.keyboard.type('retry with backoff');
    const first = memory.row('retryWithBackoff');
    await first.waitFor();
    assert.match(await first.innerText(), /src\/retry\.ts:1\s+"retry" and "backoff" in its text/);
    await memory
      .row(/in the path of a file it changed/)
      .filter({ hasText: retryMessage })
      .waitFor();
    assert.equal(await memory.row('report.py').count(), 0, 'what fits nothing');
    await shoot('41-memory-search');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.tabs-container .tab.active[data-resource-name="retry.ts"]').waitFor();
    await until('the cursor is in the line', async () => (await memory.cursor()) === 'Ln 2, Col 1');
  });

  it('tells how it stands, and what is not in it and why', async () => {
    await workbench.row(/^Ready/).waitFor();
    const files = workbench.row(/^Files12 · 3 left out/);
    await files.click();
    for (const left of [/^Left out3/, /^Binary1/, /^May hold secrets1/, /^Ignored by git or \.nightshiftignore1/]) {
      await workbench.row(left).waitFor();
    }
    await workbench.row(/^Commits4/).waitFor();
    await shoot('42-memory-view');
    await files.click();
  });

  it('explains why the open file is left out', async () => {
    await workbench.openFile('plan.md');
    await workbench.runCommand('Nightshift: Explain File in Memory');
    const note = workbench.notification(/drafts\/plan\.md is left out: Git or \.nightshiftignore ignores it/);
    await note.waitFor();
    await shoot('43-memory-explain');
    await note.hover();
    await note.locator('a[aria-label^="Clear Notification"]').click();
  });

  it('says that something is not there', async () => {
    await memory.search('qqqzzz');
    await memory.row(/^Nothing found\s*with these words and filters/).waitFor();
    await shoot('44-memory-nothing');
    await memory.search('kind:commit');
    await memory.row('Type what to look for').waitFor();
    await memory.closeList();
  });

  it('finds what was just saved', async () => {
    await workbench.openFile('fetchPrice.ts');
    await memory.goTo('3:5');
    await workbench.page.keyboard.press('End');
    await workbench.page.keyboard.type(' With the zanzibar surcharge.');
    await workbench.page.keyboard.press('Control+s');
    const row = await memory.searchUntil('zanzibar surcharge', 'src/fetchPrice.ts');
    assert.match(await row.innerText(), /"zanzibar" and "surcharge" in its text/);
    await memory.closeList();
  });

  it('follows the branch that is checked out', async () => {
    repository.git('switch', '--quiet', voucherBranch);
    await memory.searchUntil('redeemVoucher', 'src/voucher.ts');
    await memory.closeList();
    repository.git('switch', '--quiet', 'main');
    await memory.searchUntil('redeemVoucher', 'Nothing found');
    await memory.closeList();
  });

  it('finds the message of a new commit', async () => {
    repository.git('commit', '--quiet', '--message', 'Charge more for parcels overseas', 'src/fetchPrice.ts');
    await memory.searchUntil('kind:commit parcels overseas', 'Charge more for parcels overseas');
    await memory.closeList();
  });

  it('shows what is related to a symbol, from the menu of the editor, and opens it', async () => {
    await workbench.openFile('retry.ts');
    await memory.goTo('2:25');
    await workbench.page.keyboard.press('Shift+F10');
    await workbench.page.locator('.monaco-menu .action-menu-item', { hasText: 'Related to This…' }).hover();
    await workbench.page.keyboard.press('Enter');
    await memory.row('fetchStock').waitFor();
    const rows = (await memory.rows.allInnerTexts()).join('\n');
    for (const part of [/callers/, /tests/, /tries again until it works/, /imported by/, /history/]) {
      assert.match(rows, part);
    }
    assert.match(rows, new RegExp(retryMessage));
    await shoot('45-memory-related');
    await memory.row('fetchStock').click();
    await workbench.page.locator('.tabs-container .tab.active[data-resource-name="fetchStock.ts"]').waitFor();
    await until('the cursor is at the caller', async () => (await memory.cursor()).startsWith('Ln 4,'));
  });

  it('draws a graph that can be walked by keys', async () => {
    await workbench.openFile('retry.ts');
    await memory.goTo('2:25');
    await workbench.runCommand('Nightshift: Show in Graph');
    const graph = memory.graph();
    await graph.locator('.node.center', { hasText: 'retryWithBackoff' }).waitFor();
    assert.ok((await graph.locator('.node').count()) >= 7);
    assert.match(
      await graph.locator('body').ariaSnapshot(),
      /application "Graph around retryWithBackoff, \d+ things"[\s\S]*navigation "Things in the graph"[\s\S]*button "symbol fetchPrice"/,
    );
    await shoot('46-memory-graph');
    const status = graph.locator('#status');
    await graph.locator('#drawing').focus();
    await workbench.page.keyboard.press('ArrowUp');
    await status.filter({ hasText: 'called by: symbol fetchPrice' }).waitFor();
    await workbench.page.keyboard.press('Tab');
    await graph.locator('#list button:focus').waitFor();
    await workbench.page.keyboard.press('Tab');
    await status.filter({ hasText: 'called by: symbol fetchPrice' }).waitFor();
    await workbench.page.keyboard.press('Enter');
    await graph.locator('.node.center', { hasText: 'fetchPrice' }).waitFor();
    await workbench.activeTab().filter({ hasText: 'Graph: fetchPrice' }).waitFor();
    await workbench.page.keyboard.press('Escape');
    await graph.locator('.node.center', { hasText: 'retryWithBackoff' }).waitFor();
  });

  it('has words in the graph that can be read in every theme', async () => {
    for (const theme of ['light', 'high-contrast', 'dark'] as const) {
      await useLook(workbench.page, theme);
      const texts = memory.graph().locator('.node text, #status, #keys, #list h2, #list button, #back:enabled');
      await until(`all words are clear in the ${theme} theme`, async () => {
        const contrasts = shownColorsSchema.parse(await texts.evaluateAll(readColors)).map(contrastOf);
        return contrasts.length > 10 && contrasts.every((contrast) => contrast >= 4.5);
      });
      assert.deepEqual(await seriousFindings(memory.graph()), [], `in the ${theme} theme`);
    }
  });

  it('opens from the graph what is under the mark', async () => {
    await memory.graph().locator('#drawing').focus();
    await workbench.page.keyboard.press('ArrowUp');
    await workbench.page.keyboard.press('o');
    await workbench.page.locator('.tabs-container .tab.active[data-resource-name="fetchPrice.ts"]').waitFor();
  });

  it('rests until it is resumed', async () => {
    await memory.viewAction('Pause Indexing');
    await workbench.row(/^Paused\s*until you resume it/).waitFor();
    await shoot('47-memory-paused');
    await memory.viewAction('Resume Indexing');
    await workbench.row(/^Ready/).waitFor();
  });

  it('forgets a file after a question, and nothing without an answer', async () => {
    const forget = async (): Promise<void> => {
      await workbench.runCommand('Nightshift: Forget from Memory…');
      await memory.row('Forget the Open File').click();
      await workbench.dialogButton('Forget').waitFor();
    };
    await workbench.openFile('report.py');
    await forget();
    await workbench.page.locator('.monaco-dialog-box', { hasText: 'Forget tools/report.py?' }).waitFor();
    await shoot('48-memory-forget');
    await workbench.dialogButton('Cancel').click();
    await memory.searchUntil('monthly_report', 'tools/report.py');
    await memory.closeList();
    await forget();
    await workbench.dialogButton('Forget').click();
    await memory.searchUntil('monthly_report kind:code', 'Nothing found');
    await memory.closeList();
  });

  it('remembers a finished task, and leads to it', async () => {
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await memory.input.fill(goal);
    await workbench.page.keyboard.press('Enter');
    await workbench.notification(/Ready for review/).waitFor({ timeout: 120_000 });
    await memory.searchUntil('AssertionError: expected 0, got -1', goal);
    const [best] = await memory.rows.allInnerTexts();
    assert.match(best ?? '', /not decided yet\s+.* in a task that is not decided yet/);
    await shoot('49-memory-episode');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.multiDiffEntry', { hasText: 'counter.js' }).waitFor();
    await workbench.row(/^Solved Before1/).click();
    await workbench.row(/not decided yet · \d{4}-/).waitFor();
    await shoot('50-memory-solved');
  });

  it('is off where the setting says so, and comes back', async () => {
    editor.server.changeSettings({ 'nightshift.memory.enabled': false });
    await workbench.page.getByText('The memory is off').waitFor();
    assert.equal(await workbench.offersCommand('Nightshift: Search Memory…'), false);
    await shoot('51-memory-off');
    await workbench.page.locator('.monaco-button', { hasText: 'Open Setting' }).click();
    await workbench.page.locator('.settings-editor [role="checkbox"][aria-label*="memory.enabled"]').click();
    await workbench.row(/^Ready/).waitFor();
    await memory.searchUntil('retry with backoff', 'retryWithBackoff');
    await memory.closeList();
  });

  it('asked nobody outside this machine, and the pages had no fault', () => {
    assert.deepEqual(editor.outside, []);
    assert.deepEqual(faults, []);
  });
});
