import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { announceTasks } from '../../../../src/vscode/tasks/announceTasks.ts';
import { resumeTask } from '../../../../src/vscode/tasks/resumeTask.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { queuedTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';
const row = { root, task: queuedTask().id };
const stopped = (code: string) => queuedTask({ state: 'failed', reason: { code, message: 'It stopped.' } });

function editorWith(task: ReturnType<typeof queuedTask>): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.put(task);
  editor.host.answers = { resumeTask: () => ok({ task: queuedTask({ state: 'revising' }) }) };
  return editor;
}

describe('resume', () => {
  test('lets a task that is stuck go on without a question', async () => {
    const editor = editorWith(stopped('stuck'));
    await resumeTask(editor.context, row);
    expect(editor.host.requests).toEqual([{ method: 'resumeTask', params: { task: row.task } }]);
    expect([editor.confirmations, editor.notes]).toEqual([[], []]);
    expect(editor.mentions).toHaveLength(1);
  });

  test.each([
    ['budget-exhausted', { newTokens: 100_000 }],
    ['step-limit', { steps: 80 }],
    ['time-limit', { seconds: 3_600 }],
  ])('of a task that ran into a limit (%s) asks, and doubles that limit alone', async (code, limits) => {
    const editor = editorWith(stopped(code));
    await resumeTask(editor.context, row);
    expect(editor.host.requests).toEqual([]);
    editor.agreements.push(true);
    await resumeTask(editor.context, row);
    expect(editor.confirmations).toHaveLength(2);
    expect(editor.host.requests).toEqual([{ method: 'resumeTask', params: { task: row.task, limits } }]);
  });

  test('is nothing for a task that is at work, and nothing in Restricted Mode', async () => {
    const working = editorWith(queuedTask({ state: 'working' }));
    await resumeTask(working.context, row);
    expect(working.host.requests).toEqual([]);
    const restricted = editorWith(stopped('stuck'));
    restricted.trusted = false;
    await resumeTask(restricted.context, row);
    expect(restricted.host.requests).toEqual([]);
    expect(restricted.notes[0]?.message).toContain('Restricted Mode');
  });

  test('is a button of the note about a task that was stopped', async () => {
    const editor = editorWith(queuedTask());
    const announcing = announceTasks(editor.context);
    editor.host.put(queuedTask({ state: 'working' }));
    editor.buttons.push('Resume with Double the Limit');
    editor.host.put(stopped('step-limit'));
    await settled();
    expect(editor.notes.map(({ buttons }) => buttons)).toEqual([['Resume with Double the Limit', 'Show Tasks']]);
    expect(editor.host.requests).toEqual([{ method: 'resumeTask', params: { task: row.task, limits: { steps: 80 } } }]);
    announcing.dispose();

    const stuck = editorWith(queuedTask({ state: 'working' }));
    const announcingStuck = announceTasks(stuck.context);
    stuck.host.put(queuedTask({ state: 'working' }));
    stuck.host.put(stopped('stuck'));
    await settled();
    expect(stuck.notes.map(({ buttons }) => buttons)).toEqual([['Resume', 'Show Tasks']]);
    announcingStuck.dispose();
  });
});
