import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { announceTasks } from '../../../../src/vscode/tasks/announceTasks.ts';
import { fixesByReason, fixesFor } from '../../../../src/vscode/tasks/failureFix.ts';
import { showFailure } from '../../../../src/vscode/tasks/showFailure.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { queuedTask } from '../../../fakes/sampleTasks.ts';

const source = resolve(import.meta.dirname, '../../../../src');
const text = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('failureFix.ts'))
  .map((path) => readFileSync(join(source, path), 'utf8'))
  .join('\n');

describe('ways out of a failure', () => {
  test.each(Object.keys(fixesByReason))('%s is a reason that the product gives', (reason) => {
    expect(text).toContain(`'${reason}'`);
  });

  test('are two buttons at most, and none where only the message helps', () => {
    expect(Object.values(fixesByReason).filter(({ length }) => length < 1 || length > 2)).toEqual([]);
    expect(fixesFor('no-such-task')).toEqual([]);
  });

  test.each(['host-not-started', 'protocol-version', 'incomplete-installation', 'bad-setting'])(
    'the log tells more about %s',
    async (reason) => {
      const editor = new MemoryEditor();
      editor.buttons.push('Show Log');
      showFailure(editor.context, { reason, message: 'It did not work.' });
      await settled();
      expect(editor.notes.map(({ buttons }) => buttons)).toEqual([['Show Log']]);
      expect(editor.ran).toEqual([['nightshift.showLog']]);
    },
  );

  test('are the same for a task that failed, with the way to its row', async () => {
    const editor = new MemoryEditor();
    const announcing = announceTasks(editor.context);
    editor.host.put(queuedTask());
    editor.buttons.push('Get Docker');
    const reason = { code: 'engine-unavailable', message: 'Docker does not answer: start it.' };
    editor.host.put(queuedTask({ state: 'failed', reason }));
    await settled();
    expect(editor.notes.map(({ buttons }) => buttons)).toEqual([['Get Docker', 'Show Tasks']]);
    expect(editor.ran).toEqual([['link', 'https://docs.docker.com/get-started/get-docker/']]);
    announcing.dispose();
  });
});
