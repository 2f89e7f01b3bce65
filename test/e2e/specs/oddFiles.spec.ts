import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Randomness } from '../../fuzz/randomness.ts';
import { screenshot } from '../harness/browser.ts';
import { inEveryLook } from '../harness/pictures.ts';
import { type ScriptedModel, startScriptedModel } from '../harness/scriptedModel.ts';
import { createRepository, type TestRepository } from '../harness/testRepository.ts';
import { until } from '../harness/until.ts';
import type { Workbench } from '../pages/workbench.ts';
import { keepFailure, type OpenEditor, openEditor } from './editorFixture.ts';

const changed = [1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34];

/** 36 lines with carriage returns and no newline at the end, of which the given ones are changed: replaced, removed or doubled in turn. */
function text(lines: readonly number[]): string {
  const all = Array.from({ length: 36 }, (_, index) => {
    const kind = lines.includes(index) ? changed.indexOf(index) % 3 : -1;
    return [[`agent ${index}`], [], [`line ${index}`, `more ${index}`]][kind] ?? [`line ${index}`];
  });
  return all.flat().join('\r\n');
}

/** Six of the twelve, drawn anew for each `NIGHTSHIFT_SEED`. */
function someChanges(): readonly number[] {
  const seed = Number(process.env['NIGHTSHIFT_SEED'] ?? 7_726_882);
  console.log(`      NIGHTSHIFT_SEED=${seed}`);
  const random = new Randomness(seed);
  const drawn = changed
    .map((_, index) => ({ index, at: random.fraction() }))
    .toSorted((one, other) => one.at - other.at);
  return drawn.slice(0, 6).map(({ index }) => index);
}

/** Hunks without those that stood between them: git looks for one without context where its new lines are said to be. */
function placed(hunks: readonly string[]): readonly string[] {
  let moved = 0;
  return hunks.map((hunk) =>
    hunk.replace(/^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/, (_, from: string, before = '1', after = '1') => {
      const start = Number(from) + moved + (before === '0' ? 1 : 0) - (after === '0' ? 1 : 0);
      moved += Number(after) - Number(before);
      return `@@ -${from},${before} +${start},${after} @@`;
    }),
  );
}

