import { describe, expect, it } from 'vitest';
import { createHumanWriter } from '../../../src/cli/writers/humanWriter.ts';
import { createJsonWriter } from '../../../src/cli/writers/jsonWriter.ts';
import type { HostResult } from '../../../src/protocol/host.ts';
import { memoryCliIo } from '../../fakes/memoryCliIo.ts';
import { readyTask } from '../../fakes/sampleTasks.ts';

const commit = '0123456789abcdef';
const accepted = (placed: HostResult<'applyTask'>['placed']): HostResult<'applyTask'> => {
  return { task: readyTask(), applied: ['src/sum.js'], conflicts: [], remaining: [], placed };
};

describe('an accept that went beside the working tree', () => {
  it.each<[NonNullable<HostResult<'applyTask'>['placed']>, string]>([
    [{ kind: 'staged' }, 'staged     the changes above'],
    [{ kind: 'commit', commit, branch: null }, 'committed  0123456789ab on a detached HEAD'],
    [{ kind: 'branch', commit, branch: 'topic' }, 'branched   0123456789ab on topic'],
    [
      { kind: 'worktree', commit, branch: 'topic', directory: '/tree' },
      'branched   0123456789ab on topic, checked out in /tree',
    ],
  ])('%j is told as "%s"', (placed, line) => {
    const io = memoryCliIo([]);
    createHumanWriter(io).applied(accepted(placed));
    expect(io.out().split('\n').slice(0, 2)).toEqual(['applied    src/sum.js', line]);
  });

  it('is a line of its own for programs', () => {
    const io = memoryCliIo([]);
    createJsonWriter(io.stdout).applied(accepted({ kind: 'branch', commit, branch: 'topic' }));
    expect(JSON.parse(io.out().split('\n')[0] ?? '')).toEqual({
      type: 'placed',
      kind: 'branch',
      commit,
      branch: 'topic',
    });
  });
});
