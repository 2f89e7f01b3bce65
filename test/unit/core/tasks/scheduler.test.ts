import { describe, expect, test } from 'vitest';
import { Scheduler } from '../../../../src/core/tasks/scheduler.ts';

interface Work {
  readonly started: string[];
  readonly finish: Map<string, () => void>;
  run(task: string): () => Promise<void>;
}

function makeWork(): Work {
  const started: string[] = [];
  const finish = new Map<string, () => void>();
  return {
    started,
    finish,
    run: (task) => () => {
      started.push(task);
      return new Promise((resolve) => finish.set(task, resolve));
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('the scheduler', () => {
  test('runs at most as many as its limit, in the order of submission', async () => {
    const work = makeWork();
    const scheduler = new Scheduler(2);
    for (const task of ['a', 'b', 'c', 'd']) scheduler.submit(task, work.run(task));
    expect(work.started).toEqual(['a', 'b']);
    work.finish.get('b')?.();
    await turn();
    expect(work.started).toEqual(['a', 'b', 'c']);
  });

  test('does not take a task twice, whether it waits or runs', () => {
    const work = makeWork();
    const scheduler = new Scheduler(1);
    for (const task of ['a', 'b', 'a', 'b']) scheduler.submit(task, work.run(task));
    expect(work.started).toEqual(['a']);
    expect(scheduler.withdraw('b')).toBe(true);
    expect(scheduler.withdraw('b')).toBe(false);
  });

  test('does not start a task that was withdrawn', async () => {
    const work = makeWork();
    const scheduler = new Scheduler(1);
    scheduler.submit('a', work.run('a'));
    scheduler.submit('b', work.run('b'));
    expect(scheduler.withdraw('b')).toBe(true);
    expect(scheduler.withdraw('a')).toBe(false);
    work.finish.get('a')?.();
    await turn();
    expect(work.started).toEqual(['a']);
  });

  test('tells when it becomes busy and when it no longer is', async () => {
    const work = makeWork();
    const states: boolean[] = [];
    const scheduler: Scheduler = new Scheduler(1, () => states.push(scheduler.busy));
    scheduler.submit('a', work.run('a'));
    scheduler.submit('b', work.run('b'));
    work.finish.get('a')?.();
    await turn();
    work.finish.get('b')?.();
    await scheduler.settled();
    expect(states).toEqual([true, false]);
  });

  test('queues a task once more that is submitted while it runs, however often', async () => {
    const work = makeWork();
    const scheduler = new Scheduler(1);
    scheduler.submit('a', work.run('a'));
    scheduler.submit('a', work.run('a again'));
    scheduler.submit('a', work.run('a again'));
    expect(work.started).toEqual(['a']);
    work.finish.get('a')?.();
    await turn();
    expect(work.started).toEqual(['a', 'a again']);
    work.finish.get('a again')?.();
    await turn();
    expect([work.started.length, scheduler.busy]).toEqual([2, false]);
  });
});
