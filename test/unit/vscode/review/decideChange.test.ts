import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { acceptChange, rejectChange } from '../../../../src/vscode/review/decideChange.ts';
import { rejectFile, restoreFile } from '../../../../src/vscode/review/rejectFile.ts';
import { sideAddress } from '../../../../src/vscode/review/sideAddress.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { readyTask, sampleHash } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';
const task = readyTask().id;
const address = sideAddress({ root, task, path: 'src/sum.js', side: 'offered', hash: sampleHash });
const hunk = (baseStart: number) => ({ baseStart, baseCount: 1, resultStart: baseStart, resultCount: 1 });

function editorWithHunks(): MemoryEditor {
  const editor = new MemoryEditor();
  const view = readyTask();
  editor.host.put(view);
  const decided = new Map<number, 'accepted' | 'rejected'>();
  editor.host.answers = {
    hunks: () =>
      ok({ hunks: [2, 6, 10].map((line, index) => ({ ...hunk(line), status: decided.get(index + 1) ?? 'open' })) }),
    applyTask: ({ files = [] }) => {
      files.flatMap(({ hunks = [] }) => hunks).forEach((number) => decided.set(number, 'accepted'));
      return ok({ task: view, applied: ['src/sum.js'], conflicts: [], remaining: [] });
    },
    rejectChanges: ({ file }) => {
      file.hunks?.forEach((number) => decided.set(number, 'rejected'));
      return ok({ task: view });
    },
  };
  return editor;
}

function asked(editor: MemoryEditor): unknown[] {
  return editor.host.requests.filter(({ method }) => method !== 'hunks').map(({ params }) => params);
}

describe('deciding on one change', () => {
  test('accepts the one under the cursor and goes on to the next that is left', async () => {
    const editor = editorWithHunks();
    editor.cursor = { address, range: { start: 7, end: 7 } };
    await acceptChange(editor.context, undefined);
    expect(asked(editor)).toEqual([{ task, files: [{ path: 'src/sum.js', hunks: [2] }] }]);
    expect(editor.moves).toEqual([[address, 11]]);
  });

  test('takes the one whose mark was clicked, and leaves the cursor alone', async () => {
    const editor = editorWithHunks();
    const changes = [{ modifiedStartLineNumber: 3, modifiedEndLineNumber: 3 }];
    await rejectChange(editor.context, { toString: () => address }, changes, 0);
    expect(asked(editor)).toEqual([{ task, file: { path: 'src/sum.js', hunks: [1] }, restore: false }]);
    expect(editor.moves).toEqual([]);
  });

  test('takes all that a selection touches', async () => {
    const editor = editorWithHunks();
    editor.cursor = { address, range: { start: 1, end: 8 } };
    await rejectChange(editor.context, undefined);
    expect(asked(editor)).toEqual([{ task, file: { path: 'src/sum.js', hunks: [1, 2] }, restore: false }]);
  });

  test('says so where no change is, and asks for nothing', async () => {
    const editor = editorWithHunks();
    editor.cursor = { address, range: { start: 5, end: 5 } };
    await acceptChange(editor.context, undefined);
    editor.cursor = undefined;
    await acceptChange(editor.context, undefined);
    expect(asked(editor)).toEqual([]);
    expect(editor.mentions).toEqual([
      'No change is here.',
      'Put the cursor into a change of a result that waits for you.',
    ]);
  });

  test('asks first where the file is protected', async () => {
    const editor = editorWithHunks();
    const guarded = sideAddress({ root, task, path: 'package.json', side: 'offered', hash: sampleHash });
    editor.cursor = { address: guarded, range: { start: 3, end: 3 } };
    await acceptChange(editor.context, undefined);
    expect(editor.confirmations).toEqual(['Accept a change of the protected file package.json?']);
    expect(asked(editor)).toEqual([]);
  });
});

describe('rejecting a file', () => {
  test('and offering it again are told to the host', async () => {
    const editor = editorWithHunks();
    const row = { root, task, file: 'src/sum.js' };
    await rejectFile(editor.context, row);
    await restoreFile(editor.context, row);
    expect(asked(editor)).toEqual([
      { task, file: { path: 'src/sum.js' }, restore: false },
      { task, file: { path: 'src/sum.js' }, restore: true },
    ]);
  });

  test('of a task that waits for nobody is not asked for', async () => {
    const editor = editorWithHunks();
    editor.host.put({ ...readyTask(), state: 'discarded' });
    await rejectFile(editor.context, { root, task, file: 'src/sum.js' });
    expect(asked(editor)).toEqual([]);
    expect(editor.mentions).toEqual(['This file is in no result that waits for you.']);
  });
});
