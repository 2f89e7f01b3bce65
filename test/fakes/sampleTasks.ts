import type { TraceLine } from '../../src/protocol/host.ts';
import type { TaskView } from '../../src/protocol/taskView.ts';

export const sampleHash = 'a3f1'.repeat(16);

/** A task as the host shows it right after it was created. */
export function queuedTask(changes: Partial<TaskView> = {}): TaskView {
  return {
    id: 'task-7h2k9m4q1x',
    goal: 'Fix the failing test in sum.js',
    state: 'queued',
    activity: 'Waiting for its turn',
    createdAt: '2026-01-05T21:00:00.000Z',
    updatedAt: '2026-01-05T21:00:00.000Z',
    model: 'replay:/scripts/sum.json',
    replay: true,
    origin: { kind: 'cli' },
    refused: [],
    excluded: [],
    votes: [],
    usage: { newTokens: 0, tokens: 0, steps: 0, seconds: 0 },
    limits: { newTokens: 50_000, steps: 40, seconds: 1_800 },
    trace: { path: '/state/tasks/task-7h2k9m4q1x/trace.jsonl', events: 1 },
    ...changes,
  };
}

/** A task that is done and whose proof is green. */
export function readyTask(changes: Partial<TaskView> = {}): TaskView {
  return queuedTask({
    state: 'ready',
    activity: 'Ready for review',
    updatedAt: '2026-01-05T21:00:12.000Z',
    runtime: { name: 'runc', isolatedKernel: false },
    summary: 'sum() subtracted; it adds now.',
    changeset: {
      hash: sampleHash,
      files: [
        { path: 'src/sum.js', status: 'modified', additions: 1, deletions: 1, binary: false, applied: false },
        {
          path: 'package.json',
          status: 'modified',
          additions: 2,
          deletions: 0,
          binary: false,
          protected: 'It can run programs when dependencies are installed.',
          applied: false,
        },
      ],
    },
    proof: {
      verdict: 'green',
      reason: 'All 10 tests pass; 1 of them failed on the base.',
      hash: sampleHash,
      command: ['node', '--test'],
      runtime: 'runc',
      base: { passed: 9, failed: 1, skipped: 0, total: 10 },
      patched: { passed: 10, failed: 0, skipped: 0, total: 10 },
      tests: [{ name: 'sum adds', status: 'passed' }],
    },
    votes: [{ agent: 'implementer', vote: 'approve', hash: sampleHash, reason: 'The tests pass.' }],
    usage: { newTokens: 1_834, tokens: 4_920, steps: 5, seconds: 11.4 },
    trace: { path: '/state/tasks/task-7h2k9m4q1x/trace.jsonl', events: 31 },
    ...changes,
  });
}

export const samplePatch = `diff --git a/src/sum.js b/src/sum.js
index 1111111..2222222 100644
--- a/src/sum.js
+++ b/src/sum.js
@@ -1,3 +1,3 @@
 export function sum(a, b) {
-  return a - b;
+  return a + b;
 }
`;

export function traceLine(seq: number, type: string, data: unknown, actor = 'host'): TraceLine {
  return { seq, ts: '2026-01-05T21:00:01.000Z', type, actor, data };
}

/** What a short run leaves in the trace, in the order and shape of the real events. */
export const sampleLines: readonly TraceLine[] = [
  traceLine(0, 'task-created', { task: 'task-7h2k9m4q1x', goal: 'Fix the failing test in sum.js' }, 'user'),
  traceLine(1, 'snapshot-taken', {
    tree: '1'.repeat(40),
    head: '2'.repeat(40),
    branch: 'main',
    files: 4,
    bytes: 812,
    uncommitted: 1,
    excluded: [{ path: '.env', reason: 'secret' }],
  }),
  traceLine(2, 'sandbox-started', {
    run: 'run-1',
    sandbox: 'box-1',
    profile: 'locked',
    runtime: 'runc',
    isolatedKernel: false,
    image: 'sha256:1',
    specHash: 'abc',
    startMs: 182,
  }),
  traceLine(3, 'run-started', { run: 'run-1', agent: 'implementer', tree: '1'.repeat(40) }),
  traceLine(4, 'tool-called', {
    run: 'run-1',
    step: 1,
    call: 'call-1',
    tool: 'read_file',
    arguments: { path: 'src/sum.js' },
    effect: 'read',
    repairs: [],
  }),
  traceLine(5, 'tool-returned', {
    run: 'run-1',
    step: 1,
    call: 'call-1',
    tool: 'read_file',
    ok: true,
    output: 'export function',
    milliseconds: 1,
  }),
  traceLine(6, 'tool-called', {
    run: 'run-1',
    step: 2,
    call: 'call-2',
    tool: 'edit_file',
    arguments: { path: 'src/sum.js', old_text: 'a - b', new_text: 'a + b' },
    effect: 'write',
    repairs: [],
  }),
  traceLine(7, 'tool-returned', {
    run: 'run-1',
    step: 2,
    call: 'call-2',
    tool: 'edit_file',
    ok: false,
    output: 'The text occurs twice.',
    reason: 'ambiguous-match',
    milliseconds: 1,
  }),
  traceLine(8, 'proof-started', { hash: sampleHash, runner: 'node', command: ['node', '--test'] }),
  traceLine(9, 'proof-ended', {
    hash: sampleHash,
    proof: {
      verdict: 'green',
      reason: 'All 10 tests pass.',
      base: { passed: 9, failed: 1, skipped: 0, total: 10 },
      patched: { passed: 10, failed: 0, skipped: 0, total: 10 },
    },
  }),
];
