import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { answerChat, type ChatOutcome } from '../../../../src/vscode/chat/answerChat.ts';
import type { ChatPage, ChatPlace } from '../../../../src/vscode/chat/chatPage.ts';
import { chatQuestion } from '../../../../src/vscode/chat/chatQuestion.ts';
import { followUps } from '../../../../src/vscode/chat/followUps.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { recallHit } from '../../../fakes/sampleMemory.ts';
import { queuedTask, readyTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';

class Answer implements ChatPage {
  text = '';
  readonly buttons: unknown[][] = [];
  readonly trees: unknown[] = [];
  readonly write = (markdown: string): void => void (this.text += markdown);
  readonly progress = (): void => undefined;
  readonly button = (...all: unknown[]): void => void this.buttons.push(all);
  readonly files = (...all: unknown[]): void => void this.trees.push(all);
  readonly link = (place: ChatPlace, title: string): void =>
    void (this.text += `<${title} ${place.path}:${place.startLine ?? ''}-${place.endLine ?? ''}>`);
}

async function ask(
  editor: MemoryEditor,
  command: string | undefined,
  prompt: string,
  places: readonly ChatPlace[] = [],
): Promise<{ readonly answer: Answer; readonly outcome: ChatOutcome }> {
  const answer = new Answer();
  const { signal } = new AbortController();
  return { answer, outcome: await answerChat(editor.context, chatQuestion(command, prompt), places, answer, signal) };
}

function creating(): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.answers = { createTask: ({ goal }) => ok({ task: queuedTask({ goal }) }) };
  return editor;
}

describe('delegating from the chat', () => {
  test('creates a task of the words, what is attached and the person’s settings, and leaves the screen alone', async () => {
    const editor = creating();
    const { answer, outcome } = await ask(editor, 'delegate', 'Stop [at](command:x) zero', [
      { path: `${root}/src/counter.js`, startLine: 3, endLine: 5, text: 'down() {' },
      { path: `${root}/README.md` },
      { path: '/etc/passwd', startLine: 1, endLine: 1, text: 'root' },
    ]);
    expect(editor.host.requests).toEqual([
      {
        method: 'createTask',
        params: {
          goal: 'Stop [at](command:x) zero\nThis is about src/counter.js, lines 3-5; README.md.',
          origin: {
            kind: 'command',
            file: 'src/counter.js',
            startLine: 3,
            endLine: 5,
            text: 'src/counter.js, lines 3-5:\ndown() {',
          },
          model: 'auto',
          settings: { limits: { steps: 7 } },
        },
      },
    ]);
    const named = { root, task: queuedTask().id };
    expect(outcome).toEqual({ kind: 'delegate', task: named });
    expect(answer.text).toContain(String.raw`Delegated: **Stop \[at\]\(command\:x\) zero**`);
    expect(answer.text).toContain('1 of what you attached is not in this repository');
    expect(answer.buttons).toEqual([
      ['Open Task Page', 'nightshift.openTaskPage', named],
      ['Cancel Task', 'nightshift.cancelTask', named],
    ]);
    expect([editor.notes, editor.shown, editor.ran, editor.taskPages]).toEqual([[], [], [], []]);
    expect(followUps(structuredClone(outcome), () => queuedTask())).toMatchObject([{ command: 'status' }]);
  });

  test('takes the lines of the only piece as they are', async () => {
    const editor = creating();
    await ask(editor, undefined, 'Mend it', [{ path: `${root}/a.js`, startLine: 2, endLine: 2, text: 'x' }]);
    expect(editor.host.requests[0]?.params).toMatchObject({
      goal: 'Mend it\nThis is about a.js, line 2.',
      origin: { text: 'x' },
    });
  });

  test('says what is missing with the way out, and asks no host', async () => {
    const editor = creating();
    expect((await ask(editor, 'delegate', '')).outcome.failure?.reason).toBe('no-goal');
    editor.trusted = false;
    const restricted = await ask(editor, 'delegate', 'fix it');
    expect(restricted.outcome.failure?.reason).toBe('restricted-mode');
    expect(restricted.answer.buttons).toEqual([['Manage Workspace Trust', 'workbench.trust.manage']]);
    editor.folders = [];
    expect((await ask(editor, undefined, 'fix it')).outcome.failure?.reason).toBe('no-folder');
    expect(editor.host.requests).toEqual([]);
  });

  test('delegates no question, and offers to', async () => {
    const editor = creating();
    editor.host.answers = {
      ...editor.host.answers,
      recall: () => ok({ hits: [], missing: [], understood: { terms: [], frames: 0 }, milliseconds: 1 }),
    };
    const { answer, outcome } = await ask(editor, undefined, 'why is it slow?');
    expect(editor.host.requests.map(({ method }) => method)).toEqual(['recall']);
    expect(answer.text).toContain('nothing was delegated');
    expect(followUps(structuredClone(outcome), () => undefined)).toEqual([
      { command: 'delegate', prompt: 'why is it slow?', label: 'Delegate it all the same' },
    ]);
  });
});

