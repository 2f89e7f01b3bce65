import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../../../src/core/guards/limits.ts';
import type { Task } from '../../../../src/core/tasks/task.ts';
import { foldTask } from '../../../../src/core/tasks/taskReducer.ts';
import { artifactsOf } from '../../../../src/core/trace/artifactsOf.ts';
import { redactEntry } from '../../../../src/core/trace/redactEntry.ts';
import { type TraceEventData, type TraceEventType, traceEventData } from '../../../../src/core/trace/traceEvent.ts';
import { sampleSecrets } from '../../../fakes/sampleSecrets.ts';
import { created, entry, imported, move, placed, proved } from '../../../fakes/traceEvents.ts';
import { testProtection } from '../../../fakes/traceProtection.ts';

const { redactor } = testProtection();
const secret = sampleSecrets[0]?.secret ?? '';
const artifact = { sha256: secret, bytes: 1 };
const reason = { code: 'x', message: 'why' };
const step = { run: secret, step: 0 };

/** One of every event, with something that looks like a secret in each place that the host acts on, in an order that folds. */
const events: { readonly [T in TraceEventType]: TraceEventData<T> } = {
  'task-created': data('task-created', {
    ...created().data,
    task: secret,
    goal: 'fix it',
    origin: { kind: 'cli' },
    model: { driver: 'ollama', name: secret },
    replay: false,
    limits: defaultLimits,
    settings: { contextTokens: 1, requireGvisor: false, testCommand: ['test', secret], ollamaHost: secret },
    workspace: secret,
    product: '1',
    modelDigest: secret,
    policy: secret,
  }),
  'task-moved': { move: 'prepare', from: 'queued', to: 'preparing', reason },
  'limits-extended': { steps: 9_999 },
  'task-resumed': {},
  'move-refused': { move: 'merge', from: 'queued', allowed: [], reason: 'No.' },
  'snapshot-taken': { tree: secret, head: secret, branch: null, files: 1, bytes: 1, uncommitted: 0, excluded: [] },
  'approval-given': { subject: 'environment', definition: secret, hosts: [secret] },
  'trial-started': { model: { driver: 'ollama', name: secret } },
  'trial-ended': {
    model: { driver: 'ollama', name: secret },
    result: { grade: { tools: 'text', schema: true, level: 'weak' }, words: 'weak', findings: [] },
    reason,
  },
  'environment-chosen': {
    tree: secret,
    source: 'environment.yml',
    definition: secret,
    status: 'ready',
    key: secret,
    image: secret,
    network: false,
    reached: [],
    testCommand: ['test', secret],
    warnings: [],
    output: artifact,
  },
  'run-started': { run: secret, agent: 'implementer', tree: secret },
  'context-added': { run: secret, source: 'note', tainted: false, artifact },
  'memory-recalled': { run: secret, purpose: 'start', query: '', sources: [], missing: [], milliseconds: 1 },
  'plan-made': { run: secret, by: 'supervisor', steps: [] },
  'engine-awaited': { message: 'The engine is away.' },
  'model-awaited': { model: secret, need: 'window', message: 'It waits.' },
  'model-delayed': { run: 'run-1', step: 1, message: 'Waiting for the model' },
  'sandbox-delayed': { profile: 'locked', message: 'memory' },
  'sandbox-started': {
    run: secret,
    sandbox: secret,
    profile: 'locked',
    runtime: 'runc',
    isolatedKernel: false,
    image: secret,
    specHash: secret,
    startMs: 1,
  },
  'sandbox-ended': { sandbox: secret, cause: 'destroyed' },
  'model-asked': { ...step, request: artifact, estimatedTokens: 1, contextTokens: 1 },
  'model-answered': {
    ...step,
    text: '',
    thinking: '',
    calls: [],
    finish: 'stop',
    promptTokens: 1,
    outputTokens: 1,
    counted: true,
    newTokens: 1,
    milliseconds: 1,
    truncated: false,
  },
  'model-failed': { ...step, reason },
  'call-refused': { ...step, call: { id: '1', name: 'n', arguments: {} }, reason },
  'tool-called': { ...step, call: '1', tool: 'edit_file', arguments: {}, effect: 'write', repairs: [] },
  'tool-returned': {
    ...step,
    call: '1',
    tool: 'edit_file',
    ok: true,
    output: '',
    artifact,
    likeness: secret,
    file: { path: secret, before: secret, after: `${secret}2` },
    milliseconds: 1,
  },
  'tool-closed': { run: secret, tool: 'edit_file', failures: 3 },
  'notice-given': { ...step, guard: 'steps', text: 'Hurry.' },
  'guard-tripped': { ...step, guard: 'steps', reason },
  'checkpoint-saved': { ...step, tree: secret, changes: 1 },
  'run-ended': { run: secret, outcome: 'finished' },
  'changeset-imported': data('changeset-imported', imported(secret, [secret]).data),
  'policy-judged': {
    hash: secret,
    judgement: {
      refused: [{ path: secret, rule: 'ci', message: 'It runs in CI.' }],
      protected: [{ path: secret, rule: 'ci', message: 'It runs in CI.' }],
    },
  },
  'proof-started': { hash: secret, runner: 'node-test', command: ['test'] },
  'proof-ended': withBaseTest(data('proof-ended', proved(secret).data)),
  'vote-cast': { agent: 'implementer', vote: 'approve', hash: secret, reason: 'Good.' },
  'statement-signed': { hash: secret, artifact },
  'apply-intended': {
    key: secret,
    hash: secret,
    writes: [{ path: secret, before: secret, after: secret, mode: '100644' }],
    parts: [{ path: secret, hunks: [], of: 2 }],
  },
  'terminal-opened': { sandbox: secret, tree: secret },
  'taken-over': { tree: secret, directory: secret, branch: secret, files: 1, left: [secret] },
  'task-archived': { archived: false },
  'file-reviewed': { hash: secret, path: secret, reviewed: true },
  'changes-rejected': { hash: secret, path: secret, hunks: 'whole', of: 0 },
  'apply-ended': { key: secret, applied: [secret], conflicts: [{ path: secret, reason: 'changed', message: 'm' }] },
  'undo-intended': {
    key: secret,
    paths: [secret],
    writes: [{ path: secret, before: secret, after: null, mode: null }],
  },
  'undo-ended': { key: secret, undone: [secret], conflicts: [{ path: secret, reason: 'changed', message: 'm' }] },
  'user-said': { text: 'Use the other file.' },
  'note-told': { ...step, text: 'Use the other file.' },
  'comment-sent': { hash: secret, path: secret, startLine: 0, endLine: 0, file: artifact, quote: 'a', text: 'b' },
  'comment-answered': { run: secret, comment: 1, text: 'Done.' },
  'comment-resolved': { comment: 1, resolved: true },
  'question-asked': { run: secret, question: 'Which?', options: ['This.'] },
  'finding-reported': {
    run: secret,
    severity: 'note',
    message: 'm',
    path: secret,
    region: { startLine: 0, startCharacter: 0, endLine: 0 },
    quote: { before: null, lines: ['a'], after: null },
  },
  'journal-recovered': { bytes: 1, sha256: secret },
};

