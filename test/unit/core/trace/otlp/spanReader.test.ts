import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { otlpRequest } from '../../../../../src/core/trace/otlp/otlpRequest.ts';
import type { Span } from '../../../../../src/core/trace/otlp/span.ts';
import { SpanReader } from '../../../../../src/core/trace/otlp/spanReader.ts';
import type { TraceEntry, TraceEvent } from '../../../../../src/core/trace/traceEvent.ts';
import { sha256 } from '../../../../../src/node/tasks/sha256.ts';
import { plainAttributes, spansOfRequest } from '../../../../fakes/otlpSchema.ts';
import {
  answer,
  anyEntry,
  created,
  entry,
  imported,
  judged,
  placed,
  proved,
  toolCalled,
  toolReturned,
  voted,
} from '../../../../fakes/traceEvents.ts';

const source = { productVersion: '1.0.0', workspace: 'ab'.repeat(8) };
const secret = 'SECRET-words';

function read(events: readonly TraceEvent[], content = false): { ended: Span[]; all: Span[] } {
  const reader = new SpanReader({ task: 'task-1', sha256, content });
  const ended = events.flatMap((event) => reader.take(event));
  return { ended, all: [...ended, ...reader.unended()] };
}

function events(...entries: readonly TraceEntry[]): TraceEvent[] {
  return entries.map((item, seq) => placed(item, seq, seq));
}

const asked = (step: number): TraceEntry =>
  entry('model-asked', {
    run: 'run-1',
    step,
    request: { sha256: 'a'.repeat(64), bytes: 10 },
    estimatedTokens: 100,
    contextTokens: 8192,
  });
const box = (sandbox: string, run: string, profile: 'locked' | 'build' = 'locked'): TraceEntry =>
  entry('sandbox-started', {
    run,
    sandbox,
    profile,
    runtime: 'runsc',
    isolatedKernel: true,
    image: 'sha256:1',
    specHash: 'f'.repeat(64),
    startMs: 180.4,
  });
const boxEnded = (sandbox: string): TraceEntry => entry('sandbox-ended', { sandbox, cause: secret });
const moved = (from: 'queued' | 'working' | 'reviewing' | 'ready', to: 'working' | 'ready' | 'applied' | 'failed') =>
  entry('task-moved', {
    move: 'work',
    from,
    to,
    ...(to === 'failed' ? { reason: { code: 'stuck', message: secret } } : {}),
  });

/** One whole task: created, one step, imported, proved, voted, ready, then accepted. */
const whole = events(
  created({ goal: secret, model: { driver: 'ollama', name: 'qwen3:8b' }, replay: false }),
  moved('queued', 'working'),
  entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' }),
  box('box-1', 'run-1'),
  asked(1),
  answer({ step: 1, text: secret, thinking: secret, promptTokens: 100, outputTokens: 10, newTokens: 110 }),
  toolCalled('read_file', { path: secret }, 'read'),
  toolReturned('read_file', false),
  entry('notice-given', { run: 'run-1', step: 1, guard: 'budget', text: secret }),
  imported('h1', [secret]),
  judged('h1'),
  boxEnded('box-1'),
  entry('run-ended', { run: 'run-1', outcome: 'finished', summary: secret }),
  entry('proof-started', { hash: 'h1', runner: 'node-test', command: ['node', secret] }),
  box('box-2', 'proof', 'build'),
  boxEnded('box-2'),
  proved('h1'),
  voted('h1'),
  moved('reviewing', 'ready'),
  entry('apply-intended', { key: 'k1', hash: 'h1', writes: [] }, 'user'),
  entry('apply-ended', { key: 'k1', applied: [secret], conflicts: [] }),
  moved('ready', 'applied'),
);

function tree(spans: readonly Span[]): Record<string, string | undefined> {
  const names = new Map(spans.map((span) => [span.spanId, span.name]));
  return Object.fromEntries(spans.map((span) => [span.name, names.get(span.parentSpanId ?? '')]));
}

