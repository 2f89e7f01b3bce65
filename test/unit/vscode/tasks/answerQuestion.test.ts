import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import { longestWords } from '../../../../src/protocol/conversation.ts';
import type { TaskView } from '../../../../src/protocol/taskView.ts';
import { announceTasks } from '../../../../src/vscode/tasks/announceTasks.ts';
import { answerQuestion } from '../../../../src/vscode/tasks/answerQuestion.ts';
import { attentionFor, AttentionWatch } from '../../../../src/vscode/tasks/attention.ts';
import { statusLine } from '../../../../src/vscode/tasks/statusLine.ts';
import { taskNode } from '../../../../src/vscode/tasks/taskNodes.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { queuedTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';
const text = 'Stop at zero,\nor throw?';
const asking = (question: TaskView['question'] = { text, options: ['Stop at zero.', 'Throw.'] }): TaskView =>
  queuedTask({
    state: 'waiting',
    replay: false,
    reason: { code: 'question-asked', message: question?.text ?? '' },
    question,
  });
const { id } = asking();

function editorWith(task: TaskView): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.answers = { answer: () => ok({ task: queuedTask({ state: 'working' }) }) };
  editor.host.put(task);
  return editor;
}

describe('a question in the list and in the status bar', () => {
  it('is what the task says of itself, and a row that answers it', () => {
    const node = taskNode({ root, task: asking() });
    expect([node.description, node.context]).toEqual(['asks: Stop at zero, or throw?', 'task.waiting.asks']);
    expect(node.children[0]).toMatchObject({ label: text, command: 'nightshift.answerQuestion', task: id });
    const status = statusLine([], [{ root, task: asking() }]);
    expect(status).toMatchObject({ text: 'Nightshift $(bell-dot) 1', calls: true });
    expect(status?.facts).toContain('Fix the failing test in sum.js: asks: Stop at zero, or throw?');
  });

  it('is none where the task waits for something else', () => {
    const node = taskNode({ root, task: queuedTask({ state: 'waiting' }) });
    expect([node.description, node.context]).toEqual(['needs you · recording', 'task.waiting']);
  });
});

describe('the note about a question', () => {
  it('is one for each question, also for one that was asked while no window was open', () => {
    const told: string[] = [];
    const watch = new AttentionWatch((_task, _root, { message }) => void told.push(message));
    watch.update(root, [asking()]);
    watch.update(root, [asking()]);
    watch.update(root, [asking({ text: 'And below?', options: [] })]);
    watch.update(root, [queuedTask({ state: 'working' })]);
    expect(told).toEqual([
      `Question: Fix the failing test in sum.js: ${text}`,
      'Question: Fix the failing test in sum.js: And below?',
    ]);
    expect(attentionFor('working', asking())?.kind).toBe('asks');
  });

  it.each([
    [
      ['Stop at zero.', 'Throw.'],
      ['Stop at zero.', 'Throw.', 'Answer…'],
    ],
    [['Stop at zero.', 'Throw an error that names the counter and its value.'], ['Answer…']],
    [['a', 'b', 'c', 'd'], ['Answer…']],
    [[], ['Answer…']],
  ])('with the answers %j has the buttons %j', async (options, buttons) => {
    const editor = new MemoryEditor();
    const announced = announceTasks(editor.context);
    editor.host.put(asking({ text, options }));
    await settled();
    expect(editor.notes).toMatchObject([{ kind: 'information', buttons }]);
    announced.dispose();
  });

  it('sends the answer of the button that was pressed, to the question that it was about', async () => {
    const editor = new MemoryEditor();
    editor.host.answers = { answer: () => ok({ task: queuedTask({ state: 'working' }) }) };
    editor.buttons.push('Throw.');
    const announced = announceTasks(editor.context);
    editor.host.put(asking());
    await settled();
    expect(editor.host.requests).toEqual([{ method: 'answer', params: { task: id, text: 'Throw.', question: text } }]);
    announced.dispose();
  });
});

describe('an answer', () => {
  it('is chosen from what the agent offers', async () => {
    const editor = editorWith(asking());
    editor.words.push('Stop at zero.');
    await answerQuestion(editor.context, undefined);
    expect(editor.picks).toEqual([
      [
        [text, ['Stop at zero.', 'Throw.']],
        ['', ['Another Answer…']],
      ],
    ]);
    expect(editor.host.requests.map(({ params }) => params)).toEqual([
      { task: id, text: 'Stop at zero.', question: text },
    ]);
    expect(editor.mentions).toEqual(['Answered. The agent goes on.']);
  });

  it('may be another one, and is typed where nothing is offered', async () => {
    const editor = editorWith(asking());
    editor.words.push('Another Answer…', ' Wrap around. ');
    await answerQuestion(editor.context, { root, task: id });
    editor.host.put(asking({ text, options: [] }));
    editor.words.push('Neither.');
    await answerQuestion(editor.context, { root, task: id });
    expect(editor.host.requests.map(({ params }) => params)).toMatchObject([
      { text: 'Wrap around.' },
      { text: 'Neither.' },
    ]);
  });

  it('is not sent where the person turned away, said nothing, or too much', async () => {
    const editor = editorWith(asking({ text, options: [] }));
    await answerQuestion(editor.context, undefined);
    editor.words.push('  \t');
    await answerQuestion(editor.context, undefined);
    editor.words.push('x'.repeat(longestWords + 1));
    await answerQuestion(editor.context, undefined);
    expect(editor.host.requests).toEqual([]);
    expect(editor.notes.map(({ message }) => message)).toEqual([expect.stringContaining('at most 4000 characters')]);
  });

  it('is not sent in Restricted Mode, where no task runs', async () => {
    const editor = editorWith(asking({ text, options: [] }));
    editor.trusted = false;
    editor.words.push('Throw.');
    await answerQuestion(editor.context, undefined);
    expect(editor.host.requests).toEqual([]);
    expect(editor.notes).toMatchObject([{ message: expect.stringContaining('Restricted Mode') }]);
  });

  it('that comes second is refused with a quiet word', async () => {
    const editor = editorWith(asking());
    editor.host.answers = { answer: () => fail(failure('no-question', 'This was answered already.')) };
    editor.words.push('Throw.');
    await answerQuestion(editor.context, undefined);
    expect(editor.notes).toMatchObject([{ kind: 'warning', message: 'This was answered already.' }]);
  });

  it('is for tasks that ask', async () => {
    const editor = editorWith(queuedTask({ state: 'working' }));
    await answerQuestion(editor.context, { root, task: id });
    expect(editor.mentions).toEqual(['This task is working now.']);
  });
});
