import { describe, expect, it } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { HostParams } from '../../../../src/protocol/host.ts';
import type { StorageItem } from '../../../../src/protocol/storage.ts';
import { cleanUp } from '../../../../src/vscode/storage/cleanUp.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';

const items: readonly StorageItem[] = [
  { class: 'base-image', name: 'nightshift/base:new', bytes: 2e8, action: 'removable', why: 'it was not used' },
  { class: 'base-image', name: 'nightshift/base:old', bytes: 1e8, action: 'kept', why: 'it is the newest' },
  { class: 'temporary', name: 'work/work-1', bytes: 5e6, action: 'removable', why: 'its process is gone' },
  { class: 'task-tree', name: 'trees of task-1', bytes: 1e6, action: 'kept', why: 'its task is not over' },
];

function open(found: readonly StorageItem[] = items) {
  const editor = new MemoryEditor();
  const requests: HostParams<'cleanUp'>[] = [];
  editor.host.answers = {
    cleanUp: (params) => {
      requests.push(params);
      const gone = found.filter(({ action, class: name }) => action === 'removable' && params.classes?.includes(name));
      return params.apply
        ? ok({
            items: gone.map((item) => ({ ...item, action: 'removed' as const })),
            problems: [],
            freedBytes: gone.reduce((sum, item) => sum + item.bytes, 0),
          })
        : ok({ items: [...found], problems: [], freedBytes: 0 });
    },
  };
  return { editor, requests };
}

describe('Clean Up', () => {
  it('removes the chosen class after a question, and tells what was freed', async () => {
    const { editor, requests } = open();
    editor.words.push('Temporary files');
    editor.agreements.push(true);
    expect(await cleanUp(editor.context, undefined)).toBe(5e6);
    expect(requests).toEqual([
      { apply: false, olderThanDays: 14 },
      { apply: true, olderThanDays: 14, classes: ['temporary'] },
    ]);
    expect(editor.confirmations).toEqual(['Remove 5.0 MB?']);
    expect(editor.mentions).toEqual(['Cleaned up: 5.0 MB freed.']);
  });

  it('offers everything at once, and only classes of which something may go', async () => {
    const { editor, requests } = open();
    editor.words.push('Everything that is no longer needed');
    editor.agreements.push(true);
    expect(await cleanUp(editor.context, undefined)).toBe(2.05e8);
    expect(requests[1]?.classes).toEqual(['base-image', 'temporary']);
    const other = open();
    other.editor.words.push('Trees of tasks');
    await cleanUp(other.editor.context, undefined);
    expect(other.requests).toHaveLength(1);
  });

  it('removes nothing when the person turns away, from the choice or from the question', async () => {
    const away = open();
    await cleanUp(away.editor.context, undefined);
    const unsure = open();
    unsure.editor.words.push('Base images');
    unsure.editor.agreements.push(false);
    await cleanUp(unsure.editor.context, undefined);
    expect([away.requests.length, unsure.requests.length]).toEqual([1, 1]);
  });

  it('says so when there is nothing to remove', async () => {
    const { editor, requests } = open(items.filter((item) => item.action === 'kept'));
    await cleanUp(editor.context, undefined);
    expect(requests).toHaveLength(1);
    expect(editor.mentions).toEqual(['Nothing to clean up: 101 MB are in use.']);
  });

  it('asks nothing of a folder that the person does not trust', async () => {
    const { editor, requests } = open();
    editor.trusted = false;
    await cleanUp(editor.context, undefined);
    expect(requests).toEqual([]);
    expect(editor.notes).toHaveLength(1);
  });

  it('says what went wrong', async () => {
    const { editor } = open();
    editor.host.answers = {
      cleanUp: ({ apply }) =>
        ok({ items: apply ? [] : [...items], problems: apply ? ['The engine is gone.'] : [], freedBytes: 0 }),
    };
    editor.words.push('Base images');
    editor.agreements.push(true);
    await cleanUp(editor.context, undefined);
    expect(editor.notes.map(({ message }) => message)).toEqual(['The engine is gone.']);
  });
});
