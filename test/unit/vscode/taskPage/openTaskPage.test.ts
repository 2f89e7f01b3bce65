import { expect, test } from 'vitest';
import { clickedRow, openTaskPage } from '../../../../src/vscode/taskPage/openTaskPage.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { queuedTask, readyTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';

test('a click on a row leaves the focus in the list; a menu or the palette takes it to the page', async () => {
  const editor = new MemoryEditor();
  editor.host.put(queuedTask({ id: 'task-1' }), readyTask({ id: 'task-2' }));
  await openTaskPage(editor.context, { root, task: 'task-1' }, clickedRow);
  await openTaskPage(editor.context, { root, task: 'task-2' }, [{ root, task: 'task-2' }]);
  expect(editor.taskPages).toEqual([
    [root, 'task-1', true],
    [root, 'task-2', false],
  ]);
});

test('the palette asks which task where there are several, and opens none where there is none', async () => {
  const editor = new MemoryEditor();
  await openTaskPage(editor.context, undefined);
  expect([editor.taskPages, editor.mentions.length]).toEqual([[], 1]);
  editor.host.put(queuedTask({ id: 'task-1', goal: 'One' }), readyTask({ id: 'task-2', goal: 'Two' }));
  editor.words.push('Two');
  await openTaskPage(editor.context, undefined);
  expect(editor.taskPages).toEqual([[root, 'task-2', false]]);
});
