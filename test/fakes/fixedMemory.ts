import { fail, ok } from '../../src/base/result.ts';
import type { Failure } from '../../src/base/failure.ts';
import type { Memory } from '../../src/core/memory/memory.ts';
import type { RecallHit, RecallQuery, RecallResult } from '../../src/protocol/memory.ts';

/** A memory that always answers the same, and remembers what it was asked. */
export class FixedMemory implements Memory {
  readonly asked: RecallQuery[] = [];
  private readonly hits: readonly RecallHit[];
  private readonly failure: Failure | undefined;

  constructor(hits: readonly RecallHit[], failure?: Failure) {
    this.hits = hits;
    this.failure = failure;
  }

  async recall(query: RecallQuery): ReturnType<Memory['recall']> {
    this.asked.push(query);
    return this.failure === undefined ? ok(recallResult(this.hits)) : fail(this.failure);
  }
}

export function recallResult(hits: readonly RecallHit[]): RecallResult {
  return {
    hits: [...hits],
    missing: ['vectors: no embedding model'],
    understood: { terms: ['sum'], frames: 0 },
    milliseconds: 3,
  };
}

export function codeHit(changes: Partial<RecallHit> = {}): RecallHit {
  return {
    kind: 'code',
    path: 'src/sum.js',
    startLine: 1,
    endLine: 1,
    title: 'add',
    score: 1,
    reasons: [{ by: 'words', text: '"sum" in its path' }],
    snippet: 'export const add = (a, b) => a - b;',
    ...changes,
  };
}

export function commitHit(changes: Partial<RecallHit> = {}): RecallHit {
  return {
    kind: 'commit',
    title: 'Mend add once more',
    score: 0.9,
    reasons: [{ by: 'history', text: 'changed src/sum.js' }],
    commit: { id: 'a'.repeat(40), author: 'Ann', time: '2026-01-01T00:00:00Z' },
    ...changes,
  };
}

export function episodeHit(
  outcome: NonNullable<RecallHit['episode']>['outcome'] = 'accepted',
  changes: Partial<RecallHit> = {},
  stale = false,
): RecallHit {
  return {
    kind: 'episode',
    title: 'Mend the sum of negative numbers',
    score: 0.8,
    reasons: [{ by: 'episode', text: 'the same error' }],
    snippet: 'Swapped the operator in src/sum.js.\nTools: read_file, edit_file',
    episode: { id: `episode-${outcome}`, task: `task-${outcome}`, outcome, stale },
    ...changes,
  };
}
