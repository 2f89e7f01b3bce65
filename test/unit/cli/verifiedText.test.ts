import { describe, expect, it } from 'vitest';
import { createHumanWriter } from '../../../src/cli/writers/humanWriter.ts';
import { memoryCliIo } from '../../fakes/memoryCliIo.ts';

function text(firstBad: { line?: number; reason: string; version?: 'newer' | 'older' }): string {
  const io = memoryCliIo([]);
  createHumanWriter(io).verified('task-1', { ok: false, events: 4, firstBad });
  return io.out();
}

describe('what a verification says', () => {
  it('names the line, or the checkpoint where that is at fault, or the version that can read it', () => {
    expect(text({ line: 3, reason: 'hash' })).toBe(
      '✗ The trace of task-1 was changed at line 3: hash. Do not rely on it.\n',
    );
    expect(text({ reason: 'the checkpoint is missing' })).toBe(
      '✗ The trace of task-1 cannot be verified: the checkpoint is missing. Do not rely on it.\n',
    );
    expect(text({ line: 3, reason: 'was written by a newer version', version: 'newer' })).toBe(
      '✗ The trace of task-1 was written by a newer version.\n',
    );
  });
});
