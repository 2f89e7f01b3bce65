import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { HostResult } from '../../../../src/protocol/host.ts';
import { acceptFile } from '../../../../src/vscode/review/acceptFile.ts';
import { acceptTask } from '../../../../src/vscode/review/acceptTask.ts';
import { openFileDiff, reviewTask } from '../../../../src/vscode/review/reviewTask.ts';
import { reviewTitle } from '../../../../src/vscode/review/reviewTitle.ts';
import { sideAddress } from '../../../../src/vscode/review/sideAddress.ts';
import { discardTask } from '../../../../src/vscode/tasks/discardTask.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { readyTask, sampleHash } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';

function editorWithResult(answer: Partial<HostResult<'applyTask'>> = {}): MemoryEditor {
  const editor = new MemoryEditor();
  const task = readyTask();
  editor.host.put(task);
  editor.host.answers = {
    applyTask: () => ok({ task, applied: ['src/sum.js'], conflicts: [], remaining: [], ...answer }),
    discardTask: () => ok({ task }),
  };
  return editor;
}

const row = { root, task: readyTask().id };
const pathOf = (address: string | undefined): string | undefined => address?.match(/:(.*)\?/)?.[1];

describe('accept all', () => {
  test('asks the host for every file that is not protected and names the rest', async () => {
    const editor = editorWithResult({ remaining: ['package.json'] });
    expect(await acceptTask(editor.context, row)).toEqual(['src/sum.js']);
    expect(editor.host.requests).toEqual([{ method: 'applyTask', params: { task: row.task } }]);
    expect(editor.notes[0]?.message).toContain('package.json');
  });

  test('from the palette the only ready task is taken', async () => {
    const editor = editorWithResult();
    await acceptTask(editor.context, undefined);
    expect(editor.host.requests).toHaveLength(1);
  });

  test('where only protected files are left, nothing is asked and the reason is said', async () => {
    const editor = editorWithResult();
    const { changeset, ...rest } = readyTask();
    const files = changeset?.files.filter((file) => file.protected !== undefined) ?? [];
    editor.host.put({ ...rest, changeset: { hash: sampleHash, files } });
    await acceptTask(editor.context, row);
    expect(editor.host.requests).toEqual([]);
    expect(editor.notes[0]?.message).toContain('It can run programs');
  });

  test('a conflict names the file and the way out, and the review can be opened', async () => {
    const conflicts = [{ path: 'src/sum.js', reason: 'changed', message: 'Line 3 differs.' }];
    const editor = editorWithResult({ applied: [], conflicts });
    editor.buttons.push('Review');
    await acceptTask(editor.context, row);
    await settled();
    expect(editor.notes[0]?.message).toMatch(/src\/sum\.js.*Line 3 differs.*Nothing was changed/);
    expect(editor.shown).toHaveLength(1);
  });

  const met = [{ path: 'src/sum.js', reason: 'changed-meanwhile', message: 'You changed it.' }];
  const sides = { base: btoa('base'), result: btoa('agent'), checkout: btoa('mine'), over: 'a'.repeat(64) };

  function editorThatMerges(): MemoryEditor {
    const editor = editorWithResult();
    const task = readyTask();
    editor.host.answers = {
      applyTask: ({ merged }) =>
        ok({
          task,
          applied: merged === undefined ? [] : ['src/sum.js'],
          conflicts: merged === undefined ? met : [],
          remaining: [],
        }),
      mergeSides: () => ok({ sides }),
    };
    return editor;
  }

  test('a conflict between texts opens in the merge editor, and what is merged there is accepted', async () => {
    const editor = editorThatMerges();
    editor.merged.push('both');
    expect(await acceptTask(editor.context, row)).toEqual([]);
    await settled();
    expect(editor.merges.map(({ path, checkout }) => [path, new TextDecoder().decode(checkout)])).toEqual([
      ['src/sum.js', 'mine'],
    ]);
    expect(editor.host.requests.at(-1)).toEqual({
      method: 'applyTask',
      params: { task: row.task, merged: [{ path: 'src/sum.js', bytes: btoa('both'), over: sides.over }] },
    });
    expect([editor.notes, editor.mentions]).toEqual([[], ['Accepted 1 file.']]);
  });

  test('a merge that is closed is not accepted, and nothing more is asked of the host', async () => {
    const editor = editorThatMerges();
    await acceptTask(editor.context, row);
    await settled();
    expect(editor.host.requests.map(({ method }) => method)).toEqual(['applyTask', 'mergeSides']);
    expect(editor.mentions[0]).toContain('Your files are as they were');
  });

  test('nothing is written in Restricted Mode', async () => {
    const editor = editorWithResult();
    editor.trusted = false;
    await acceptTask(editor.context, row);
    expect(editor.host.requests).toEqual([]);
    expect(editor.notes[0]?.buttons).toEqual(['Manage Workspace Trust']);
  });
});

