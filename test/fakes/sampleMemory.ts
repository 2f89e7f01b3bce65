import type { Episode, MemoryStatus, RecallHit } from '../../src/protocol/memory.ts';

/** A memory that is ready, without vectors. */
export function memoryStatus(changes: Partial<MemoryStatus> = {}): MemoryStatus {
  return {
    state: 'ready',
    root: '/home/me/app',
    files: { known: 1_204, indexed: 1_204, skipped: { ignored: 320, binary: 12 } },
    chunks: 8_410,
    symbols: 5_120,
    edges: 14_031,
    commits: 920,
    episodes: 3,
    vectors: { state: 'none', done: 0, total: 0 },
    watching: { by: 'chokidar' },
    problems: [],
    bytes: 52_428_800,
    memoryBytes: 190_000_000,
    ...changes,
  };
}

export function recallHit(changes: Partial<RecallHit> = {}): RecallHit {
  return {
    kind: 'code',
    path: 'src/cart.ts',
    startLine: 12,
    endLine: 30,
    symbol: 'Cart.add',
    title: 'Cart.add',
    score: 1,
    reasons: [{ by: 'words', text: '"cart" and "add" in its text' }],
    ...changes,
  };
}

export function sampleEpisode(changes: Partial<Episode> = {}): Episode {
  return {
    id: 'episode-1',
    task: 'task-7h2k9m4q1x',
    goal: 'Fix the total of an empty cart',
    time: '2026-11-20T10:00:00.000Z',
    outcome: 'accepted',
    files: ['src/cart.ts'],
    approach: 'Started the sum at zero.',
    signature: ['TypeError', 'Cart.total'],
    proof: '12 passed (before: 1 of 12 failed)',
    stale: false,
    changedSince: [],
    ...changes,
  };
}
