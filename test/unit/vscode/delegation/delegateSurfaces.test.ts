import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { commitAttachment, sameAttachment } from '../../../../src/vscode/delegation/attachment.ts';
import type { Command } from '../../../../src/vscode/commands/command.ts';
import { delegateChanges, delegateFile } from '../../../../src/vscode/delegation/delegateFiles.ts';
import { delegateCommit } from '../../../../src/vscode/delegation/delegateCommit.ts';
import { delegateFromEditor, delegateLine } from '../../../../src/vscode/delegation/delegateLine.ts';
import { delegateRequest } from '../../../../src/vscode/tasks/delegateRequest.ts';
import { delegate } from '../../../../src/vscode/tasks/delegate.ts';
import { delegateFailedCommand, delegateTerminalSelection } from '../../../../src/vscode/terminal/delegateTerminal.ts';
import { delegateTest } from '../../../../src/vscode/testing/delegateTest.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { queuedTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';
const counter = `${root}/src/counter.js`;
const uri = (fsPath: string): unknown => ({ scheme: 'file', fsPath });

function editorWithCode(): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.answers = { createTask: ({ goal }) => ok({ task: queuedTask({ goal }) }) };
  editor.files.set(counter, 'one\nfunction add() {\n  return 1;\n}\n// TODO: subtract\nlast');
  editor.files.set(`${root}/docs/counting.md`, '# Counting');
  editor.symbols = [{ kind: 'function', name: 'add', path: counter, startLine: 2, endLine: 4, nameLine: 2 }];
  return editor;
}

/** Presses Enter in the box and answers what the host was asked. */
async function enter(editor: MemoryEditor, command: Command, ...values: readonly unknown[]): Promise<unknown> {
  editor.composing.push({});
  const [argument, ...more] = values;
  await command(editor.context, argument, ...more);
  return editor.host.requests[0]?.params;
}