function data<T extends TraceEventType>(type: T, value: unknown): TraceEventData<T> {
  return traceEventData[type].parse(value) as TraceEventData<T>;
}

function withBaseTest({ hash, proof }: TraceEventData<'proof-ended'>): TraceEventData<'proof-ended'> {
  return { hash, proof: { ...proof, base: { ...proof.base, tests: [{ name: secret, status: 'passed' }] } } };
}

const entries = (Object.keys(events) as TraceEventType[]).map((type) => entry(type, events[type] as never, 'user'));

describe('what the host acts on', () => {
  test('folds from the redacted events as from the events themselves', async () => {
    let plain: Task | undefined;
    let redacted: Task | undefined;
    for (const [index, item] of entries.entries()) {
      plain = foldTask(plain, placed(item, index, index));
      redacted = foldTask(redacted, placed(await redactEntry(item, redactor), index, index));
      expect(redacted, item.type).toEqual(plain);
    }
    expect(redacted).toMatchObject({
      environment: { testCommand: ['test', secret] },
      conduct: { files: [{ path: secret }] },
      baseline: { tests: [{ name: secret }] },
      statement: { hash: secret },
    });
  });

  test.each(entries)('is left as it is by $type', async (item) => {
    expect(await redactEntry(item, redactor)).toEqual(item);
  });

  test('is not the text beside it', async () => {
    const chosen = { ...events['environment-chosen'], problem: `password="${secret}"`, warnings: [secret] };
    const written = await redactEntry(entry('environment-chosen', chosen), redactor);
    expect(written.data).toMatchObject({
      testCommand: ['test', secret],
      warnings: [expect.not.stringContaining(secret)],
    });
    expect(written.data).toMatchObject({ problem: expect.not.stringContaining(secret) });
    expect((await redactEntry(move('fail', { code: 'x', message: secret }), redactor)).data).toMatchObject({
      reason: { message: expect.not.stringContaining(secret) },
    });
  });
});

describe('the payloads that an event names', () => {
  test.each(entries)('are all found in $type', (item) => {
    const names = JSON.stringify(item.data).split('"sha256":').length - 1;
    expect(artifactsOf(item)).toEqual(
      item.type === 'journal-recovered' ? [] : Array.from({ length: names }, () => artifact),
    );
  });

  test('are not those that a model makes up as arguments', () => {
    expect(artifactsOf(entry('tool-called', { ...events['tool-called'], arguments: artifact }))).toEqual([]);
    const call = { id: '1', name: 'n', arguments: artifact };
    expect(artifactsOf(entry('call-refused', { ...events['call-refused'], call }))).toEqual([]);
  });
});
