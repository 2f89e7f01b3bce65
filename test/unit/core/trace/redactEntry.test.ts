import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldTask } from '../../../../src/core/tasks/taskReducer.ts';
import type { Task } from '../../../../src/core/tasks/task.ts';
import { redactEntry } from '../../../../src/core/trace/redactEntry.ts';
import { parseTraceEvent, type TraceEntry } from '../../../../src/core/trace/traceEvent.ts';
import { sampleSecrets } from '../../../fakes/sampleSecrets.ts';
import {
  answer,
  anyEntry,
  created,
  entry,
  imported,
  judged,
  move,
  placed,
  proved,
  toolCalled,
  toolReturned,
  voted,
} from '../../../fakes/traceEvents.ts';
import { testProtection } from '../../../fakes/traceProtection.ts';

const { redactor } = testProtection();
const secret = fc.constantFrom(...sampleSecrets);

/** Events full of secrets, in every place that a model, a file, a test or a path can put one. */
const secretEntry: fc.Arbitrary<TraceEntry> = secret.chain(({ text, secret: value }) =>
  fc.constantFrom(
    created({ goal: text, origin: { kind: 'todo', file: 'a.js', text } }),
    answer({
      text,
      thinking: text,
      calls: [{ id: value, name: value, arguments: { password: value, deep: [{ [text]: text }] } }],
    }),
    toolCalled('edit_file', { path: value, newText: text }, 'write', value),
    entry('tool-returned', {
      run: 'run-1',
      step: 0,
      call: value,
      tool: 'edit_file',
      ok: false,
      output: text,
      reason: text,
      milliseconds: 1,
    }),
    entry('tool-called', {
      run: 'run-1',
      step: 0,
      call: value,
      tool: 'read_file',
      arguments: { path: value },
      effect: 'read',
      repairs: [{ rung: 'tool-name', detail: text }],
    }),
    entry('call-refused', {
      run: 'run-1',
      step: 1,
      call: { id: value, name: text, arguments: text },
      reason: { code: 'unknown-tool', message: text },
    }),
    move('fail', { code: 'x', message: text }),
    imported('h1', [value]),
    judged('h1', [value]),
    entry('apply-intended', {
      key: 'k1',
      hash: 'h1',
      writes: [{ path: value, before: null, after: value, mode: null }],
      parts: [{ path: value, hunks: [], of: 1 }],
    }),
    entry('changes-rejected', { hash: value, path: value, hunks: 'whole', of: 0 }, 'user'),
    entry('file-reviewed', { hash: value, path: value, reviewed: true }, 'user'),
    entry('apply-ended', {
      key: 'k1',
      applied: [value],
      conflicts: [{ path: value, reason: 'changed', message: text }],
    }),
    entry('vote-cast', { agent: 'implementer', vote: 'approve', hash: 'h1', reason: text }, 'agent'),
    entry('context-added', { run: 'run-1', source: 'attempt', tainted: true, text }),
    entry('run-ended', { run: 'run-1', outcome: 'failed', reason: { code: 'x', message: text }, summary: text }),
  ),
);

/** What decides where a task may go and what is written to a checkout, without the words. */
function decisions(task: Task | undefined) {
  return {
    state: task?.state,
    interrupted: task?.interrupted,
    run: task?.run,
    attempts: task?.attempts,
    runs: task?.runs,
    usage: task?.usage,
    limits: task?.limits,
    settings: task?.settings,
    snapshot: task?.snapshot?.tree,
    checkpoint: task?.checkpoint,
    changeset: task?.changeset,
    judgedHash: task?.judgedHash,
    protected: task?.judgement?.protected.map(({ path }) => path),
    proof: [task?.proof?.hash, task?.proof?.verdict],
    votes: task?.votes.map(({ agent, vote, hash }) => [agent, vote, hash]),
    applied: task?.applied,
    openApply: task?.openApply,
    closedTools: task?.closedTools,
    toolFailures: Object.entries(task?.toolFailures ?? {}),
    malformed: [task?.malformedInARow, task?.silentInARow],
    notices: task?.notices,
  };
}

