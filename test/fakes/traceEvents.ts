import * as fc from 'fast-check';
import { defaultLimits } from '../../src/core/guards/limits.ts';
import { foldTask } from '../../src/core/tasks/taskReducer.ts';
import type { Task } from '../../src/core/tasks/task.ts';
import { taskMoves } from '../../src/core/tasks/taskState.ts';
import { taskStates } from '../../src/protocol/taskView.ts';
import type { Actor, TraceEntry, TraceEvent, TraceEventData, TraceEventType } from '../../src/core/trace/traceEvent.ts';

/** Entries, events and arbitraries for tests of everything that reads or writes a trace. */

const creation: TraceEventData<'task-created'> = {
  task: 'task-1',
  goal: 'fix the failing test',
  origin: { kind: 'cli' },
  model: { driver: 'replay', name: 'script.json' },
  replay: true,
  limits: defaultLimits,
  settings: { contextTokens: 8192, requireGvisor: false },
  workspace: '/workspace',
  product: '0.1.0',
};

export function entry<T extends TraceEventType>(type: T, data: TraceEventData<T>, actor: Actor = 'host'): TraceEntry {
  return { type, actor, data } as unknown as TraceEntry;
}

/** An entry in its place, without a chain: for folds. `seconds` since the start of the tests' time. */
export function placed(entry: TraceEntry, seconds = 0, seq = 0): TraceEvent {
  return { ...entry, v: 1, seq, ts: new Date(1_800_000_000_000 + seconds * 1000).toISOString(), prev: '0'.repeat(64) };
}

export function created(changes: Partial<TraceEventData<'task-created'>> = {}): TraceEntry {
  return entry('task-created', { ...creation, ...changes });
}

export function fold(...entries: readonly TraceEntry[]): Task {
  const task = entries.reduce<Task | undefined>((task, item) => foldTask(task, placed(item)), undefined);
  if (task === undefined) {
    throw new Error('nothing to fold');
  }
  return task;
}

/** A comment on the first line of `src/sum.js`. */
export function commentSent(hash: string, text = 'Why?'): TraceEntry {
  const file = { sha256: 'a'.repeat(64), bytes: 3 };
  return entry('comment-sent', { hash, path: 'src/sum.js', startLine: 0, endLine: 0, file, quote: 'x', text }, 'user');
}

export function answer(changes: Partial<TraceEventData<'model-answered'>> = {}): TraceEntry {
  return entry(
    'model-answered',
    {
      run: 'run-1',
      step: 0,
      text: '',
      thinking: '',
      calls: [{ id: 'call-1', name: 'read_file', arguments: { path: 'a.js' } }],
      finish: 'calls',
      promptTokens: 100,
      outputTokens: 10,
      counted: true,
      newTokens: 60,
      milliseconds: 5,
      truncated: false,
      ...changes,
    },
    'model',
  );
}

export function toolCalled(
  tool: string,
  input: unknown,
  effect: 'read' | 'write' | 'execute' | 'finish',
  call = 'call-1',
) {
  return entry('tool-called', { run: 'run-1', step: 0, call, tool, arguments: input, effect, repairs: [] }, 'agent');
}

export function toolReturned(tool: string, ok: boolean, call = 'call-1'): TraceEntry {
  return entry('tool-returned', { run: 'run-1', step: 0, call, tool, ok, output: '', milliseconds: 1 }, 'sandbox');
}

export function callRefused(step: number, run = 'run-1'): TraceEntry {
  const call = { id: 'call-1', name: 'nothing', arguments: null };
  return entry('call-refused', { run, step, call, reason: { code: 'unknown-tool', message: 'No.' } });
}

export function move(
  name: TraceEventData<'task-moved'>['move'],
  reason?: { code: string; message: string },
): TraceEntry {
  return entry('task-moved', {
    move: name,
    from: 'queued',
    to: 'applied',
    ...(reason === undefined ? {} : { reason }),
  });
}

const emptyReport = {
  passed: 1,
  failed: 0,
  skipped: 0,
  total: 1,
  exitCode: 0,
  timedOut: false,
  milliseconds: 1,
  tests: [],
  outputTail: '',
};

