import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const mended = '    this.#value = Math.max(0, this.#value - step);';
const explained = `    // It counts things, of which there are never less than none.\n${mended}`;

const first: readonly FakeTurn[] = [
  {
    calls: [
      {
        name: 'edit_file',
        arguments: {
          path: 'src/counter.js',
          oldText: '    this.#value = this.#value - step;',
          newText: mended,
        },
      },
    ],
  },
  { calls: [{ name: 'finish', arguments: { summary: 'down() stops at zero.' } }] },
];
const second: readonly FakeTurn[] = [
  {
    delayMs: 2_000,
    calls: [{ name: 'edit_file', arguments: { path: 'src/counter.js', oldText: mended, newText: explained } }],
  },
  { calls: [{ name: 'answer_comment', arguments: { comment: 1, answer: 'I wrote the reason above the line.' } }] },
  { calls: [{ name: 'finish', arguments: { summary: 'down() says why it stops at zero.' } }] },
];

describe('a review of a result', () => {
  let editor: OpenEditor;
  let model: FakeOllama;
  let repository: TestRepository;
  let workbench: Workbench;
  const modified = (): Locator => workbench.page.locator('.monaco-diff-editor .editor.modified');
  const thread = (): Locator => workbench.page.locator('.review-widget').first();

  before(async () => {
    model = await startFakeOllama({
      models: [{ name: 'scripted:latest' }],
      script: ({ messages }) => {
        const said = messages.filter(({ role }) => role === 'assistant').length;
        const turns = JSON.stringify(messages).includes('Comment 1: ') ? second : first;
        return turns[said] ?? { calls: [{ name: 'finish', arguments: { summary: 'Done.' } }] };
      },
    });
    repository = createRepository('node-counter');
    editor = await openEditor({
      folder: repository.root,
      model: { url: model.url, name: 'scripted:latest', stop: async () => '' },
    });
    workbench = editor.workbench;
  });
  afterEach(async function () {
    await keepFailure(this.currentTest, editor);
  });
  after(async () => {
    await editor?.stop();
    repository?.remove();
    await model?.close();
    assert.deepEqual(model?.violations, [], 'what the product did wrong on the wire');
  });

  it('begins at a line of the diff, and waits until it is sent', async () => {
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await workbench.page.locator('.quick-input-widget:visible .quick-input-box input').fill('Stop at zero');
    await workbench.page.keyboard.press('Enter');
    await workbench.row('counter.js').waitFor({ timeout: 120_000 });
    await workbench.row(/Tests? green|green|pass/i).waitFor({ timeout: 120_000 });
    await workbench.row('counter.js').click();
    const line = modified().locator('.view-line', { hasText: 'Math.max' }).first();
    await line.click();
    await workbench.runCommand('Comments: Add Comment on Current Selection');
    await thread().waitFor();
    await workbench.page.keyboard.type('Why at zero? Say so in the code.');
    await screenshot(workbench.page, '50-comment-written');
    await thread().locator('.monaco-button', { hasText: 'Add to Review' }).click();
    await thread().locator('.comment-body', { hasText: 'Why at zero?' }).waitFor();
    await thread().locator('.review-title', { hasText: 'Not sent yet' }).waitFor();
    await screenshot(workbench.page, '51-comment-kept');
  });

  it('is there again after the window was reloaded', async () => {
    await workbench.reload();
    await workbench.row('counter.js').click();
    await thread().locator('.comment-body', { hasText: 'Why at zero?' }).waitFor();
  });

  it('goes to the agent, which changes the result and answers', async () => {
    await thread().locator('a[aria-label^="Send Review"]').first().click();
    await screenshot(workbench.page, '52-review-sent');
    await workbench.row(/tests green.*\+2 −1/).waitFor({ timeout: 120_000 });
    await workbench.row('counter.js').click();
    await modified().locator('.view-line', { hasText: 'never less than none' }).first().waitFor();
    await thread().locator('.comment-body', { hasText: 'I wrote the reason above the line.' }).waitFor();
    await inEveryLook(workbench.page, '53-answered');
  });

  it('is resolved by a click', async () => {
    await thread().locator('a[aria-label^="Resolve Comment"]').first().click();
    await thread().waitFor({ state: 'detached' });
    await modified().locator('.comment-range-glyph.comment-thread').first().click();
    await thread().locator('.review-title', { hasText: 'Resolved' }).waitFor();
    await screenshot(workbench.page, '54-resolved');
    assert.deepEqual(editor.outside, []);
  });
});