describe('a redacted event', () => {
  test('folds to the same decisions as the event itself, and is an event still', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(anyEntry, secretEntry), { minLength: 1, maxLength: 20 }), async (entries) => {
        let plain: Task | undefined;
        let redacted: Task | undefined;
        for (const [index, item] of [created(), move('prepare'), ...entries].entries()) {
          const without = await redactEntry(item, redactor);
          expect(parseTraceEvent(JSON.parse(JSON.stringify(placed(without, index, index))))).toBeDefined();
          plain = foldTask(plain, placed(item, index, index));
          redacted = foldTask(redacted, placed(without, index, index));
        }
        expect(decisions(redacted)).toEqual(decisions(plain));
      }),
      { numRuns: 300 },
    );
  });

  test.each(sampleSecrets.map(({ kind, text, secret: value }) => [kind, text, value] as const))(
    'holds no %s in any text',
    async (_, text, value) => {
      const all = [
        created({ goal: text, origin: { kind: 'todo', text } }),
        answer({ text, thinking: text, calls: [{ id: 'c', name: 'n', arguments: { content: [text], [text]: 1 } }] }),
        toolCalled('write_file', { path: 'a', content: text }, 'write'),
        entry('tool-returned', { ...toolReturnedData(), output: text }),
        entry('context-added', { run: 'run-1', source: 'origin', tainted: true, text }),
      ];
      for (const item of all) {
        expect(JSON.stringify(await redactEntry(item, redactor))).not.toContain(value.slice(-7));
      }
    },
  );

  test('keeps hashes, trees and paths that the host acts on, even where they look like secrets', async () => {
    const path = `config/${sampleSecrets[0]?.secret}.txt`;
    for (const item of [imported('h1', [path]), proved('h1'), voted('h1')]) {
      expect(await redactEntry(item, redactor)).toEqual(item);
    }
  });

  test('has no longer a step, finding or word than its schema takes, wherever a secret stood in it', async () => {
    const filled = (secretText: string, length: number): readonly string[] => {
      const fill = 'x'.repeat(length - secretText.length - 1);
      return [`${secretText} ${fill}`, `${fill} ${secretText}`];
    };
    const grade = { tools: 'native', schema: true, level: 'capable' } as const;
    let hidden = 0;
    for (const { text: value } of sampleSecrets.filter(({ text }) => text.length < 150)) {
      const [told = '', toldLast = ''] = filled(value, 400);
      const [words = '', wordsLast = ''] = filled(value, 600);
      const findings = [told, toldLast].map((each) => ({ question: 'edit' as const, passed: false, told: each }));
      const model = { driver: 'ollama', name: 'm' } as const;
      for (const event of [
        entry('plan-made', { run: 'run-1', by: 'supervisor', steps: [...filled(value, 160)] }, 'model'),
        entry('trial-ended', { model, result: { grade, words, findings } }),
        entry('trial-ended', { model, result: { grade, words: wordsLast, findings } }),
      ]) {
        const redacted = await redactEntry(event, redactor);
        hidden += redacted === event ? 0 : 1;
        const line = { v: 1, seq: 0, ts: '2026-01-01T00:00:00.000Z', prev: '0'.repeat(64), ...redacted };
        expect(parseTraceEvent(JSON.parse(JSON.stringify(line)))).toBeDefined();
      }
    }
    expect(hidden).toBeGreaterThan(20);
  });

  test('has no longer an origin than a client takes, however many short secrets were in it', async () => {
    const text = `password="abc12"\npwd='q1w2e3'\n`.repeat(600).slice(0, 20_000);
    const redacted = await redactEntry(created({ origin: { kind: 'selection', text } }), redactor);
    const origin = redacted.type === 'task-created' ? redacted.data.origin.text : undefined;
    expect(origin?.length).toBe(20_000);
    expect(origin).not.toContain('q1w2e3');
  });
});

function toolReturnedData() {
  const returned = toolReturned('read_file', true);
  if (returned.type !== 'tool-returned') throw new Error('not a return');
  return returned.data;
}
