import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { stopAgentHost } from '../harness/agentHost.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { until } from '../harness/until.ts';
import { projectRoot } from '../../../scripts/provision/projectPaths.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const readyMilliseconds = 120_000;
const recording = JSON.parse(readFileSync(join(projectRoot, 'media', 'demo', 'replay.json'), 'utf8')) as {
  readonly turns: readonly { readonly text?: string; readonly calls?: unknown }[];
};

/** A person who just installed the extension, and does nothing but click. */
describe('the first minutes', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let workbench: Workbench;
  const sample = (): string =>
    join(editor.server.folder, 'profile', 'User', 'globalStorage', 'nightshift-dev.nightshift', 'nightshift-sample');
  const step = (title: string): Locator =>
    workbench.page.locator('.getting-started-step', { hasText: title }).filter({ visible: true }).first();
  const isDone = (title: string): Locator => step(title).locator('.codicon-getting-started-step-checked');
  const button = (name: string): Locator =>
    workbench.page.locator('.gettingStartedContainer').getByRole('button', { name, exact: true }).first();

  const delegate = (): Locator => workbench.page.getByRole('button', { name: 'Delegate the Failing Test' });

  before(async () => {
    model = await startScriptedModel(recording.turns.map(({ text, calls }) => ({ text, calls })));
    editor = await openEditor({ model });
    workbench = editor.workbench;
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    if (editor !== undefined && existsSync(sample())) await stopAgentHost(sample(), editor.server.home);
    await editor?.stop();
    await model?.stop();
  });

  it('the empty view leads to the walkthrough, whose steps know what is there', async () => {
    await workbench.openTasksView();
    await workbench.page.getByRole('button', { name: 'Open Folder' }).first().waitFor();
    // What is known before the editor reads the walkthrough counts too.
    await until('a look at the machine', () => editor.server.extensionLog().includes('engine ready, model ready'), 60);
    await workbench.page.locator('.pane-body').getByText('get started', { exact: true }).click();
    await isDone('A container engine').waitFor({ timeout: 60_000 });
    await isDone('A model').waitFor({ timeout: 60_000 });
    assert.equal(await isDone('A kernel of its own').count(), 0, 'no box has run yet');
    for (const [name, title] of [
      ['engine', 'A container engine'],
      ['runtime', 'A kernel of its own'],
      ['model', 'A model'],
      ['review', 'Review the patch'],
      ['memory', 'A memory'],
      ['sample', 'A first task'],
    ] as const) {
      await step(title).click();
      await step(title).and(workbench.page.locator('.expanded')).waitFor();
      await (name === 'engine' || name === 'sample' ? inEveryLook : screenshot)(
        workbench.page,
        `100-walkthrough-${name}`,
      );
    }
  });

  it('models are listed before any folder is open', async () => {
    await step('A model').click();
    await button('Select Model…').click();
    const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: model.name });
    await row.first().waitFor({ timeout: 60_000 });
    await inEveryLook(workbench.page, '100-models-without-folder');
    await workbench.page.keyboard.press('Escape');
    await step('A first task').click();
  });

  it('a click makes the sample and opens it, with its failing test', async () => {
    await button('Try on a Sample…').click();
    const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Open in This Window' });
    await row.waitFor();
    await inEveryLook(workbench.page, '101-try-sample');
    await row.click();
    await workbench.page
      .locator('.tabs-container .tab[data-resource-name="worklog.test.js"]')
      .waitFor({ timeout: 90_000 });
    await delegate().waitFor({ timeout: 60_000 });
    await inEveryLook(workbench.page, '102-sample');
  });

  it('another one has an agent fix it', async () => {
    await delegate().click();
    await workbench.row('Fix the failing test').waitFor({ timeout: 60_000 });
    await workbench.notification(/Ready for review.*tests green/).waitFor({ timeout: readyMilliseconds });
    assert.match(readFileSync(join(sample(), 'src', 'interval.js'), 'utf8'), /last\.end = interval\.end;/);
    await screenshot(workbench.page, '103-sample-ready');
  });

  it('the reviewed patch is accepted, and the tests of the sample pass', async () => {
    await workbench
      .notification(/Ready for review/)
      .locator('.monaco-button', { hasText: 'Review' })
      .click();
    await workbench.page.locator('.multiDiffEntry', { hasText: 'interval.js' }).waitFor();
    await workbench.rowAction(workbench.row('Fix the failing test'), 'Accept All');
    await workbench.row(/accepted/).waitFor();
    execFileSync(process.execPath, ['--test'], { cwd: sample(), stdio: 'ignore' });
  });

  it('a profile shows what it changes, sets it, and is undone', async () => {
    const machine = (): string =>
      readFileSync(join(editor.server.folder, 'profile', 'Machine', 'settings.json'), 'utf8');
    await workbench.runCommand('Nightshift: Apply Profile…');
    const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Strong Machine' });
    await row.waitFor({ timeout: 60_000 });
    await inEveryLook(workbench.page, '105-profiles');
    await row.click();
    await workbench.dialogButton('Apply').waitFor();
    await screenshot(workbench.page, '106-profile-changes');
    await workbench.dialogButton('Apply').click();
    const note = workbench.notification('The profile Strong Machine is applied');
    await note.waitFor();
    assert.match(machine(), /"nightshift\.contextTokens": ?32768/);
    await note.locator('.monaco-button', { hasText: 'Undo' }).click();
    await until('the settings are as before', () => !machine().includes('nightshift.contextTokens'));
  });

  it('rules of another agent come into AGENTS.md, which stays unsaved', async () => {
    mkdirSync(join(sample(), '.clinerules'));
    writeFileSync(join(sample(), '.clinerules', 'style.md'), '# Style\n\nShort functions.\n');
    await workbench.runCommand('Nightshift: Import Rules…');
    const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: '.clinerules/style.md' });
    await row.waitFor({ timeout: 60_000 });
    await inEveryLook(workbench.page, '107-import-rules');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.locator('.tabs-container .tab.active.dirty[data-resource-name="AGENTS.md"]').waitFor();
    await workbench.page.locator('.monaco-editor .view-line', { hasText: 'Cline: .clinerules/style.md' }).waitFor();
    await screenshot(workbench.page, '108-imported');
    assert.equal(existsSync(join(sample(), 'AGENTS.md')), false);
  });

  it('the walkthrough saw it all', async () => {
    await workbench.runCommand('Nightshift: Get Started');
    for (const title of ['A container engine', 'A model', 'A first task', 'Review the patch']) {
      await until(`the step "${title}" is done`, async () => (await isDone(title).count()) > 0);
    }
    await screenshot(workbench.page, '104-walkthrough-done');
    assert.deepEqual(editor.outside, []);
  });
});