describe('each surface brings its context, and Enter alone sends it', () => {
  test('a line number: the function whose name stands there, with its code', async () => {
    const editor = editorWithCode();
    expect(await enter(editor, delegateLine, { lineNumber: 2, uri: uri(counter) })).toMatchObject({
      goal: expect.stringMatching(/^Work on the function add in src\/counter\.js, lines 2-4\n/),
      origin: {
        kind: 'selection',
        file: 'src/counter.js',
        startLine: 2,
        endLine: 4,
        text: 'function add() {\n  return 1;\n}',
      },
    });
    expect(editor.boxes[0]?.rows).toEqual([
      'Work on the function add in src/counter.js, lines 2-4',
      'function add',
      'Add a File…',
      'Add a Symbol…',
    ]);
  });

  test('a line number of any other line: that line', async () => {
    expect(await enter(editorWithCode(), delegateLine, { lineNumber: 3, uri: uri(counter) })).toMatchObject({
      origin: { kind: 'command', file: 'src/counter.js', startLine: 3, endLine: 3, text: '  return 1;' },
    });
  });

  test('a line number of a TODO starts at once, without a box', async () => {
    const editor = editorWithCode();
    await delegateLine(editor.context, { lineNumber: 5, uri: uri(counter) });
    expect(editor.host.requests[0]?.params).toMatchObject({ origin: { kind: 'todo', startLine: 5 } });
    expect(editor.boxes).toEqual([]);
  });

  test('a line number within the selection: the selection', async () => {
    const editor = editorWithCode();
    editor.code = { path: counter, startLine: 2, endLine: 4, selection: 'chosen', lines: [], problems: [] };
    expect(await enter(editor, delegateLine, { lineNumber: 3, uri: uri(counter) })).toMatchObject({
      origin: { kind: 'selection', startLine: 2, endLine: 4, text: 'chosen' },
    });
  });

  test('a line number whose line the click itself selected: what stands there, as without it', async () => {
    const editor = editorWithCode();
    editor.code = { path: counter, startLine: 2, endLine: 2, selection: 'function add() {', lines: [], problems: [] };
    expect(await enter(editor, delegateLine, { lineNumber: 2, uri: uri(counter) })).toMatchObject({
      origin: { kind: 'selection', startLine: 2, endLine: 4 },
    });
  });

  test('the cursor within a function: the function', async () => {
    const editor = editorWithCode();
    editor.code = { path: counter, startLine: 3, endLine: 3, selection: '', lines: ['  return 1;'], problems: [] };
    expect(await enter(editor, delegateFromEditor)).toMatchObject({ origin: { startLine: 2, endLine: 4 } });
  });

  test('files and folders of the explorer, all that are selected', async () => {
    const selected = [uri(counter), uri(`${root}/docs`)];
    const editor = editorWithCode();
    expect(await enter(editor, delegateFile, selected[0], selected)).toMatchObject({
      goal: expect.stringMatching(/^Work on src\/counter\.js; docs\n/),
      origin: { kind: 'command', file: 'src/counter.js', text: 'src/counter.js\n\ndocs' },
    });
    expect(editor.boxes[0]?.rows.slice(1, 3)).toEqual(['counter.js', 'docs']);
  });

  test('the folder of the repository itself', async () => {
    expect(await enter(editorWithCode(), delegateFile, uri(root), [])).toMatchObject({
      goal: expect.stringMatching(/^Work on the repository\n/),
      origin: { kind: 'command' },
    });
  });

  test('changed files, one by one or as a group', async () => {
    const states = [{ resourceUri: uri(counter) }, { resourceUri: uri(`${root}/docs/counting.md`) }];
    const params = await enter(editorWithCode(), delegateChanges, ...states);
    expect(params).toMatchObject({
      goal: expect.stringMatching(/^Finish the changes in src\/counter\.js; docs\/counting\.md\n/),
    });
    expect(await enter(editorWithCode(), delegateChanges, { resourceStates: states })).toEqual(params);
  });

  test('a changed file, with what is changed in it', async () => {
    const editor = editorWithCode();
    editor.patches.set(counter, '-one\n+two');
    expect(await enter(editor, delegateChanges, { resourceUri: uri(counter) })).toMatchObject({
      origin: { kind: 'command', file: 'src/counter.js', text: '-one\n+two' },
    });
  });

  test('a commit of the timeline, with what it changed', async () => {
    const editor = editorWithCode();
    const hash = 'ab12cd34'.repeat(5);
    editor.patches.set(hash, '-one\n+two');
    expect(await enter(editor, delegateCommit, { ref: hash, label: 'Count down' }, uri(counter))).toMatchObject({
      goal: expect.stringMatching(/^Finish the commit ab12cd3 “Count down”\n/),
      origin: { kind: 'command', text: '-one\n+two' },
    });
    expect(editor.boxes[0]?.rows[1]).toBe('commit ab12cd3 “Count down”');
    expect(editor.picks).toEqual([]);
  });

  test.each([
    ['the palette', undefined],
    ['the title of a source control', { rootUri: uri(root) }],
  ])('%s: a commit is chosen from the newest ones', async (_name, argument) => {
    const editor = editorWithCode();
    editor.commits = [
      { hash: '1'.repeat(40), subject: 'Count up', author: 'Ann', time: 0 },
      { hash: '2'.repeat(40), subject: 'Count down' },
    ];
    editor.words.push('Count down');
    expect(await enter(editor, delegateCommit, argument)).toMatchObject({
      goal: expect.stringMatching(/^Finish the commit 2222222 “Count down”\n/),
    });
    expect(editor.picks).toEqual([[['', ['Count up', 'Count down']]]]);
  });

  test('two commits are two pieces, and one is none twice', async () => {
    const one = commitAttachment({ hash: '1'.repeat(40), subject: 'a' });
    expect(sameAttachment(one, { ...one })).toBe(true);
    expect(sameAttachment(one, commitAttachment({ hash: '2'.repeat(40), subject: 'a' }))).toBe(false);
  });

  test('what is selected in a terminal, as it was seen', async () => {
    const editor = editorWithCode();
    editor.terminalSelection = '\u001B[31mError: boom\u001B[0m\r\n  at add\r\n';
    expect(await enter(editor, delegateTerminalSelection)).toMatchObject({
      goal: expect.stringMatching(/^Fix what the terminal shows: Error: boom\n/),
      origin: { kind: 'terminal', text: 'Error: boom\n  at add' },
    });
  });

  test('a failed command starts at once, in the folder that it ran in', async () => {
    const editor = editorWithCode();
    editor.failedCommand = { line: 'npm test', exitCode: 1, folder: `${root}/docs`, output: 'boom' };
    await delegateFailedCommand(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toMatchObject({
      goal: expect.stringContaining('npm test\nIt ended with exit code 1 in docs.'),
      origin: { kind: 'terminal', text: '$ npm test\nExit code 1\nboom' },
    });
  });

  test('a failed command of a shell that is elsewhere is about the open folder', async () => {
    const editor = editorWithCode();
    editor.failedCommand = { line: 'npm test', exitCode: 1, folder: '/tmp', output: 'boom' };
    await delegateFailedCommand(editor.context, undefined);
    expect(editor.host.requests).toHaveLength(1);
    expect(editor.notes).toEqual([]);
  });

  test('the command without any: what is selected goes along', async () => {
    const editor = editorWithCode();
    editor.code = { path: counter, startLine: 2, endLine: 4, selection: 'chosen', lines: [], problems: [] };
    editor.words.push('Make it fast');
    await delegate(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toMatchObject({
      goal: 'Make it fast\nThis is about src/counter.js, lines 2-4.',
      origin: { kind: 'selection', text: 'chosen' },
    });
  });

  test.each([
    ['a terminal without a selection', delegateTerminalSelection],
    ['a terminal without a failed command', delegateFailedCommand],
    ['a menu that names no file', delegateFile],
    ['a source control without files', delegateChanges],
    ['a repository without commits', delegateCommit],
  ])('%s starts nothing and says so in the status bar', async (_name, command) => {
    const editor = editorWithCode();
    await command(editor.context, undefined);
    expect([editor.host.requests, editor.boxes, editor.notes]).toEqual([[], [], []]);
    expect(editor.mentions).toHaveLength(1);
  });

  test.each([delegateFile, delegateLine, delegateCommit, delegateFailedCommand])(
    'in Restricted Mode nothing is asked',
    async (command) => {
      const editor = editorWithCode();
      editor.trusted = false;
      editor.failedCommand = { line: 'npm test', exitCode: 1, output: '' };
      await command(editor.context, { ...(uri(counter) as object), lineNumber: 2, uri: uri(counter) });
      expect([editor.host.requests, editor.boxes]).toEqual([[], []]);
      expect(editor.notes[0]?.buttons).toEqual(['Manage Workspace Trust']);
    },
  );
});

describe('a click that says all of a task', () => {
  const problem = {
    kind: 'diagnostic',
    path: counter,
    startLine: 2,
    endLine: 2,
    text: 'add returns 1',
    reporter: 'ts',
  };

  test('starts it without a box', async () => {
    const editor = editorWithCode();
    await delegateRequest(editor.context, problem);
    expect(editor.boxes).toEqual([]);
    expect(editor.host.requests).toHaveLength(1);
  });

  test('is shown first where the person set so, and Enter alone sends the same', async () => {
    const [plain, shown] = [editorWithCode(), editorWithCode()];
    await delegateRequest(plain.context, problem);
    shown.showContext = true;
    expect(await enter(shown, delegateRequest, problem)).toEqual(plain.host.requests[0]?.params);
    expect(shown.boxes[0]?.rows.slice(0, 2)).toEqual(['Fix: add returns 1', 'counter.js']);
  });

  test.each([
    ['a test', delegateTest, { id: 'adds', label: 'adds', uri: uri(counter) }],
    ['a failed command', delegateFailedCommand, undefined],
  ])('%s is shown first, too', async (_name, command, argument) => {
    const [plain, shown] = [editorWithCode(), editorWithCode()];
    for (const editor of [plain, shown]) {
      editor.failedCommand = { line: 'npm test', exitCode: 1, output: 'boom' };
    }
    await command(plain.context, argument);
    shown.showContext = true;
    expect(await enter(shown, command, argument)).toEqual(plain.host.requests[0]?.params);
    expect(shown.boxes).toHaveLength(1);
  });

  test('its context can be taken away, and words take the place of what was ready', async () => {
    const editor = editorWithCode();
    editor.showContext = true;
    editor.composing.push({ press: 'counter.js', button: 'remove' }, {});
    await delegateRequest(editor.context, problem);
    expect(editor.host.requests[0]?.params).toMatchObject({
      goal: expect.stringMatching(/^Fix: add returns 1\n/),
      origin: { kind: 'command' },
    });
    editor.composing.push({ text: 'Return 2' });
    await delegateRequest(editor.context, problem);
    expect(editor.host.requests[1]?.params).toMatchObject({
      goal: 'Return 2\nThis is about src/counter.js, line 2.',
      origin: { kind: 'diagnostic', text: 'add returns 1' },
    });
  });
});

describe('the box', () => {
  test('shows what goes along: a place in its file, other words by themselves', async () => {
    const editor = editorWithCode();
    const hash = '1'.repeat(40);
    editor.patches.set(hash, '+two');
    editor.composing.push({ press: 'commit 1111111 “a”', button: 'show' }, { text: '@counter', press: 'counter.js' });
    editor.composing.push({ text: '', press: 'counter.js', button: 'show' }, {});
    await delegateCommit(editor.context, { ref: hash, label: 'a' }, uri(counter));
    await settled();
    expect(editor.texts).toEqual([['commit 1111111 “a”.diff', '+two']]);
    expect(editor.places).toContainEqual({ how: 'preview', place: { path: counter } });
    expect(editor.host.requests[0]?.params).toMatchObject({ origin: { file: 'src/counter.js' } });
  });

  test('context can be taken away before it is sent', async () => {
    const editor = editorWithCode();
    editor.composing.push({ text: 'Tidy up', press: 'counter.js' }, {});
    await delegateFile(editor.context, uri(counter));
    expect(editor.boxes[1]?.rows).toEqual(['Tidy up', 'Add a File…', 'Add a Symbol…']);
    expect(editor.host.requests[0]?.params).toMatchObject({ goal: 'Tidy up', origin: { kind: 'command' } });
  });

  test('the row that the cursor goes to is shown, too', async () => {
    const editor = editorWithCode();
    editor.composing.push({ press: 'counter.js' });
    await delegateFile(editor.context, uri(counter));
    await settled();
    expect(editor.places).toEqual([{ how: 'preview', place: { path: counter } }, { how: 'restore' }]);
  });

  test('@ attaches a file and # a symbol, and the sentence reads on', async () => {
    const editor = editorWithCode();
    editor.composing.push(
      { text: 'Explain #ad', press: 'function add' },
      { text: 'Explain add in @coun', press: 'counting.md' },
      {},
    );
    await delegate(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toMatchObject({
      goal: 'Explain add in docs/counting.md\nThis is about the function add in src/counter.js, lines 2-4; docs/counting.md.',
      origin: { kind: 'selection', file: 'src/counter.js', startLine: 2, endLine: 4 },
    });
    expect(editor.boxes.at(-1)?.rows.slice(1, 3)).toEqual(['function add', 'counting.md']);
  });

  test('Enter takes what was found for a mention, and does not send it', async () => {
    const editor = editorWithCode();
    editor.composing.push({ text: 'Explain #ad' }, {});
    await delegate(editor.context, undefined);
    expect(editor.boxes[0]?.rows).toEqual(['function add', 'Delegate without it']);
    expect(editor.host.requests[0]?.params).toMatchObject({ goal: expect.stringMatching(/^Explain add\n/) });
  });

  test('what was found is not always what is meant', async () => {
    const editor = editorWithCode();
    editor.composing.push({ text: 'Use @counter', press: 'Delegate without it' });
    await delegate(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toMatchObject({ goal: 'Use @counter', origin: { kind: 'command' } });
  });

  test('the rows Add a File and Add a Symbol begin a mention', async () => {
    const editor = editorWithCode();
    editor.composing.push({ text: 'See', press: 'Add a File…' }, { press: 'counter.js' });
    await delegate(editor.context, undefined);
    expect(editor.boxes[1]).toMatchObject({
      text: 'See @',
      rows: expect.arrayContaining(['counter.js', 'counting.md']),
    });
  });

  test('the same file is attached once', async () => {
    const editor = editorWithCode();
    editor.composing.push({ text: '@counter', press: 'counter.js' }, { text: '@counter', press: 'counter.js' }, {});
    await delegate(editor.context, undefined);
    expect(editor.boxes.at(-1)).toMatchObject({
      text: '',
      rows: [expect.stringContaining('Work on'), 'counter.js', 'Add a File…', 'Add a Symbol…'],
    });
  });

  test('an empty box cannot be sent', async () => {
    const editor = editorWithCode();
    editor.composing.push({}, {});
    await delegate(editor.context, undefined);
    expect(editor.boxes[1]?.rows[0]).toBe('Type what the agent should do');
    expect(editor.host.requests).toEqual([]);
  });

  test('words that only look like a mention can be sent', async () => {
    const editor = editorWithCode();
    editor.words.push('Use the decorator @nothing-like-it');
    await delegate(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toMatchObject({ goal: 'Use the decorator @nothing-like-it' });
  });

  test('files of another repository do not go along', async () => {
    const editor = editorWithCode();
    editor.folders = [root, '/other'];
    await enter(editor, delegateFile, uri(counter), [uri(counter), uri('/other/x.js')]);
    expect(editor.boxes[0]?.rows.slice(1, 2)).toEqual(['counter.js']);
    expect(editor.host.requests[0]?.params).toMatchObject({ origin: { file: 'src/counter.js' } });
  });
});
