import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { TaskView } from '../../../../src/protocol/taskView.ts';
import { TaskPageFeed, type TaskPageFeedOptions } from '../../../../src/vscode/taskPage/taskPageFeed.ts';
import { type ToTaskPage, toTaskPageSchema } from '../../../../src/vscode/taskPage/taskPageMessages.ts';
import { queuedTask, readyTask } from '../../../fakes/sampleTasks.ts';
import { sampleTimeline } from '../../../fakes/sampleTimeline.ts';

const withEvents = (task: TaskView, events: number): TaskView => ({ ...task, trace: { ...task.trace, events } });

/** A page, the editor behind it, and a host with a trace of some length. */
function opened(first: TaskView | undefined, changes: Partial<TaskPageFeedOptions> = {}) {
  const world = {
    task: first,
    sent: [] as ToTaskPage[],
    asked: [] as number[],
    verified: 0,
    done: [] as string[],
    feed: undefined as unknown as TaskPageFeed,
    of: <T extends ToTaskPage['type']>(type: T) =>
      world.sent.filter((message): message is Extract<ToTaskPage, { type: T }> => message.type === type),
  };
  world.feed = new TaskPageFeed({
    task: () => world.task,
    absence: () => 'Looking for the task…',
    rows: async (from) => {
      world.asked.push(from);
      return ok(sampleTimeline(world.task?.trace.events ?? 0).slice(from, from + 1_000));
    },
    detail: async (seq) => ok(`detail of ${seq}`),
    verify: async () => {
      world.verified += 1;
      return ok(undefined);
    },
    post: (message) => void world.sent.push(toTaskPageSchema.parse(message)),
    run: async (action) => void world.done.push(action),
    openFile: async (path) => void world.done.push(path),
    copy: async (text) => void world.done.push(text),
    onTitle: () => undefined,
    onFault: (message) => void world.done.push(message),
    ...changes,
  });
  return world;
}

describe('what a page is told', () => {
  test('nothing before it is ready; then the task, every row once and in order, and what the check of the trace found', async () => {
    const world = opened(withEvents(readyTask(), 2_300));
    world.feed.update();
    await delay(200);
    expect(world.sent).toEqual([]);
    await world.feed.receive({ type: 'ready' });
    expect(world.of('rows').flatMap(({ rows }) => rows)).toEqual(sampleTimeline(2_300));
    expect(world.of('rows').map(({ from }) => from)).toEqual([0, 500, 1_000, 1_500, 2_000]);
    expect(world.asked).toEqual([0, 1_000, 2_000]);
    expect(world.of('task').map(({ badge }) => badge)).toEqual([
      { kind: 'checking', text: 'Checking the trace' },
      { kind: 'whole', text: 'Trace verified: 2300 events' },
    ]);
    expect(world.verified).toBe(1);
  });

  test('what is new of a task at work in one piece, and its trace is checked when it rests', async () => {
    const world = opened(withEvents(queuedTask({ state: 'working' }), 10));
    await world.feed.receive({ type: 'ready' });
    expect(world.verified).toBe(0);
    for (const events of [11, 12, 13, 14]) {
      world.task = withEvents(queuedTask({ state: 'working' }), events);
      world.feed.update();
    }
    await delay(300);
    expect(world.of('rows').map(({ from, rows }) => [from, rows.length])).toEqual([
      [0, 10],
      [10, 4],
    ]);
    world.task = withEvents(readyTask(), 16);
    world.feed.update();
    await delay(300);
    expect(world.of('rows').at(-1)?.from).toBe(14);
    expect([world.verified, world.of('task').at(-1)?.badge.kind]).toEqual([1, 'whole']);
  });

  test('nothing while it is hidden, and all of it from memory when it is back', async () => {
    const world = opened(withEvents(queuedTask({ state: 'working' }), 10));
    await world.feed.receive({ type: 'ready' });
    world.feed.hide();
    const sent = world.sent.length;
    world.task = withEvents(queuedTask({ state: 'working' }), 12);
    world.feed.update();
    await delay(250);
    expect([world.sent.length, world.asked]).toEqual([sent, [0]]);
    await world.feed.receive({ type: 'ready' });
    expect(world.asked).toEqual([0, 10]);
    expect(
      world
        .of('rows')
        .slice(1)
        .flatMap(({ rows }) => rows),
    ).toEqual(sampleTimeline(12));
  });

  test('why there is no task, and that it is there after all', async () => {
    const world = opened(undefined);
    await world.feed.receive({ type: 'ready' });
    world.task = withEvents(readyTask(), 3);
    world.feed.update();
    await delay(300);
    expect(world.of('problem').map(({ message }) => message)).toEqual(['Looking for the task…', '']);
    expect(world.of('rows')).toHaveLength(1);
  });

  test('what went wrong with the trace, in one line, and a check that could not be made is made again', async () => {
    const bad = failure('io', 'The disk is gone.');
    const world = opened(withEvents(readyTask(), 3), { rows: async () => fail(bad), verify: async () => fail(bad) });
    await world.feed.receive({ type: 'ready' });
    expect(world.of('problem').at(-1)?.message).toBe('The disk is gone.');
    expect(world.of('task').at(-1)?.badge).toEqual({
      kind: 'wrong',
      text: 'The trace could not be checked: The disk is gone.',
    });
  });

  test('ends with the panel', async () => {
    const world = opened(withEvents(queuedTask({ state: 'working' }), 3));
    await world.feed.receive({ type: 'ready' });
    const sent = world.sent.length;
    world.feed.update();
    world.feed.dispose();
    await delay(200);
    expect(world.sent).toHaveLength(sent);
  });
});

describe('what a page asks for', () => {
  test('is done with the task of the page, and nothing else is', async () => {
    const world = opened(withEvents(readyTask(), 3));
    await world.feed.receive({ type: 'ready' });
    await world.feed.receive({ type: 'detail', seq: 2 });
    await world.feed.receive({ type: 'file', path: 'src/sum.js' });
    await world.feed.receive({ type: 'action', action: 'review' });
    await world.feed.receive({ type: 'action', action: 'workbench.action.quit' });
    expect(world.of('detail')).toEqual([{ type: 'detail', seq: 2, detail: 'detail of 2' }]);
    expect(world.done).toEqual(['src/sum.js', 'review', 'The page of a task sent what is no message.']);
  });

  test('as text says what the page says, safe to show', async () => {
    const world = opened(withEvents(readyTask({ goal: 'Fix\u202E it', plan: ['Look', 'Mend'] }), 8));
    await world.feed.receive({ type: 'ready' });
    await world.feed.receive({ type: 'action', action: 'copy' });
    const [text = ''] = world.done;
    expect(text).toContain('Fix<U+202E> it');
    expect(text).toContain('\nTrace verified: 8 events');
    expect(text).toContain('Plan\n1. Look\n2. Mend');
    expect(text).toContain('modified src/sum.js +1 -1');
    expect(text).toContain('tests green: 10 passed (before: 1 of 10 failed)');
    expect(text).toContain('implementer: approve. The tests pass.');
    expect(text).toContain('  may not reach any network');
    expect(text).toMatch(/Step 1\n {2}2026-01-05T21:00:04\.200Z {2}asked {2}request/);
  });
});
