import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import { delegate } from '../../../../src/vscode/tasks/delegate.ts';
import { delegateFromEditor } from '../../../../src/vscode/delegation/delegateLine.ts';
import { delegateRequest } from '../../../../src/vscode/tasks/delegateRequest.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { queuedTask } from '../../../fakes/sampleTasks.ts';

const request = {
  kind: 'todo',
  path: '/home/me/app/src/counter.js',
  startLine: 4,
  endLine: 4,
  text: 'TODO: count down',
} as const;

function editorThatCreates(): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.answers = { createTask: ({ goal }) => ok({ task: queuedTask({ goal }) }) };
  return editor;
}

describe('one click on the light bulb', () => {
  test('creates a task with goal, origin and the person’s settings, and shows nothing', async () => {
    const editor = editorThatCreates();
    expect(await delegateRequest(editor.context, request)).toBe(queuedTask().id);
    expect(editor.host.requests).toEqual([
      {
        method: 'createTask',
        params: {
          goal: 'TODO: count down\nThis comment is in src/counter.js, line 4: do what it asks, and remove the comment when it is done.',
          origin: { kind: 'todo', file: 'src/counter.js', startLine: 4, endLine: 4, text: 'TODO: count down' },
          model: 'auto',
          settings: { limits: { steps: 7 } },
        },
      },
    ]);
    expect([editor.notes, editor.shown, editor.ran, editor.confirmations]).toEqual([[], [], [], []]);
    expect(editor.mentions).toHaveLength(1);
  });

  test('a second click while an agent is at it starts nothing', async () => {
    const editor = editorThatCreates();
    await delegateRequest(editor.context, request);
    const { goal } = (editor.host.requests[0]?.params ?? {}) as { goal: string };
    editor.host.put(queuedTask({ goal, state: 'working' }));
    expect(await delegateRequest(editor.context, request)).toBeUndefined();
    expect(editor.host.requests).toHaveLength(1);
    expect(editor.notes[0]?.message).toContain('at this already');
  });

  test('arguments from elsewhere that are no request are ignored', async () => {
    const editor = editorThatCreates();
    expect(await delegateRequest(editor.context, { goal: 'rm' })).toBeUndefined();
    expect(editor.host.requests).toEqual([]);
  });
});

describe('what is missing is said with the way out', () => {
  test('no folder', async () => {
    const editor = editorThatCreates();
    editor.folders = [];
    editor.buttons.push('Open Folder');
    await delegate(editor.context, undefined);
    await settled();
    expect(editor.notes[0]).toMatchObject({ kind: 'warning', buttons: ['Open Folder'] });
    expect(editor.ran).toEqual([['vscode.openFolder']]);
  });

  test('Restricted Mode: no task runs', async () => {
    const editor = editorThatCreates();
    editor.trusted = false;
    await delegateRequest(editor.context, request);
    await delegate(editor.context, undefined);
    expect(editor.host.requests).toEqual([]);
    expect(editor.notes.map(({ buttons }) => buttons)).toEqual([
      ['Manage Workspace Trust'],
      ['Manage Workspace Trust'],
    ]);
  });

  test('no git repository', async () => {
    const editor = editorThatCreates();
    editor.repositories = [];
    await delegate(editor.context, undefined);
    expect(editor.notes[0]).toMatchObject({ buttons: ['Initialize Repository'] });
  });

  test('a file of no open folder', async () => {
    const editor = editorThatCreates();
    await delegateRequest(editor.context, { ...request, path: '/home/me/application/a.js' });
    expect(editor.notes[0]?.message).toContain('in no folder of this window');
  });

  test.each([
    ['engine-unavailable', 'Get Docker'],
    ['unreachable', 'Get Ollama'],
    ['model-missing', 'Select Model'],
    ['git-missing', 'Get Git'],
  ])('the host’s failure %s has the button %s', async (reason, button) => {
    const editor = new MemoryEditor();
    editor.host.answers = { createTask: () => fail(failure(reason, 'One line with the way out.')) };
    await delegateRequest(editor.context, request);
    expect(editor.notes).toMatchObject([{ kind: 'error', message: 'One line with the way out.' }]);
    expect(editor.notes[0]?.buttons).toContain(button);
  });
});

describe('with words of the person', () => {
  test('the command asks for the goal and takes it as it is', async () => {
    const editor = editorThatCreates();
    editor.words.push('  Fix the failing test ');
    await delegate(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toMatchObject({
      goal: 'Fix the failing test',
      origin: { kind: 'command' },
    });
  });

  test('turning away starts nothing and says nothing', async () => {
    const editor = editorThatCreates();
    await delegate(editor.context, undefined);
    editor.words.push('   ');
    await delegate(editor.context, undefined);
    expect([editor.host.requests, editor.notes]).toEqual([[], []]);
  });

  test('with several folders the active file’s repository is taken without a question', async () => {
    const editor = editorThatCreates();
    editor.folders = ['/work/other', '/home/me/app'];
    editor.repositories = ['/work/other', '/home/me/app'];
    editor.code = { path: '/home/me/app/a.js', startLine: 1, endLine: 1, selection: '', lines: [''], problems: [] };
    editor.words.push('Do it');
    await delegate(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toMatchObject({ goal: 'Do it' });
  });

  test('with several folders and no file the person chooses the folder', async () => {
    const editor = editorThatCreates();
    editor.folders = ['/work/other', '/home/me/app'];
    editor.repositories = ['/work/other', '/home/me/app'];
    editor.words.push('app', 'Do it');
    await delegate(editor.context, undefined);
    expect(editor.host.requests).toHaveLength(1);
  });

  test('the context menu asks what to do with a selection and sends its text along', async () => {
    const editor = editorThatCreates();
    editor.code = {
      path: '/home/me/app/a.js',
      startLine: 2,
      endLine: 3,
      selection: 'a\nb',
      lines: ['a', 'b'],
      problems: [],
    };
    editor.words.push('Make it faster');
    await delegateFromEditor(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toMatchObject({
      goal: 'Make it faster\nThis is about a.js, lines 2-3.',
      origin: { kind: 'selection', text: 'a\nb' },
    });
  });

  test('the context menu on a TODO comment needs no words', async () => {
    const editor = editorThatCreates();
    const lines = ['// TODO: never below zero'];
    editor.code = { path: '/home/me/app/a.js', startLine: 2, endLine: 2, selection: '', lines, problems: [] };
    await delegateFromEditor(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toMatchObject({ origin: { kind: 'todo', startLine: 2 } });
  });
});
