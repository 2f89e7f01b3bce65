import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import { keepDrafts, keptDrafts } from '../../../../src/vscode/review/comments/commentDrafts.ts';
import { resolveComment, sendReview } from '../../../../src/vscode/review/comments/sendReview.ts';
import { pauseTask, sayToAgent } from '../../../../src/vscode/tasks/sayToAgent.ts';
import { readyTask } from '../../../fakes/sampleTasks.ts';
import { memory } from '../../../fakes/editor/memory.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';

const root = '/home/me/app';
const draft = { root, task: 'task-1', hash: 'h1', path: 'a.js', startLine: 3, endLine: 4, text: 'Why?' };

describe('a review', () => {
  it('sends all drafts of its task at once, and keeps none of them', async () => {
    const editor = new MemoryEditor();
    editor.host.put(readyTask({ id: 'task-1' }), readyTask({ id: 'task-2' }));
    editor.drafts = [draft, { ...draft, startLine: 9, endLine: 9, text: 'And here?' }, { ...draft, task: 'task-2' }];
    editor.host.answers = { sendReview: () => ok({ task: readyTask({ id: 'task-1', state: 'revising' }) }) };
    await sendReview(editor.context, { root, task: 'task-1' });
    expect(editor.host.requests).toEqual([
      {
        method: 'sendReview',
        params: {
          task: 'task-1',
          hash: 'h1',
          comments: [
            { path: 'a.js', startLine: 3, endLine: 4, text: 'Why?' },
            { path: 'a.js', startLine: 9, endLine: 9, text: 'And here?' },
          ],
        },
      },
    ]);
    expect(editor.drafts).toEqual([{ ...draft, task: 'task-2' }]);
    expect(editor.mentions).toEqual(['Sent 2 comments; the agent goes over it.']);
  });

  it('keeps its drafts where the host does not take them, and says why', async () => {
    const editor = new MemoryEditor();
    editor.host.put(readyTask({ id: 'task-1' }));
    editor.drafts = [draft];
    editor.host.answers = { sendReview: () => fail(failure('not-ready', 'The task has another result by now.')) };
    await sendReview(editor.context, undefined);
    expect(editor.drafts).toEqual([draft]);
    expect(editor.notes.map(({ message }) => message)).toEqual([
      expect.stringContaining('The task has another result by now.'),
    ]);
  });

  it('is of no task where nothing was written', async () => {
    const editor = new MemoryEditor();
    editor.host.put(readyTask({ id: 'task-1' }));
    await sendReview(editor.context, undefined);
    expect(editor.host.requests).toEqual([]);
    expect(editor.mentions).toEqual(['No task is in a state for this.']);
  });

  it('resolves the comment of a thread, and nothing where the thread is none that was sent', async () => {
    const editor = new MemoryEditor();
    editor.host.put(readyTask({ id: 'task-1' }));
    editor.host.answers = { resolveComment: () => ok({ task: readyTask({ id: 'task-1' }) }) };
    await resolveComment(editor.context, {});
    editor.sentComment = { root, task: 'task-1', number: 2 };
    await resolveComment(editor.context, {});
    expect(editor.host.requests.map(({ params }) => params)).toEqual([{ task: 'task-1', comment: 2, resolved: true }]);
  });
});

describe('drafts of comments', () => {
  it('come back as they were kept, without what nobody can read', () => {
    const store = memory();
    keepDrafts(store, [draft]);
    expect(keptDrafts(store)).toEqual([draft]);
    void store.update('nightshift.commentDrafts', ['{', '{"root":1}', JSON.stringify(draft)]);
    expect(keptDrafts(store)).toEqual([draft]);
  });
});

describe('a word to an agent', () => {
  it('is asked for and told, and nothing is told where nothing was said', async () => {
    const editor = new MemoryEditor();
    editor.host.put(readyTask({ id: 'task-1', state: 'working' }));
    editor.host.answers = { say: () => ok({ task: readyTask({ id: 'task-1' }) }) };
    editor.words.push('Use b.js.');
    await sayToAgent(editor.context, undefined);
    await sayToAgent(editor.context, undefined);
    expect(editor.host.requests).toEqual([{ method: 'say', params: { task: 'task-1', text: 'Use b.js.' } }]);
  });

  it('and a pause are for tasks that can take them', async () => {
    const editor = new MemoryEditor();
    editor.host.put(readyTask({ id: 'task-1', state: 'applied' }));
    editor.words.push('Use b.js.');
    await sayToAgent(editor.context, { root, task: 'task-1' });
    await pauseTask(editor.context, { root, task: 'task-1' });
    expect(editor.host.requests).toEqual([]);
    expect(editor.mentions).toHaveLength(2);
  });
});