describe('unsaved edits', () => {
  test('nothing happens when the person does not want to save', async () => {
    const editor = editorWithResult();
    editor.unsaved = ['/home/me/app/src/sum.js'];
    await acceptTask(editor.context, row);
    expect([editor.saved, editor.host.requests]).toEqual([[], []]);
    expect(editor.confirmations).toHaveLength(1);
  });

  test('they are saved before the host merges', async () => {
    const editor = editorWithResult();
    editor.unsaved = ['/home/me/app/src/sum.js', '/home/me/app/other.js'];
    editor.agreements.push(true);
    await acceptTask(editor.context, row);
    expect(editor.saved).toEqual(['/home/me/app/src/sum.js']);
    expect(editor.host.requests).toHaveLength(1);
  });

  test('a file that cannot be saved stops the accept', async () => {
    const editor = editorWithResult();
    editor.unsaved = ['/home/me/app/src/sum.js'];
    editor.agreements.push(true);
    editor.savesWork = false;
    await acceptTask(editor.context, row);
    expect(editor.host.requests).toEqual([]);
    expect(editor.notes[0]).toMatchObject({ kind: 'error' });
  });
});

describe('accept one file', () => {
  test('from its row', async () => {
    const editor = editorWithResult();
    await acceptFile(editor.context, { ...row, file: 'src/sum.js' });
    expect(editor.host.requests[0]?.params).toEqual({ task: row.task, files: [{ path: 'src/sum.js' }] });
    expect(editor.confirmations).toEqual([]);
  });

  test('from the title of its diff', async () => {
    const editor = editorWithResult();
    const address = sideAddress({ ...row, path: 'src/sum.js', side: 'result', hash: sampleHash });
    editor.review = { title: 'sum.js', address };
    await acceptFile(editor.context, undefined);
    expect(editor.host.requests[0]?.params).toEqual({ task: row.task, files: [{ path: 'src/sum.js' }] });
  });

  test('a protected file says why and needs a click of its own', async () => {
    const editor = editorWithResult();
    await acceptFile(editor.context, { ...row, file: 'package.json' });
    expect(editor.host.requests).toEqual([]);
    editor.agreements.push(true);
    await acceptFile(editor.context, { ...row, file: 'package.json' });
    expect(editor.host.requests[0]?.params).toEqual({ task: row.task, files: [{ path: 'package.json' }] });
    expect(editor.confirmations).toEqual(Array(2).fill('Accept the protected file package.json?'));
  });
});

describe('review and discard', () => {
  test('all files of a result are shown in one diff under a title that names the task', async () => {
    const editor = editorWithResult();
    await reviewTask(editor.context, row);
    const [shown] = editor.shown;
    expect(shown?.title).toBe(reviewTitle({ root, task: readyTask() }));
    expect(shown?.changes.map(({ base, result }) => [base?.slice(0, 24), result?.slice(0, 24)])).toEqual([
      ['nightshift:/src/sum.js?r', 'nightshift:/src/sum.js?r'],
      ['nightshift:/package.json', 'nightshift:/package.json'],
    ]);
  });

  test('an added file has no old side and a deleted one no new side', async () => {
    const editor = editorWithResult();
    const file = { additions: 1, deletions: 1, binary: false, applied: false } as const;
    const files = [
      { ...file, path: 'a.js', status: 'added' as const },
      { ...file, path: 'b.js', status: 'deleted' as const },
      { ...file, path: 'c.png', status: 'modified' as const, binary: true },
    ];
    editor.host.put(readyTask({ changeset: { hash: sampleHash, files } }));
    await reviewTask(editor.context, row);
    const changes = editor.shown[0]?.changes ?? [];
    expect(changes.map((change) => ['base' in change, 'result' in change])).toEqual([
      [false, true],
      [true, false],
    ]);
    await openFileDiff(editor.context, { ...row, file: 'c.png' });
    expect(editor.shown[1]?.title).toBe(`c.png (${row.task})`);
  });

  test('a renamed file is compared with what it was, on either row, and is in the review once', async () => {
    const editor = editorWithResult();
    const file = { additions: 1, deletions: 1, binary: false, applied: false } as const;
    const files = [
      { ...file, path: 'new.js', status: 'added' as const, renamedFrom: 'old.js' },
      { ...file, path: 'old.js', status: 'deleted' as const },
    ];
    editor.host.put(readyTask({ changeset: { hash: sampleHash, files } }));
    await reviewTask(editor.context, row);
    await openFileDiff(editor.context, { ...row, file: 'old.js' });
    await openFileDiff(editor.context, { ...row, file: 'new.js' });
    const sides = editor.shown.map(({ changes }) => changes.map(({ base, result }) => [base, result].map(pathOf)));
    expect(sides).toEqual([[['/old.js', '/new.js']], [['/old.js', '/new.js']], [['/old.js', '/new.js']]]);
  });

  test('the review on screen is what discard means, and only after a yes', async () => {
    const editor = editorWithResult();
    editor.host.put(readyTask({ id: 'task-other' }));
    editor.review = { title: `${reviewTitle({ root, task: readyTask() })} (2 files)` };
    await discardTask(editor.context, undefined);
    expect(editor.host.requests).toEqual([]);
    editor.agreements.push(true);
    await discardTask(editor.context, undefined);
    expect(editor.host.requests).toEqual([{ method: 'discardTask', params: { task: row.task } }]);
  });
});
