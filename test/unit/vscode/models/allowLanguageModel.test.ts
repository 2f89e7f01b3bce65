import { describe, expect, test } from 'vitest';
import { allowLanguageModel } from '../../../../src/vscode/models/allowLanguageModel.ts';
import { announceTasks } from '../../../../src/vscode/tasks/announceTasks.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { queuedTask } from '../../../fakes/sampleTasks.ts';

function editorWith(): MemoryEditor {
  const editor = new MemoryEditor();
  const { models } = editor;
  models.put(models.model(), models.model({ id: 'two', family: 'two', name: 'Acme Two' }));
  return editor;
}

const message = 'Waiting for your word on acme/one: run "Nightshift: Allow Language Model…" in VS Code.';
const waiting = queuedTask({
  id: 'task-waiting',
  state: 'waiting',
  reason: { code: 'model-window-needed', message },
  awaits: { model: 'vscode:acme/one', need: 'consent' },
});

describe('allowing a language model', () => {
  test('says where prompts go before anything does, and a no changes nothing', async () => {
    const editor = editorWith();
    editor.words.push('Acme Two');
    expect(await allowLanguageModel(editor.context, undefined)).toBeUndefined();
    expect(editor.confirmations).toEqual(['Let background tasks use Acme Two?']);
    expect(editor.details[0]).toMatch(/send their prompts to its provider "acme".*parts of the code/);
    expect(editor.models.requests).toHaveLength(0);
    expect(editor.consent.has({ vendor: 'acme', id: 'two' })).toBe(false);
  });

  test('makes the first request in answer to the click, without code, and remembers the word', async () => {
    const editor = editorWith();
    editor.words.push('Acme Two');
    editor.agreements.push(true);
    expect(await allowLanguageModel(editor.context, undefined)).toBe('acme/two');
    expect(editor.models.requests.map(({ messages, tools }) => ({ messages, tools }))).toEqual([
      { messages: [{ role: 'user', parts: [{ type: 'text', text: 'Answer with the word OK.' }] }], tools: [] },
    ]);
    expect(editor.models.requests[0]?.signal.aborted).toBe(true);
    expect(editor.consent.has({ vendor: 'acme', id: 'two' })).toBe(true);
    expect(editor.consent.has({ vendor: 'acme', id: 'one-2026' })).toBe(false);
  });

  test('a model that does not answer, or that the editor refuses, is not remembered', async () => {
    const editor = editorWith();
    editor.words.push('Acme Two');
    editor.agreements.push(true);
    editor.models.answer = () => {
      throw Object.assign(new Error('denied'), { code: 'NoPermissions' });
    };
    expect(await allowLanguageModel(editor.context, undefined)).toBeUndefined();
    await settled();
    expect(editor.notes[0]?.message).toContain('does not let Nightshift use acme/two (denied)');
    expect(editor.consent.has({ vendor: 'acme', id: 'two' })).toBe(false);
  });

  test('offers the model that a task waits for without a choice', async () => {
    const editor = editorWith();
    editor.host.put(waiting);
    editor.agreements.push(true);
    expect(await allowLanguageModel(editor.context, undefined)).toBe('acme/one-2026');
  });

  test('takes the word back when it is called again', async () => {
    const editor = editorWith();
    await editor.consent.set({ vendor: 'acme', id: 'two' }, true);
    editor.words.push('Acme Two');
    editor.agreements.push(true);
    expect(await allowLanguageModel(editor.context, undefined)).toBe('acme/two');
    expect(editor.confirmations).toEqual(['No longer let background tasks use Acme Two?']);
    expect(editor.consent.has({ vendor: 'acme', id: 'two' })).toBe(false);
    expect(editor.models.requests).toHaveLength(0);
  });

  test('is not possible in Restricted Mode, and says so where there is no model', async () => {
    const editor = editorWith();
    editor.trusted = false;
    await allowLanguageModel(editor.context, undefined);
    expect(editor.models.selections).toBe(0);
    editor.trusted = true;
    editor.models.put();
    await allowLanguageModel(editor.context, undefined);
    await settled();
    expect(editor.notes.map(({ message: text }) => text)).toEqual([
      'Language models are lent to tasks in trusted folders only.',
      'No extension of this VS Code provides a language model that others may use: install one first.',
    ]);
  });
});

describe('a task that waits for the person’s word', () => {
  test('is told once, with a button that asks; also when it was waiting before the window came', async () => {
    const editor = editorWith();
    const watching = announceTasks(editor.context);
    editor.buttons.push('Allow Language Model…');
    editor.host.put(waiting);
    editor.host.put({ ...waiting, updatedAt: '2026-11-22T00:00:00.000Z' });
    await settled();
    expect(editor.notes.map(({ message: text }) => text)).toEqual([expect.stringContaining(message)]);
    expect(editor.ran).toEqual([['nightshift.allowLanguageModel']]);
    watching.dispose();
  });

  test('is told when that turns out to be what is lacking, and not again when its window goes', async () => {
    const editor = editorWith();
    const watching = announceTasks(editor.context);
    const forWindow = { ...waiting, awaits: { model: 'vscode:acme/one', need: 'window' as const } };
    editor.host.put(forWindow);
    expect(editor.notes).toHaveLength(0);
    editor.host.put(waiting);
    expect(editor.notes).toHaveLength(1);
    watching.dispose();
  });
});