export function imported(hash: string, paths: readonly string[] = ['src/sum.js']): TraceEntry {
  const files = paths.map((path) => ({
    path,
    status: 'modified' as const,
    additions: 1,
    deletions: 1,
    binary: false,
    base: 'b0',
    result: `r-${hash}`,
    baseMode: '100644',
    resultMode: '100644',
  }));
  return entry('changeset-imported', {
    run: 'run-1',
    changeset: { hash, baseTree: 't0', resultTree: `t-${hash}`, files },
    summary: 'Fixed it.',
  });
}

export function judged(hash: string, protectedPaths: readonly string[] = []): TraceEntry {
  const listed = protectedPaths.map((path) => ({ path, rule: 'ci', message: `${path} runs in CI` }));
  return entry('policy-judged', { hash, judgement: { refused: [], protected: listed } }, 'policy');
}

export function proved(hash: string, verdict: 'green' | 'red' | 'unverified' = 'green', again?: string): TraceEntry {
  const proof = {
    verdict,
    reason: 'All tests pass.',
    hash,
    command: ['node', '--test'],
    runner: 'node-test',
    runtime: 'runc',
    base: emptyReport,
    patched: emptyReport,
  };
  return entry('proof-ended', { hash, proof, ...(again === undefined ? {} : { again }) });
}

export function voted(
  hash: string,
  vote: 'approve' | 'reject' | 'abstain' = 'approve',
  agent = 'implementer',
): TraceEntry {
  return entry('vote-cast', { agent, vote, hash, reason: 'It holds.' }, 'agent');
}

export const actors: readonly Actor[] = ['user', 'host', 'agent', 'model', 'policy', 'sandbox'];

/** What an agent reported of the first line of a file. */
export const sampleFinding: Omit<TraceEventData<'finding-reported'>, 'run'> = {
  severity: 'warning',
  message: 'The limit is not checked.',
  path: 'src/sum.js',
  region: { startLine: 0, startCharacter: 0, endLine: 0 },
  quote: { before: null, lines: ['a'], after: null },
};

const hash = fc.constantFrom('h1', 'h2');
const run = fc.constantFrom('run-1', 'run-2');
const tool = fc.constantFrom('read_file', 'edit_file', '__proto__', 'constructor');
const tokens = fc.nat(2000);

/** What a model's answers, honest or hostile, can make the host write. */
export const modelEntries: fc.Arbitrary<TraceEntry> = fc.oneof(
  fc
    .record({
      tokens,
      output: tokens,
      newTokens: tokens,
      calls: fc.boolean(),
      finish: fc.constantFrom('stop', 'length', 'calls'),
    })
    .map(({ tokens, output, newTokens, calls, finish }) =>
      answer({
        promptTokens: tokens,
        outputTokens: output,
        newTokens,
        finish: finish as 'stop',
        ...(calls ? {} : { calls: [] }),
      }),
    ),
  fc.tuple(fc.nat(20), run).map(([step, run]) => callRefused(step, run)),
  fc
    .tuple(tool, fc.jsonValue(), fc.constantFrom('read' as const, 'write' as const))
    .map(([tool, input, effect]) => toolCalled(tool, input, effect)),
  fc.tuple(tool, fc.boolean()).map(([tool, ok]) => toolReturned(tool, ok)),
  fc
    .constantFrom(...taskMoves)
    .map((name) => entry('move-refused', { move: name, from: 'working', allowed: [], reason: 'No.' }, 'model')),
  tool.map((name) => entry('tool-closed', { run: 'run-1', tool: name, failures: 3 })),
);