test('a call that was mended names its rungs, and a question without tools how it was asked, whatever the user allows to be told', () => {
  const call = { run: 'run-1', step: 1, call: 'c', tool: 'read_file', arguments: {}, effect: 'read' } as const;
  const question = asked(1);
  const { all } = read(
    events(
      created(),
      moved('queued', 'working'),
      entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' }),
      question.type === 'model-asked' ? entry('model-asked', { ...question.data, form: 'decision' }) : question,
      answer({ step: 1 }),
      entry('tool-called', {
        ...call,
        repairs: [
          { rung: 'decision', detail: secret },
          { rung: 'json', detail: secret },
        ],
      }),
    ),
  );
  const attributes = all.map((span) => span.attributes);
  expect(attributes).toContainEqual(expect.objectContaining({ 'nightshift.request.form': 'decision' }));
  expect(attributes).toContainEqual(
    expect.objectContaining({ 'nightshift.tool.repairs': 2, 'nightshift.tool.rungs': ['decision', 'json'] }),
  );
  expect(JSON.stringify(all)).not.toContain(secret);
});

describe('the spans of a task', () => {
  test('are nested as the work was: task, agent, model and tool calls, boxes, proof, accept', () => {
    const { ended, all } = read(whole);
    expect(ended).toEqual(all);
    expect(tree(ended)).toEqual({
      'nightshift.task': undefined,
      'invoke_agent implementer': 'nightshift.task',
      'nightshift.sandbox locked': 'invoke_agent implementer',
      'chat qwen3:8b': 'invoke_agent implementer',
      'execute_tool read_file': 'invoke_agent implementer',
      'nightshift.proof': 'nightshift.task',
      'nightshift.sandbox build': 'nightshift.proof',
      'nightshift.apply': 'nightshift.task',
      'nightshift.task-moved': 'nightshift.task',
    });
  });

  test('carry the names of the GenAI conventions, tokens, and errors by their code', () => {
    const spans = spansOfRequest(otlpRequest(read(whole).ended, source));
    const of = (name: string): Record<string, unknown> => {
      const found = spans.find((span) => span.name === name);
      return found === undefined ? {} : { ...plainAttributes(found), kind: found.kind, status: found.status };
    };
    expect(of('chat qwen3:8b')).toMatchObject({
      kind: 3,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'ollama',
      'gen_ai.request.model': 'qwen3:8b',
      'gen_ai.conversation.id': 'task-1',
      'gen_ai.response.finish_reasons': ['tool_call'],
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 10,
      status: {},
    });
    expect(of('invoke_agent implementer')).toMatchObject({
      kind: 1,
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'implementer',
      'gen_ai.usage.input_tokens': 100,
      'nightshift.run.outcome': 'finished',
    });
    expect(of('execute_tool read_file')).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'read_file',
      'gen_ai.tool.call.id': 'call-1',
      'error.type': '_OTHER',
      status: { code: 2 },
    });
    expect(of('nightshift.proof')).toMatchObject({
      'nightshift.proof.verdict': 'green',
      'nightshift.proof.base.total': 1,
    });
    expect(of('nightshift.task')).toMatchObject({ 'nightshift.state': 'ready', 'nightshift.usage.steps': 1 });
    expect(of('nightshift.sandbox locked')).toMatchObject({ 'nightshift.sandbox.start_ms': 180 });
  });

  test('say nothing that a person, a model, a tool or a repository wrote, unless content was asked for', () => {
    expect(JSON.stringify(otlpRequest(read(whole).all, source))).not.toContain(secret);
    const open = JSON.stringify(otlpRequest(read(whole, true).all, source));
    for (const name of [
      'gen_ai.output.messages',
      'gen_ai.tool.call.arguments',
      'nightshift.goal',
      'nightshift.summary',
    ]) {
      expect(open).toContain(name);
    }
    expect(read(whole, true).all.find(({ name }) => name.startsWith('chat'))?.requestArtifact).toBe('a'.repeat(64));
    expect(read(whole).all.every(({ requestArtifact }) => requestArtifact === undefined)).toBe(true);
  });

  test('end as interrupted where a killed host left them, when the next one resumes', () => {
    const killed = events(
      created(),
      moved('queued', 'working'),
      entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' }),
      asked(1),
      entry('task-resumed', {}),
    ).map((event) => (event.type === 'task-resumed' ? placed(entry('task-resumed', {}), 9_000, event.seq) : event));
    const { ended, all } = read(killed);
    expect(ended.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['chat script.json', 'interrupted'],
      ['invoke_agent implementer', 'interrupted'],
    ]);
    expect(Math.max(...ended.map(({ end, start }) => end - start))).toBeLessThan(10_000);
    expect(all.map(({ name }) => name)).toContain('nightshift.task');
  });

  test('of a second round of work are children of the first, and go back to it', () => {
    const again = events(
      created(),
      moved('queued', 'working'),
      moved('working', 'failed'),
      moved('queued', 'working'),
      moved('working', 'ready'),
    );
    const [first, second] = read(again).ended;
    expect(first).toMatchObject({ parentSpanId: undefined, failed: true, attributes: { 'error.type': 'stuck' } });
    expect(second).toMatchObject({ parentSpanId: first?.spanId, failed: false, links: [{ spanId: first?.spanId }] });
  });

  test('keep at most 128 events each, and count the rest', () => {
    const notices = Array.from({ length: 200 }, () =>
      entry('notice-given', { run: 'run-1', step: 1, guard: 'x', text: '' }),
    );
    const [root] = read(events(created(), ...notices)).all;
    expect(root).toMatchObject({ droppedEvents: 72 });
    expect(root?.events).toHaveLength(128);
  });
});

