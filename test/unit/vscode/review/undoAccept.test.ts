import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { HostResult } from '../../../../src/protocol/host.ts';
import type { TaskView } from '../../../../src/protocol/taskView.ts';
import { undoAccept } from '../../../../src/vscode/review/undoAccept.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { readyTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';

/** A task of which every file was accepted. */
function appliedTask(): TaskView {
  const { changeset, ...task } = readyTask();
  const files = (changeset?.files ?? []).map((file) => ({ ...file, applied: true }));
  return { ...task, state: 'applied', changeset: { hash: changeset?.hash ?? '', files } };
}

function editorWithAccepted(answer: Partial<HostResult<'undoAccept'>> = {}, task = appliedTask()): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.put(task);
  editor.host.answers = {
    undoAccept: () => ok({ task: readyTask(), undone: ['src/sum.js'], conflicts: [], ...answer }),
  };
  return editor;
}

const row = { root, task: appliedTask().id };

describe('undo accept', () => {
  test('on a task asks the host for all of it, on a file for that file', async () => {
    const editor = editorWithAccepted();
    await undoAccept(editor.context, row);
    await undoAccept(editor.context, { ...row, file: 'src/sum.js' });
    expect(editor.host.requests).toEqual([
      { method: 'undoAccept', params: { task: row.task } },
      { method: 'undoAccept', params: { task: row.task, paths: ['src/sum.js'] } },
    ]);
    expect(editor.notes).toEqual([]);
  });

  test('from the palette takes the only task with something accepted', async () => {
    const editor = editorWithAccepted();
    await undoAccept(editor.context, undefined);
    expect(editor.host.requests).toHaveLength(1);
  });

  test('names the files that were left as they are', async () => {
    const message =
      'src/sum.js was changed since in the same place. Take the change back by hand; it was left as it is.';
    const conflicts = [{ path: 'src/sum.js', reason: 'changed-meanwhile', message }];
    const editor = editorWithAccepted({ undone: [], conflicts });
    await undoAccept(editor.context, row);
    expect(editor.notes[0]?.message).toBe(`Not undone: ${message} Nothing was changed.`);
  });

  test('asks nothing of the host where nothing was accepted', async () => {
    const editor = editorWithAccepted({}, readyTask());
    await undoAccept(editor.context, row);
    expect(editor.host.requests).toEqual([]);
  });
});