/** Any event in any order: most sequences make no sense. */
export const anyEntry: fc.Arbitrary<TraceEntry> = fc.oneof(
  modelEntries,
  fc.constant(created({ goal: 'another', limits: { ...defaultLimits, newTokens: 9_999_999 } })),
  fc
    .tuple(fc.constantFrom(...taskMoves), fc.constantFrom(...taskStates), fc.constantFrom(...actors))
    .map(([name, to, actor]) =>
      entry('task-moved', { move: name, from: to, to, reason: { code: 'x', message: 'why' } }, actor),
    ),
  run.map((id) => entry('run-started', { run: id, agent: 'implementer', tree: 't0' })),
  fc
    .tuple(run, fc.constantFrom('finished' as const, 'interrupted' as const, 'failed' as const))
    .map(([id, outcome]) => entry('run-ended', { run: id, outcome })),
  hash.map((value) => imported(value)),
  hash.map((value) => judged(value)),
  fc
    .tuple(hash, fc.constantFrom('green' as const, 'red' as const, 'unverified' as const))
    .map(([value, verdict]) => proved(value, verdict)),
  fc
    .tuple(
      hash,
      fc.constantFrom('approve' as const, 'reject' as const, 'abstain' as const),
      fc.constantFrom('implementer', 'reviewer'),
    )
    .map(([value, vote, agent]) => voted(value, vote, agent)),
  fc.constantFrom('k1', 'k2').map((key) => entry('apply-intended', { key, hash: 'h1', writes: [] }, 'user')),
  fc
    .constantFrom('/home/me/app-1', '/home/me/app-2')
    .map((directory) =>
      entry('taken-over', { tree: 't1', directory, branch: 'nightshift/fix', files: 1, left: [] }, 'user'),
    ),
  fc.constantFrom('t1', 't2').map((tree) => entry('terminal-opened', { sandbox: 's1', tree }, 'user')),
  fc.boolean().map((archived) => entry('task-archived', { archived }, 'user')),
  fc
    .tuple(hash, fc.boolean())
    .map(([value, reviewed]) => entry('file-reviewed', { hash: value, path: 'src/sum.js', reviewed }, 'user')),
  fc.tuple(hash, fc.constantFrom('whole' as const, 'none' as const)).map(([value, what]) => {
    const hunks = what === 'whole' ? what : [];
    return entry('changes-rejected', { hash: value, path: 'src/sum.js', hunks, of: 0 }, 'user');
  }),
  fc
    .tuple(fc.constantFrom('k1', 'k2'), fc.subarray(['src/sum.js']))
    .map(([key, applied]) => entry('apply-ended', { key, applied, conflicts: [] })),
  fc.constantFrom('u1', 'u2').map((key) => entry('undo-intended', { key, paths: ['src/sum.js'], writes: [] }, 'user')),
  fc
    .tuple(fc.constantFrom('u1', 'u2'), fc.subarray(['src/sum.js']))
    .map(([key, undone]) => entry('undo-ended', { key, undone, conflicts: [] })),
  fc.constantFrom('Use b.js.', 'Be short.').map((text) => entry('user-said', { text }, 'user')),
  fc.constantFrom('Use b.js.', 'Be short.').map((text) => entry('note-told', { run: 'run-1', step: 0, text })),
  hash.map((value) => commentSent(value)),
  fc.nat(3).map((comment) => entry('comment-answered', { run: 'run-1', comment: comment + 1, text: 'Done.' }, 'agent')),
  fc
    .tuple(fc.nat(3), fc.boolean())
    .map(([comment, resolved]) => entry('comment-resolved', { comment: comment + 1, resolved }, 'user')),
  fc
    .constantFrom('run-1', 'run-2')
    .map((run) => entry('question-asked', { run, question: 'Which?', options: ['This.'] }, 'agent')),
  fc.constantFrom('run-1', 'run-2').map((run) => entry('finding-reported', { run, ...sampleFinding }, 'agent')),
  fc.constant(entry('journal-recovered', { bytes: 3, sha256: 'a'.repeat(64) })),
  fc.constant(entry('sandbox-delayed', { profile: 'locked', message: 'It waits.' })),
  fc.constant(entry('engine-awaited', { message: 'It waits.' })),
  fc.constant(entry('model-awaited', { model: 'vscode:v/m', need: 'window', message: 'It waits.' })),
  fc.constant(entry('model-delayed', { run: 'run-1', step: 1, message: 'Waiting for the model' })),
  fc.constant(
    entry('memory-recalled', { run: 'run-1', purpose: 'start', query: 'q', sources: [], missing: [], milliseconds: 1 }),
  ),
  fc.constant(entry('notice-given', { run: 'run-1', step: 0, guard: 'steps', text: 'Hurry.' })),
  fc.constant(entry('checkpoint-saved', { run: 'run-1', step: 0, tree: 't1', changes: 1 })),
);

/** Events at times that mostly go on and sometimes go back. */
export const anyEvents: fc.Arbitrary<TraceEvent[]> = fc
  .array(fc.tuple(anyEntry, fc.integer({ min: -50, max: 200 })), { maxLength: 60 })
  .map((items) => {
    let now = 0;
    return items.map(([item, step], seq) => placed(item, (now += step), seq));
  });