/** Entries that open and end spans, beside any others, with ids that collide. */
const spanEntry: fc.Arbitrary<TraceEntry> = fc.oneof(
  anyEntry,
  fc.nat(3).map(asked),
  fc
    .tuple(fc.constantFrom('box-1', 'box-2'), fc.constantFrom('run-1', 'run-2', 'proof'))
    .map(([id, run]) => box(id, run)),
  fc.constantFrom('box-1', 'box-2').map(boxEnded),
  fc.constant(entry('proof-started', { hash: 'h1', runner: 'node-test', command: [] })),
  fc.constant(entry('task-resumed', {})),
  fc
    .string({ unit: 'binary' })
    .map((text) => answer({ text, calls: [{ id: text, name: text, arguments: { [text]: text } }] })),
);
const anyTime = fc.oneof(
  fc.integer({ min: -50, max: 200 }).map((seconds) => new Date(1_800_000_000_000 + seconds * 1_000).toISOString()),
  fc.constantFrom('', 'yesterday', '-000001-01-01T00:00:00Z', '+275760-09-13T00:00:00.000Z'),
);
const anyTrace: fc.Arbitrary<TraceEvent[]> = fc
  .array(fc.tuple(spanEntry, anyTime), { maxLength: 60 })
  .map((items) => items.map(([item, ts], seq) => ({ ...placed(item, 0, seq), ts })));

describe('spans of any sequence of events', () => {
  test('are well formed: unique ids, a parent that exists, one root, an end after the start, exact on the wire', () => {
    fc.assert(
      fc.property(anyTrace, fc.boolean(), (trace, content) => {
        const { all } = read(trace, content);
        const ids = new Set(all.map(({ spanId }) => spanId));
        expect(ids.size).toBe(all.length);
        expect(all.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(trace.length === 0 ? 0 : 1);
        for (const { parentSpanId, links } of all) {
          expect(parentSpanId === undefined || ids.has(parentSpanId)).toBe(true);
          expect(links.every(({ spanId }) => ids.has(spanId))).toBe(true);
        }
        expect(spansOfRequest(JSON.parse(JSON.stringify(otlpRequest(all, source))))).toHaveLength(all.length);
      }),
      { numRuns: 300 },
    );
  });

  test('do not change when more events follow: what a prefix ended, the whole ends in the same way', () => {
    fc.assert(
      fc.property(anyTrace, fc.nat(60), (trace, cut) => {
        const prefix = read(trace.slice(0, cut)).ended;
        expect(read(trace).ended.slice(0, prefix.length)).toEqual(prefix);
      }),
    );
  });

  test('tell of every event: each opens, ends or marks a span', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const { all } = read(trace);
        const marks = all.reduce((sum, span) => sum + span.events.length + span.droppedEvents, 0);
        expect(marks + all.length * 2).toBeGreaterThanOrEqual(
          trace.filter(({ type }) => type !== 'task-created').length,
        );
      }),
    );
  });
});
