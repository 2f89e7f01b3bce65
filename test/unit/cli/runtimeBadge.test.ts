import { describe, expect, it } from 'vitest';
import { progressText, runtimeBadge } from '../../../src/host/trace/progressText.ts';
import { taskText } from '../../../src/cli/writers/taskText.ts';
import { readyTask } from '../../fakes/sampleTasks.ts';

const badge = 'runc, shared kernel, limits not enforced: memory, processes';
const runtime = { name: 'runc', isolatedKernel: false, unenforced: ['memory', 'processes'] };

describe('the badge of a sandbox', () => {
  it('tells a kernel of its own from a shared one', () => {
    expect(runtimeBadge({ name: 'runsc', isolatedKernel: true })).toBe('runsc, its own kernel');
    expect(runtimeBadge({ name: 'runc', isolatedKernel: false, unenforced: [] })).toBe('runc, shared kernel');
  });

  it('names limits that the engine does not keep, while a task runs and after', () => {
    const { name, ...rest } = runtime;
    const data = { profile: 'locked', runtime: name, startMs: 1, ...rest };
    const line = { seq: 1, ts: '', type: 'sandbox-started', actor: 'host', data };
    expect(progressText(line)).toContain(badge);
    expect(taskText(readyTask({ runtime }), (_style, text) => text)).toContain(badge);
  });
});
