import { describe, expect, it } from 'vitest';
import { applyChange } from '../../../src/host/client/mirror.ts';
import type { HostState } from '../../../src/protocol/host.ts';
import { memoryStatus } from '../../fakes/sampleMemory.ts';
import { queuedTask, traceLine } from '../../fakes/sampleTasks.ts';

const first = queuedTask({ id: 'task-a', createdAt: '2026-01-01T00:00:00.000Z' });
const second = queuedTask({ id: 'task-b', createdAt: '2026-01-02T00:00:00.000Z' });
const state: HostState = { seq: 5, workspace: { id: 'w', root: '/w' }, tasks: [first] };

describe('mirror of the host state', () => {
  it('takes a task in, newest first, and replaces a known one', () => {
    const added = applyChange(state, { previous: 5, delta: { kind: 'task', seq: 6, task: second } });
    expect(added).toEqual({ ok: true, value: { ...state, seq: 6, tasks: [second, first] } });
    const changed = { ...first, state: 'ready' as const };
    expect(applyChange(state, { previous: 5, delta: { kind: 'task', seq: 6, task: changed } })).toMatchObject({
      value: { tasks: [{ id: 'task-a', state: 'ready' }] },
    });
    expect(state.tasks).toEqual([first]);
  });

  it('counts trace lines without keeping them', () => {
    const change = {
      previous: 5,
      delta: { kind: 'trace', seq: 6, task: 'task-a', line: traceLine(0, 'task-created', {}) },
    } as const;
    expect(applyChange(state, change)).toEqual({ ok: true, value: { ...state, seq: 6 } });
  });

  it('keeps the newest state of the memory', () => {
    const status = memoryStatus({ state: 'indexing' });
    expect(applyChange(state, { previous: 5, delta: { kind: 'memory', seq: 6, status } })).toEqual({
      ok: true,
      value: { ...state, seq: 6, memory: status },
    });
  });

  it('ignores what it has already', () => {
    expect(applyChange(state, { previous: 4, delta: { kind: 'task', seq: 5, task: second } })).toEqual({
      ok: true,
      value: state,
    });
  });

  it('notices a gap, and none where numbers were left out on purpose', () => {
    expect(applyChange(state, { previous: 6, delta: { kind: 'task', seq: 7, task: second } })).toMatchObject({
      ok: false,
      error: { reason: 'gap' },
    });
    expect(applyChange(state, { previous: 5, delta: { kind: 'task', seq: 9, task: second } })).toMatchObject({
      ok: true,
      value: { seq: 9 },
    });
  });
});
