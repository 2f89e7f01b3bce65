import { describe, expect, test } from 'vitest';
import { judgeStorage } from '../../../src/core/sandbox/housekeeping.ts';
import type { Task } from '../../../src/core/tasks/task.ts';
import { taskStanding } from '../../../src/host/housekeeping.ts';
import { created, entry, fold, imported, move } from '../../fakes/traceEvents.ts';

const working = [created(), move('prepare'), move('work')];
const saved = entry('checkpoint-saved', { run: 'run-1', step: 1, tree: 't1', changes: 1 });
const day = 86_400_000;

/** What becomes of the trees of a task that nobody touched for a year. */
function fate(task: Task): string | undefined {
  const { at, ...standing } = taskStanding(task);
  const tree = { class: 'task-tree', id: 'x', name: 'x', bytes: 1, usedAt: at, task: standing } as const;
  const policy = { now: at + 365 * day, began: at, imageBytes: 1, olderThanDays: 14 };
  return judgeStorage([tree], policy)[0]?.action;
}

describe('the trees of a task', () => {
  test('stay with a changeset that was cancelled, until it is discarded', () => {
    const cancelled = [...working, imported('h1'), move('cancel')];
    expect(fate(fold(...cancelled))).toBe('keep');
    const discarded = fold(...cancelled, move('discard'));
    expect(discarded.state).toBe('discarded');
    expect(fate(discarded)).toBe('remove');
  });

  test('go when it was cancelled without a result, and stay when it failed and may be resumed', () => {
    expect(fate(fold(...working, saved, move('cancel')))).toBe('remove');
    expect(fate(fold(...working, saved, move('fail')))).toBe('keep');
    expect(fate(fold(...working, move('fail')))).toBe('remove');
  });
});
