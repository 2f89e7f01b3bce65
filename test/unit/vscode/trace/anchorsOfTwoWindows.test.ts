import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { TraceAnchors } from '../../../../src/vscode/trace/traceAnchors.ts';

const root = '/home/me/app';

/** One memory that two windows share, and that takes a while for everything. */
function twoWindows() {
  const kept = new Map<string, string>();
  const memory = {
    get: async (key: string) => {
      await delay(1);
      return kept.get(key);
    },
    store: async (key: string, value: string) => {
      await delay(1);
      kept.set(key, value);
    },
  };
  return { kept, first: new TraceAnchors(memory), second: new TraceAnchors(memory) };
}

describe('two windows that remember traces at the same time', () => {
  test('lose nothing of each other', async () => {
    const { first, second } = twoWindows();
    const tasks = Array.from({ length: 20 }, (_, at) => `task-${at}`);
    await Promise.all([
      first.rememberKey(root, 'nightshift+1+A'),
      ...tasks.map((task, seq) => (seq % 2 === 0 ? first : second).rememberHead(root, task, { seq, hash: task })),
    ]);
    for (const [seq, task] of tasks.entries()) {
      expect(await first.head(root, task)).toEqual({ seq, hash: task });
    }
    expect(await second.key(root)).toBe('nightshift+1+A');
  });

  test('keep the place that is further on', async () => {
    const { first, second } = twoWindows();
    await first.rememberHead(root, 'task-1', { seq: 9, hash: 'a' });
    await second.rememberHead(root, 'task-1', { seq: 7, hash: 'b' });
    expect(await first.head(root, 'task-1')).toEqual({ seq: 9, hash: 'a' });
    await Promise.all([
      first.rememberHead(root, 'task-1', { seq: 11, hash: 'c' }),
      first.rememberHead(root, 'task-1', { seq: 10, hash: 'd' }),
    ]);
    expect(await second.head(root, 'task-1')).toEqual({ seq: 11, hash: 'c' });
  });

  test('still know what an earlier version kept in one piece', async () => {
    const { kept, first } = twoWindows();
    const heads = { 'task-1': { seq: 9, hash: 'a' } };
    kept.set(`nightshift.traces:${root}`, JSON.stringify({ key: 'nightshift+1+A', heads }));
    expect(await first.head(root, 'task-1')).toEqual({ seq: 9, hash: 'a' });
    await first.rememberHead(root, 'task-1', { seq: 7, hash: 'b' });
    await first.rememberKey(root, 'nightshift+2+B');
    expect(await first.key(root)).toBe('nightshift+1+A');
    expect(await first.head(root, 'task-1')).toEqual({ seq: 9, hash: 'a' });
    await first.rememberHead(root, 'task-1', { seq: 12, hash: 'c' });
    expect(await first.head(root, 'task-1')).toEqual({ seq: 12, hash: 'c' });
  });
});