describe('tasks in the chat', () => {
  const ready = readyTask();
  const older = queuedTask({
    id: 'task-aaaaaaaaaa',
    goal: 'Write docs',
    state: 'working',
    createdAt: '2026-01-01T00:00:00.000Z',
  });

  function editorWithTasks(): MemoryEditor {
    const editor = new MemoryEditor();
    editor.host.put(older, ready);
    return editor;
  }

  test('are listed newest first, with a button for what waits for a review', async () => {
    const { answer, outcome } = await ask(editorWithTasks(), 'status', '');
    expect(answer.text.indexOf(ready.id)).toBeLessThan(answer.text.indexOf(older.id));
    expect(answer.buttons[0]).toEqual([
      'Review: Fix the failing test in sum.js',
      'nightshift.reviewTask',
      { root, task: ready.id },
    ]);
    expect(outcome).toEqual({ kind: 'status' });
  });

  test.each(['task-aaaaaaaaaa', 'aaaa', '`task-aaa`', 'write DOCS'])('one is found by %s', async (words) => {
    const { answer, outcome } = await ask(editorWithTasks(), 'status', words);
    expect(outcome.task).toEqual({ root, task: older.id });
    expect(answer.buttons.map(([title]) => title)).toEqual(['Open Task Page', 'Cancel Task']);
  });

  test('one that nobody knows is said', async () => {
    const { outcome } = await ask(editorWithTasks(), 'review', 'nothing like it');
    expect(outcome.failure?.message).toContain('No task is called "nothing like it"');
  });

  test('the one that waits is reviewed, with its proof and files, and nothing is accepted', async () => {
    const editor = editorWithTasks();
    const { answer, outcome } = await ask(editor, 'review', '');
    expect(outcome.task).toEqual({ root, task: ready.id });
    expect(editor.shown).toHaveLength(1);
    expect(answer.trees).toEqual([[root, ['src/sum.js', 'package.json']]]);
    expect(answer.text).toContain('tests green');
    expect(editor.host.requests).toEqual([]);
    expect(followUps(structuredClone(outcome), () => ready)).toMatchObject([{ command: 'status' }]);
  });

  test('where there are none it says how to start one', async () => {
    expect((await ask(new MemoryEditor(), 'status', '')).answer.text).toContain('no tasks');
    expect((await ask(new MemoryEditor(), 'review', '')).outcome.failure?.reason).toBe('no-task');
    expect((await ask(new MemoryEditor(), undefined, '')).answer.text).toContain('/delegate');
  });
});

describe('the memory in the chat', () => {
  test('shows places as links, and never one outside of the repository', async () => {
    const editor = new MemoryEditor();
    const hits = [
      recallHit({ path: 'src/counter.js', startLine: 10, endLine: 12, title: 'Counter.add' }),
      recallHit({ path: '../../etc/passwd', startLine: 1, endLine: 1, title: '[x](http://a)' }),
    ];
    editor.host.answers = {
      recall: () =>
        ok({ hits, missing: ['vectors: none'], understood: { terms: ['counter'], frames: 0 }, milliseconds: 2 }),
    };
    const { answer } = await ask(editor, 'recall', 'counter');
    expect(answer.text).toContain(`1. <Counter.add ${root}/src/counter.js:10-12>`);
    expect(answer.text).toContain(String.raw`2. \[x\]\(http\://a\)`);
    expect(answer.text).toContain(String.raw`Not searched: vectors\: none`);
    expect(answer.buttons).toEqual([['Search Memory…', 'nightshift.searchMemory', 'counter']]);
  });

  test('that is off is said with its setting', async () => {
    const editor = new MemoryEditor();
    editor.memorySettings = { ...editor.memorySettings, enabled: false };
    const { answer, outcome } = await ask(editor, 'recall', 'counter');
    expect(outcome.failure?.reason).toBe('memory-off');
    expect(answer.buttons).toHaveLength(1);
  });
});
