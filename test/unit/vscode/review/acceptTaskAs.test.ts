import { describe, expect, test } from 'vitest';
import { branchWords } from '../../../../src/base/branchWords.ts';
import { ok } from '../../../../src/base/result.ts';
import type { HostResult } from '../../../../src/protocol/host.ts';
import { acceptTaskAs } from '../../../../src/vscode/review/acceptTaskAs.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { readyTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';
const task = readyTask();
const row = { root, task: task.id };

function editorWith(words: readonly string[], answer: Partial<HostResult<'applyTask'>> = {}): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.put(task);
  editor.host.answers = {
    applyTask: () => ok({ task, applied: ['src/sum.js'], conflicts: [], remaining: [], ...answer }),
  };
  editor.words.push(...words);
  return editor;
}

describe('accept as', () => {
  test.each([
    ['Changes', [], undefined],
    ['Staged Changes', [], { kind: 'staged' }],
    ['Commit', [], { kind: 'commit' }],
    ['New Branch…', ['topic'], { kind: 'branch', name: 'topic' }],
    ['New Branch…', [''], { kind: 'branch', name: `nightshift/${branchWords(task.goal)}` }],
    ['New Worktree…', ['../tree'], { kind: 'worktree', directory: '/home/me/tree' }],
    ['New Worktree…', [''], { kind: 'worktree', directory: `/home/me/app-${branchWords(task.goal)}` }],
  ])('%s %j asks the host for %j', async (label, words, place) => {
    const editor = editorWith([label, ...words]);
    await acceptTaskAs(editor.context, row);
    expect(editor.host.requests).toEqual([
      { method: 'applyTask', params: { task: task.id, ...(place === undefined ? {} : { place }) } },
    ]);
  });

  test('does nothing for a person who turns away from the list or from the name', async () => {
    for (const words of [[], ['New Branch…'], ['New Worktree…']]) {
      const editor = editorWith(words);
      await acceptTaskAs(editor.context, row);
      expect(editor.host.requests).toEqual([]);
    }
  });

  test('tells the commit and where it is', async () => {
    const placed = { kind: 'branch', commit: '0123456789abcdef', branch: 'topic' } as const;
    const editor = editorWith(['New Branch…', 'topic'], { placed });
    await acceptTaskAs(editor.context, row);
    expect(editor.mentions).toEqual(['Accepted 1 file as commit 0123456 on topic.']);
  });

  test('says where the files are when only the last step failed', async () => {
    const message = 'The accepted files are in the working tree, but could not be committed: Another Git is at work.';
    const editor = editorWith(['Commit'], { conflicts: [{ path: 'src/sum.js', reason: 'not-placed', message }] });
    await acceptTaskAs(editor.context, row);
    expect(editor.notes.map((note) => note.message)).toEqual([message]);
  });
});

test('a branch has the first words of the goal', () => {
  expect(branchWords('Fix the sum, please!')).toBe('fix-the-sum-please');
  expect(branchWords('x'.repeat(60))).toBe('task');
  expect(branchWords('修复')).toBe('task');
  expect(branchWords('one two three four five six seven eight nine ten')).toBe(
    'one-two-three-four-five-six-seven-eight',
  );
});