/** What git itself makes of the base with these of the changes. */
function appliedByGit(chosen: readonly number[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-git-'));
  try {
    writeFileSync(join(folder, 'notes.txt'), text([]));
    writeFileSync(join(folder, 'result.txt'), text(changed));
    const words = ['diff', '--no-index', '--unified=0', '--', 'notes.txt', 'result.txt'];
    const whole = spawnSync('git', words, { cwd: folder, encoding: 'utf8' }).stdout;
    const [, ...hunks] = whole.split(/^(?=@@ )/m);
    assert.equal(hunks.length, changed.length);
    const patch = ['--- a/notes.txt\n', '+++ b/notes.txt\n', ...placed(hunks.filter((_, at) => chosen.includes(at)))];
    writeFileSync(join(folder, 'some.patch'), patch.join(''));
    execFileSync('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', 'some.patch'], { cwd: folder });
    return readFileSync(join(folder, 'notes.txt'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const greeting = Array.from({ length: 12 }, (_, index) => `Greeting ${index}\n`).join('');
const moved = greeting.replace('Greeting 5\n', 'A better greeting\n');
const picture = '\0\u0001 a picture \0';
const script = '#!/bin/sh\necho tool\n';
const tool = '#!/bin/sh\necho better tool\n';

const call = (name: string, args: Readonly<Record<string, string>>): unknown => ({ name, arguments: args });
const turns: readonly unknown[] = [
  { calls: [call('read_file', { path: 'notes.txt' }), call('read_file', { path: 'greeting.txt' })] },
  {
    calls: [
      call('write_file', { path: 'notes.txt', content: text(changed) }),
      call('delete_file', { path: 'greeting.txt' }),
      call('write_file', { path: 'texts/welcome.txt', content: moved }),
      call('delete_file', { path: 'old.bin' }),
      call('write_file', { path: 'picture.bin', content: picture }),
      call('delete_file', { path: 'tool' }),
      call('write_file', { path: 'tool', content: tool }),
    ],
  },
  { calls: [call('finish', { summary: 'Everything has another form now.' })] },
];

describe('odd files of a result', () => {
  let editor: OpenEditor;
  let model: ScriptedModel;
  let repository: TestRepository;
  let workbench: Workbench;
  let untouched: string;
  const chosen = someChanges();
  const at = (path: string): string => join(repository.root, path);
  const read = (path: string): string => readFileSync(at(path), 'utf8');
  const mode = (path: string): number => statSync(at(path)).mode & 0o777;
  const write = (path: string, content: string | Uint8Array, permissions: number): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
    chmodSync(at(path), permissions);
  };
  const modes = (): string =>
    ['notes.txt', 'greeting.txt', 'old.bin', 'tool'].map((path) => (existsSync(at(path)) ? mode(path) : 'gone')).join();

  before(async () => {
    model = await startScriptedModel(turns);
    repository = createRepository('no-tests');
    repository.git('config', 'core.autocrlf', 'false');
    write('notes.txt', text([]), 0o644);
    write('greeting.txt', greeting, 0o600);
    write(
      'old.bin',
      Uint8Array.from({ length: 600 }, (_, index) => (index * 7919) % 256),
      0o640,
    );
    write('tool', script, 0o755);
    repository.git('add', '--all');
    repository.git('commit', '--quiet', '--message', 'Odd files');
    untouched = `${repository.fingerprint()} ${modes()}`;
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

  it('say in their rows what they are', async () => {
    await workbench.openTasksView();
    await workbench.runCommand('Nightshift: Delegate to Background Agent');
    await workbench.page.locator('.quick-input-widget:visible .quick-input-box input').fill('Tidy up');
    await workbench.page.keyboard.press('Enter');
    await workbench.row('Unverified').waitFor({ timeout: 120_000 });
    await workbench.row(/welcome\.txt.*\+1 −1 · renamed from greeting\.txt/).waitFor();
    await workbench.row(/greeting\.txt.*renamed to texts\/welcome\.txt/).waitFor();
    await workbench.row(/picture\.bin.*binary/).waitFor();
    await workbench.row(/tool.*no longer executable/).waitFor();
    await workbench.row('greeting.txt').click();
    const { page } = workbench;
    await page.locator('.monaco-diff-editor .line-insert').first().waitFor();
    await page.locator('.monaco-diff-editor .modified .view-line', { hasText: 'A better greeting' }).waitFor();
    await page.locator('.monaco-diff-editor .original .view-line', { hasText: 'Greeting 5' }).waitFor();
    await inEveryLook(page, '49a-renamed');
    assert.equal(`${repository.fingerprint()} ${modes()}`, untouched);
  });

  it('some of twelve changes, accepted by clicks in any order, make the bytes that git makes of the same', async () => {
    const { page } = workbench;
    await workbench.contextMenu(workbench.row('notes.txt'), 'Review Change by Change');
    const marks = page.locator('.monaco-editor:not(.in-diff-editor) .dirty-diff-glyph');
    const peek = page.locator('.peekview-widget');
    for (const [done, change] of chosen.entries()) {
      const accepted = chosen.slice(0, done);
      const open = changed.map((_, index) => index).filter((index) => !accepted.includes(index));
      // A peek at the end scrolls the file, and marks out of sight are not drawn.
      await page.locator('.monaco-editor:not(.in-diff-editor) .view-line').last().click();
      await page.keyboard.press('Control+Home');
      await until('the changes that are left have their marks', async () => (await marks.count()) === open.length);
      const boxes = await marks.evaluateAll((all) => all.map((mark) => mark.getBoundingClientRect().toJSON()));
      const box = boxes.toSorted((one, other) => one.top - other.top)[open.indexOf(change)];
      // The editor takes a click within three pixels of the mark's edge, its border counted.
      await page.mouse.click(box.left + 1, box.top + 8);
      await peek.locator('a[aria-label^="Accept Change"]').click();
      const wanted = appliedByGit([...accepted, change]);
      await until(`change ${change + 1} is in the file`, () => read('notes.txt') === wanted);
      // It goes with its change.
      await peek.waitFor({ state: 'hidden' });
    }
    await screenshot(page, '49b-subset');
    await workbench.rowAction(workbench.row('notes.txt'), 'Reject File');
    await workbench.row(/notes\.txt.*6 of 12 changes accepted/).waitFor();
    assert.equal(read('notes.txt'), appliedByGit(chosen));
  });

  it('are accepted by clicks: a rename with its old name, a deletion, a binary file, a mode', async () => {
    for (const name of ['welcome.txt', 'old.bin', 'picture.bin', 'tool']) {
      await workbench.rowAction(workbench.row(new RegExp(`^\\s*${name}`)), 'Accept File');
      await workbench.row(new RegExp(`^\\s*${name}.*accepted`)).waitFor();
    }
    await workbench.row(/greeting\.txt.*renamed to.*accepted/).waitFor();
    await screenshot(workbench.page, '49c-accepted');
    assert.deepEqual([read('texts/welcome.txt'), read('picture.bin'), read('tool')], [moved, picture, tool]);
    assert.deepEqual(
      ['greeting.txt', 'old.bin'].map((path) => existsSync(at(path))),
      [false, false],
    );
    assert.equal(mode('tool') & 0o111, 0);
    assert.equal(mode('notes.txt'), 0o644);
  });

  it('are byte for byte and mode for mode as before when the accept of all of them is undone by clicks', async () => {
    await workbench.contextMenu(workbench.row('Tidy up'), 'Undo Accept');
    await until('everything is as it was', () => `${repository.fingerprint()} ${modes()}` === untouched);
    await workbench.row('Unverified').waitFor();
    assert.equal(existsSync(at('texts')), false, 'no folder is left');
    assert.deepEqual(editor.outside, []);
  });
});
