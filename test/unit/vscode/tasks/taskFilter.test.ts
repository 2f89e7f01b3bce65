import { describe, expect, test, vi } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { archiveDone, archiveTask, restoreTask } from '../../../../src/vscode/tasks/archiveTask.ts';
import { clearTaskFilter, filterTasks, filterText, searchTasks } from '../../../../src/vscode/tasks/filterTasks.ts';
import { GatheredNotes } from '../../../../src/vscode/tasks/gatheredNotes.ts';
import type { TaskStateView } from '../../../../src/protocol/taskView.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { queuedTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';
const states: readonly TaskStateView[] = ['applied', 'failed', 'working', 'paused', 'ready', 'discarded', 'waiting'];
const put = (editor: MemoryEditor): void =>
  editor.host.put(
    ...states.map((state, at) => queuedTask({ id: state, state, createdAt: `2026-11-2${at}T00:00:00.000Z` })),
    queuedTask({ id: 'old', state: 'applied', archived: true, createdAt: '2026-11-19T00:00:00.000Z', goal: 'Old' }),
  );
const shown = ({ context }: MemoryEditor): readonly string[] =>
  context.taskFilter.shown(context.hosts.tasks()).map(({ task }) => task.id);

describe('the list of tasks', () => {
  test('has first what needs a person, then what is at work, and not what is archived', () => {
    const editor = new MemoryEditor();
    put(editor);
    expect(shown(editor)).toEqual(['waiting', 'ready', 'paused', 'working', 'failed', 'discarded', 'applied']);
  });

  test('is narrowed to what a person checks, until they clear it', async () => {
    const editor = new MemoryEditor();
    put(editor);
    const changed = vi.fn();
    editor.context.taskFilter.onDidChange(changed);
    editor.checked.push(['Failed', 'Archived']);
    await filterTasks(editor.context, undefined);
    expect(shown(editor)).toEqual(['failed', 'old']);
    expect(filterText(editor.context.taskFilter.kinds)).toBe('Failed, Archived');
    expect(changed).toHaveBeenCalledOnce();
    editor.checked.push(undefined);
    await filterTasks(editor.context, undefined);
    expect(shown(editor)).toHaveLength(2);
    await clearTaskFilter(editor.context, undefined);
    expect(shown(editor)).toHaveLength(7);
  });

  test('what a window kept and this one does not know is left out', () => {
    const editor = new MemoryEditor();
    editor.filteredKinds = ['done', 'mine'];
    expect(editor.context.taskFilter.kinds).toEqual(['done']);
  });

  test('is searched in the archive too, and opens the page of what is found', async () => {
    const editor = new MemoryEditor();
    put(editor);
    editor.words.push('Old');
    await searchTasks(editor.context, undefined);
    expect(JSON.stringify(editor.picks)).toContain('Old');
    expect(editor.taskPages).toEqual([[root, 'old', false]]);
  });
});

describe('the archive', () => {
  test('takes what is over, and gives it back', async () => {
    const editor = new MemoryEditor();
    put(editor);
    editor.host.answers = { archiveTask: () => ok({ task: queuedTask() }) };
    await archiveTask(editor.context, { root, task: 'failed' });
    await archiveTask(editor.context, { root, task: 'working' });
    await restoreTask(editor.context, { root, task: 'old' });
    await archiveDone(editor.context, undefined);
    const asked = editor.host.requests.filter(({ method }) => method === 'archiveTask').map(({ params }) => params);
    expect(asked).toEqual([
      { task: 'failed', archived: true },
      { task: 'old', archived: false },
      { task: 'discarded', archived: true },
      { task: 'applied', archived: true },
    ]);
    expect(editor.mentions).toEqual(['This task is working now.', 'Archived: 2.']);
  });
});

describe('notes of many tasks', () => {
  test('the first is told at once, what comes soon after it as one, and nothing is told twice', () => {
    vi.useFakeTimers();
    try {
      const told: string[] = [];
      const notes = new GatheredNotes((titles) => told.push(titles.join('+')));
      const tell = (title: string): void => notes.tell({ title, show: () => told.push(title) });
      ['a', 'b', 'c'].forEach(tell);
      expect(told).toEqual(['a']);
      vi.advanceTimersByTime(10_000);
      expect(told).toEqual(['a', 'b+c']);
      tell('d');
      vi.advanceTimersByTime(10_000);
      expect(told).toEqual(['a', 'b+c', 'd']);
      vi.advanceTimersByTime(60_000);
      tell('e');
      expect(told).toEqual(['a', 'b+c', 'd', 'e']);
      tell('f');
      notes.dispose();
      vi.advanceTimersByTime(60_000);
      expect(told).toHaveLength(4);
    } finally {
      vi.useRealTimers();
    }
  });
});
