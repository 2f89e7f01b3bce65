import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import { takeOver } from '../../../../src/vscode/tasks/takeOver.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { readyTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';
const task = readyTask({ goal: 'Fix the sum', state: 'working' });
const row = { root, task: task.id };
const taken = { directory: '/home/me/app-fix-the-sum', branch: 'nightshift/fix-the-sum', files: 2, left: [] };

function editorWith(...words: readonly string[]): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.put(task);
  editor.host.answers = { takeOver: () => ok({ task, ...taken }) };
  editor.words.push(...words);
  return editor;
}

describe('taking over', () => {
  test.each([
    ['', {}],
    ['../mine', { directory: '/home/me/mine' }],
  ])('with the folder %j asks the host with %j, and tells where it is', async (folder, wish) => {
    const editor = editorWith(folder);
    expect(await takeOver(editor.context, row)).toBe(taken.directory);
    expect(editor.host.requests).toEqual([{ method: 'takeOver', params: { task: task.id, ...wish } }]);
    expect(editor.notes).toEqual([
      {
        kind: 'information',
        message: `Taken over: 2 changed files in ${taken.directory}, on the branch ${taken.branch}.`,
        buttons: ['Open in New Window'],
      },
    ]);
  });

  test('does nothing for a person who turns away', async () => {
    const editor = editorWith();
    expect(await takeOver(editor.context, row)).toBeUndefined();
    expect(editor.host.requests).toEqual([]);
  });

  test.each([
    ['Leave Them Out', 'leave'],
    ['Take Them Too', 'write'],
  ])('asks about protected files, and "%s" is %s', async (label, decided) => {
    const editor = editorWith('', label);
    let asked = 0;
    editor.host.answers = {
      takeOver: () =>
        (asked += 1) === 1
          ? fail(failure('protected-files', 'Protected: .vscode/tasks.json.'))
          : ok({ task, ...taken, left: decided === 'leave' ? ['.vscode/tasks.json'] : [] }),
    };
    await takeOver(editor.context, row);
    expect(editor.host.requests.map(({ params }) => params)).toEqual([
      { task: task.id },
      { task: task.id, protected: decided },
    ]);
    expect(editor.notes.map(({ message }) => message.includes('Left out: .vscode/tasks.json.'))).toEqual([
      decided === 'leave',
    ]);
  });

  test('says why it could not be', async () => {
    const editor = editorWith('');
    editor.host.answers = {
      takeOver: () => fail(failure('nothing-to-take-over', 'The agent has changed nothing yet.')),
    };
    expect(await takeOver(editor.context, row)).toBeUndefined();
    expect(editor.notes.map(({ kind, message }) => [kind, message])).toEqual([
      ['error', 'The agent has changed nothing yet.'],
    ]);
  });
});
