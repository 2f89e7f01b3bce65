import { describe, expect, test } from 'vitest';
import { taskNode } from '../../../../src/vscode/tasks/taskNodes.ts';
import { attentionFor, AttentionWatch } from '../../../../src/vscode/tasks/attention.ts';
import { statusLine } from '../../../../src/vscode/tasks/statusLine.ts';
import { taskStateSchema, type TaskView } from '../../../../src/protocol/taskView.ts';
import { MemoryTaskHost } from '../../../fakes/editor/memoryTaskHost.ts';
import { queuedTask, readyTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';
const live = { replay: false, model: 'ollama:qwen3:8b' };

describe('rows of the Tasks view', () => {
  test('a result shows size and proof, and below it proof and files with their marks', () => {
    const node = taskNode({ root, task: readyTask(live) });
    expect([node.label, node.description, node.context]).toEqual([
      'Fix the failing test in sum.js',
      'tests green · +3 −1',
      'task.ready.changes',
    ]);
    expect(node.icon).toEqual({ name: 'pass-filled', color: 'testing.iconPassed' });
    expect(node.children.map(({ label, description, context }) => [label, description, context])).toEqual([
      ['Tests green', '10 passed (before: 1 of 10 failed)', 'proof'],
      ['sum.js', '+1 −1 · src', 'file.open.parts'],
      ['package.json', '+2 −0 · protected', 'file.protected.parts'],
    ]);
    expect(node.children[0]?.children.map(({ label }) => label)).toEqual(['sum adds']);
  });

  test('names its repository where several folders are open', () => {
    expect(taskNode({ root, task: readyTask(live) }, true).description).toBe('app · tests green · +3 −1');
  });

  test('a rename names the other name on both rows, and a change of the mode alone says what it is', () => {
    const file = { additions: 0, deletions: 0, binary: false, applied: false } as const;
    const files = [
      { ...file, path: 'src/new.js', status: 'added', renamedFrom: 'old.js', additions: 1, deletions: 1 },
      { ...file, path: 'moved.txt', status: 'added', renamedFrom: 'text.txt' },
      { ...file, path: 'old.js', status: 'deleted' },
      { ...file, path: 'picture.png', status: 'modified', binary: true },
      { ...file, path: 'nothing.txt', status: 'added' },
      { ...file, path: 'run.sh', status: 'modified', executable: true },
      { ...file, path: 'lib.sh', status: 'modified', executable: false, additions: 2 },
    ] as const;
    const { children } = taskNode({ root, task: readyTask({ changeset: { hash: 'a', files: [...files] } }) });
    const rows = children.filter((child) => child.file !== undefined);
    expect(rows.map(({ label, description, context }) => [label, description, context])).toEqual([
      ['new.js', '+1 −1 · renamed from old.js · src', 'file.open'],
      ['moved.txt', 'renamed from text.txt', 'file.open'],
      ['old.js', 'renamed to src/new.js', 'file.open'],
      ['picture.png', 'binary', 'file.open'],
      ['nothing.txt', '+0 −0', 'file.open'],
      ['run.sh', 'made executable', 'file.open'],
      ['lib.sh', '+2 −0 · no longer executable', 'file.open.parts'],
    ]);
    expect(rows[0]?.facts).toContain('Renamed from old.js; the two are accepted and rejected together.');
  });

  test('a click opens the page of a task, and the diff of a file', () => {
    const { command, how, children } = taskNode({ root, task: readyTask() });
    expect([command, how]).toEqual(['nightshift.openTaskPage', 'row']);
    const clicks = children.map((child) => [child.label, child.command, child.how]);
    expect(clicks).toContainEqual(['sum.js', 'nightshift.openFileDiff', undefined]);
  });

  test('a recording is called one, and a shared kernel is named', () => {
    const node = taskNode({ root, task: readyTask() });
    expect(node.description).toBe('tests green · +3 −1 · recording');
    expect(node.facts.join('\n')).toContain('a recording is played back, no model is at work');
    expect(node.facts.join('\n')).toContain('shared kernel');
  });

  test('limits that the engine does not keep are named', () => {
    const unenforced = ['memory', 'processes'];
    const task = readyTask({ runtime: { name: 'runc', isolatedKernel: false, unenforced } });
    expect(taskNode({ root, task }).facts).toContain('Limits not enforced by the engine: memory, processes');
    expect(taskNode({ root, task: readyTask() }).facts.join('\n')).not.toContain('not enforced');
  });

  test('gVisor is not called a shared kernel', () => {
    const task = readyTask({ runtime: { name: 'runsc', isolatedKernel: true } });
    expect(taskNode({ root, task }).facts.join('\n')).not.toContain('shared kernel');
  });

  test('zero tests are unverified, never green', () => {
    const report = { passed: 0, failed: 0, skipped: 0, total: 0 };
    const ready = readyTask(live);
    expect(ready.proof).toBeDefined();
    const verdict = {
      verdict: 'unverified',
      reason: 'No test ran.',
      base: report,
      patched: report,
      tests: [],
    } as const;
    const node = taskNode({ root, task: { ...ready, proof: { ...ready.proof!, ...verdict, tests: [] } } });
    expect(node.description).toBe('unverified · +3 −1');
    expect(node.icon?.name).toBe('question');
    expect(node.children[0]?.description).toBe('No test ran.');
  });

  test('work in progress shows what is being done and how far the budget went', () => {
    const usage = { newTokens: 12_500, tokens: 20_000, steps: 4, seconds: 9 };
    const node = taskNode({ root, task: queuedTask({ ...live, state: 'working', activity: 'Reading sum.js', usage }) });
    expect(node.description).toBe('Reading sum.js');
    expect(node.children.map(({ label, description }) => [label, description])).toEqual([
      ['Step 4 of 40', '25% of tokens'],
    ]);
  });

  test.each(['queued', 'preparing', 'working', 'verifying', 'reviewing', 'revising'] as const)(
    'a task that is %s is open from its first moment, with what goes on below it',
    (state) => {
      const node = taskNode({ root, task: queuedTask({ ...live, state }) });
      expect(node.expanded).toBe(true);
      expect(node.children).toHaveLength(1);
      expect(node.children[0]?.label).not.toBe('');
    },
  );

  test('a failure shows its one line once, in a row of its own', () => {
    const reason = { code: 'engine-unavailable', message: 'Docker does not answer: start it.' };
    const node = taskNode({ root, task: queuedTask({ ...live, state: 'failed', reason }) });
    expect(node.description).toBe('failed');
    expect(node.children[0]?.label).toBe(reason.message);
  });

  test('what policy left out is shown', () => {
    const refused = [{ path: '.git/hooks/x', rule: 'git-folder', message: 'inside .git' }];
    const node = taskNode({ root, task: readyTask({ refused }) });
    expect(node.children.at(-1)).toMatchObject({ label: '.git/hooks/x', description: 'left out: inside .git' });
  });

  test('whatever became of a task, its row says whether there are changes to look at', () => {
    for (const state of taskStateSchema.options) {
      expect(taskNode({ root, task: readyTask({ state }) }).context).toBe(`task.${state}.changes`);
      expect(taskNode({ root, task: queuedTask({ state }) }).context).toBe(`task.${state}`);
      const changeset = { hash: '', files: [] };
      expect(taskNode({ root, task: readyTask({ state, changeset }) }).context).toBe(`task.${state}`);
    }
  });

  test('every state has an icon, words and an identity of its own rows', () => {
    for (const state of taskStateSchema.options) {
      const node = taskNode({ root, task: readyTask({ state }) });
      expect(node.icon?.name).toBeTruthy();
      expect(node.description).toBeTruthy();
      const ids = [node, ...node.children, ...node.children.flatMap(({ children }) => children)].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe('attention', () => {
  test('is called once when a task becomes ready, and never for history', () => {
    const heard: string[] = [];
    const watch = new AttentionWatch((task, _root, { kind }) => heard.push(`${task.id} ${kind}`));
    watch.update(root, [readyTask({ id: 'old' }), queuedTask({ id: 'new' })]);
    watch.update(root, [readyTask({ id: 'old' }), readyTask({ id: 'new' })]);
    watch.update(root, [readyTask({ id: 'old' }), readyTask({ id: 'new' })]);
    expect(heard).toEqual(['new ready']);
  });

  test('says what was done and what it is worth', () => {
    expect(attentionFor('verifying', readyTask(live))?.message).toBe(
      'Ready for review: Fix the failing test in sum.js (2 files, +3 −1, tests green)',
    );
    expect(attentionFor('verifying', readyTask())?.message).toContain('(recording)');
  });

  test('of a revision that failed says so, and of one that its user cancelled nothing', () => {
    const back = (code: string) => readyTask({ ...live, reason: { code, message: 'The revision failed.' } });
    expect(attentionFor('working', back('revision-failed'))).toEqual({
      kind: 'ready',
      message: 'Fix the failing test in sum.js: The revision failed.',
    });
    expect(attentionFor('working', back('revision-cancelled'))).toBeUndefined();
    const node = taskNode({ root, task: back('revision-failed') });
    expect(node.description).toBe('as before its revision · tests green · +3 −1');
    expect(node.children[0]).toMatchObject({ label: 'The revision failed.', context: 'reason' });
  });

  test('is not called for a task that is ready again because its user undid the accept', () => {
    expect(attentionFor('applied', readyTask())).toBeUndefined();
  });

  test('only ready, waiting and failed are worth a note', () => {
    const worth = taskStateSchema.options.filter(
      (state) => attentionFor('preparing', queuedTask({ state })) !== undefined,
    );
    expect(worth).toEqual(['ready', 'waiting', 'failed']);
  });
});

describe('status bar', () => {
  const line = (tasks: readonly TaskView[], host = new MemoryTaskHost(root)) =>
    statusLine(
      [host],
      tasks.map((task) => ({ root, task })),
    );

  test('is silent without tasks', () => {
    expect(line([])).toBeUndefined();
  });

  test('counts what works, what is ready and what waits', () => {
    const tasks = [queuedTask({ state: 'working' }), readyTask(), readyTask(), queuedTask({ state: 'waiting' })];
    expect(line(tasks)).toMatchObject({
      text: 'Nightshift $(loading~spin) 1 $(check) 2 $(bell-dot) 1',
      spoken: 'Nightshift: 1 task working, 2 tasks ready for review, 1 task waiting for you',
      calls: true,
    });
  });

  test('says that the host starts', () => {
    const host = new MemoryTaskHost(root);
    host.become({ kind: 'connecting' });
    expect(line([], host)?.text).toBe('Nightshift $(loading~spin)');
  });
});
