import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paintFor, plainPaint } from '../../../src/cli/writers/paint.ts';
import { otherEntry, timelineEntry } from '../../../src/host/trace/timelineEntry.ts';
import { timelineText } from '../../../src/cli/writers/timelineText.ts';
import { addToTotals, noTotals, totalsText } from '../../../src/cli/writers/timelineTotals.ts';
import type { TraceEntry, TraceEventData } from '../../../src/core/trace/traceEvent.ts';
import { memoryCliIo } from '../../fakes/memoryCliIo.ts';
import { answer, anyEvents, created, entry, judged, placed, toolCalled, voted } from '../../fakes/traceEvents.ts';

const shown = (item: TraceEntry, { full = false, asked = undefined as string | undefined, ms = 0 } = {}): string =>
  timelineText(timelineEntry(placed(item), asked), ms, plainPaint, full);

const returned = (output: string, ok = true): TraceEntry =>
  entry(
    'tool-returned',
    { run: 'run-1', step: 3, call: 'c', tool: 'read_file', ok, output, milliseconds: 1 },
    'sandbox',
  );

const asked = entry('model-asked', {
  run: 'run-1',
  step: 3,
  request: { sha256: 'abc'.repeat(21), bytes: 9 },
  estimatedTokens: 1_200,
  contextTokens: 16_384,
});

describe('a line of the timeline', () => {
  test('says when, in which step, and what', () => {
    expect(shown(toolCalled('read_file', { path: 'a.js' }, 'read'), { ms: 1_260 })).toBe(
      '    +1.3s     0  call       read_file {"path":"a.js"}',
    );
    expect(shown(voted('h1'), { ms: 65_000 })).toBe('   +1m05s        vote       implementer votes approve: It holds.');
    expect(shown(voted('h1'), { ms: 3_723_000 })).toMatch(/^ {3}\+1h02m/);
    expect(shown(voted('h1'), { ms: Number.NaN })).toMatch(/^ +\+0\.0s/);
  });

  test('says by which rungs a call was read, and how it was asked for', () => {
    const call = { run: 'run-1', step: 3, call: 'c', tool: 'read_file', arguments: {}, effect: 'read' } as const;
    const repairs = [
      { rung: 'text-call', detail: 'code fence' } as const,
      { rung: 'argument-type', detail: 'startLine converted to integer' } as const,
    ];
    expect(shown(entry('tool-called', { ...call, repairs }))).toContain(
      'read_file {} · repaired: text-call (code fence), argument-type (startLine converted to integer)',
    );
    expect(shown(entry('tool-called', { ...call, repairs: [{ rung: 'unnamed', detail: 'as it was' }] }))).toContain(
      '· repaired: as it was',
    );
    const edited = {
      run: 'run-1',
      step: 3,
      call: 'c',
      tool: 'edit_file',
      ok: true,
      output: 'Edited.',
      milliseconds: 1,
    };
    const match = { rung: 'edit-match', detail: 'indentation set aside' } as const;
    expect(shown(entry('tool-returned', { ...edited, repairs: [match] }))).toContain(
      'edit-match (indentation set aside)',
    );
    const question = {
      run: 'run-1',
      step: 3,
      request: { sha256: 'a'.repeat(64), bytes: 9 },
      estimatedTokens: 9,
      contextTokens: 99,
    };
    expect(shown(entry('model-asked', { ...question, form: 'decision' }))).toMatch(/ · held to a schema$/);
    expect(shown(entry('model-asked', { ...question, form: 'text' }))).toMatch(/ · asked in words$/);
  });

  test('folds results, thoughts and prompts, and gives all of them in full', () => {
    const output = 'first\nsecond\nthird';
    expect(shown(returned(output))).toBe('    +0.0s     3  result     read_file: 3 lines · first');
    expect(
      shown(returned(output), { full: true })
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
    ).toEqual(['first', 'second', 'third']);
    const thinking = answer({ thinking: 'hm\nso', text: 'I look.' });
    expect(shown(thinking)).toContain('thought 2 lines · "I look."');
    expect(shown(thinking)).not.toContain('so');
    expect(shown(thinking, { full: true })).toContain('so');
    expect(shown(asked, { asked: 'Goal: fix it\nLeft: 3 steps' })).toContain(
      'asked      "Goal: fix it" · about 1,200 tokens of 16,384',
    );
    expect(shown(asked)).toContain('request abcabcabcabc');
  });

  test('says when the server cut a prompt, and what window it has', () => {
    const text = shown(answer({ truncated: true, window: 4_096 }));
    expect(text).toContain('THE SERVER CUT THE PROMPT · the server has a window of 4,096 tokens');
    expect(shown(answer())).not.toContain('window');
  });

  test('says what of the conversation was left out of a prompt, and what a prompt was for', () => {
    const { data } = asked as TraceEntry & { readonly type: 'model-asked' };
    const elided = { thoughts: [0], results: [1, 3], arguments: [], dropped: 4 };
    expect(shown(entry('model-asked', { ...data, elided }))).toContain(
      'without 1 thought, 2 results, the first 4 messages',
    );
    expect(shown(entry('model-asked', { ...data, purpose: 'plan' }))).toContain('· for a plan');
  });

  test('gives a plan step by step, and says why there is none', () => {
    const plan = { run: 'run-1', by: 'supervisor', steps: ['Read it.', 'Mend it.'] } as const;
    const text = shown(entry('plan-made', { ...plan, steps: [...plan.steps] }), { full: true });
    expect(text).toContain('supervisor: 2 steps');
    expect(text).toContain('2. Mend it.');
    const reason = { code: 'no-plan', message: 'It was none.' };
    expect(shown(entry('plan-made', { ...plan, steps: [], reason }))).toContain('none: It was none. (no-plan)');
  });

  test('names the path and the rule that policy refused', () => {
    expect(shown(judged('h1'))).toContain('0 paths refused, 0 protected');
    expect(shown(judged('h1', ['.github/ci.yml']))).toContain(
      '1 protected · .github/ci.yml: .github/ci.yml runs in CI (ci)',
    );
  });

  test('keeps no character that a terminal would obey, folded or in full', () => {
    const hostile = 'a\u001b[2Jb\u009bc\u202ed\rE\u0007';
    for (const item of [
      returned(hostile, false),
      created({ goal: hostile }),
      answer({ text: hostile, thinking: hostile }),
      toolCalled(hostile, { [hostile]: hostile }, 'read'),
      entry('sandbox-ended', { sandbox: hostile, cause: hostile }),
    ]) {
      for (const full of [false, true]) {
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        expect(shown(item, { full, asked: hostile })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      }
    }
  });

  test('has colours on a terminal only', () => {
    const line = timelineEntry(placed(returned('x', false)));
    const onTty = memoryCliIo([], {}, true);
    expect(timelineText(line, 0, paintFor(onTty.stdout, {}), false)).toContain('\u001b[31m');
    const piped = memoryCliIo([]);
    expect(timelineText(line, 0, paintFor(piped.stdout, {}), false)).not.toContain('\u001b');
  });

  test('is there for every event, on one line unless all is wanted, also for one without words of its own', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        for (const event of events) {
          const text = timelineText(timelineEntry(event), 0, plainPaint, false);
          expect(text.split('\n')).toHaveLength(1);
          expect(text.slice(17).trim().length).toBeGreaterThan(3);
        }
      }),
    );
    expect(timelineText(otherEntry({ type: 'moon-rose', data: { full: true } }), 0, plainPaint, false)).toContain(
      'event      moon-rose {"full":true}',
    );
  });
});

describe('what is rarer in the timeline', () => {
  const chosen = {
    tree: 't',
    source: 'lockfile' as const,
    definition: 'd',
    key: 'k',
    image: 'i',
    network: true,
    reached: ['registry.example'],
  } satisfies Partial<TraceEventData<'environment-chosen'>>;
  test.each<[TraceEntry, string]>([
    [
      entry('environment-chosen', { ...chosen, status: 'ready', warnings: [] }),
      'setup      environment of lockfile is ready',
    ],
    [
      entry('environment-chosen', { ...chosen, status: 'failed', problem: 'No network.', warnings: ['Old file.'] }),
      'setup      No network. · Old file.',
    ],
    [
      entry('environment-chosen', { ...chosen, source: 'base', status: 'base', warnings: [] }),
      'setup      the base image, as nothing else is asked for',
    ],
    [
      entry('approval-given', { subject: 'environment', definition: 'd', hosts: ['a.example'] }, 'user'),
      'approval   you agreed to the environment of this repository · a.example',
    ],
    [
      entry('context-added', { run: 'run-1', source: 'note', tainted: true, text: 'Look\nthere.' }),
      'told       note, which others may have written: Look',
    ],
    [
      entry('context-added', {
        run: 'run-1',
        source: 'origin',
        tainted: false,
        artifact: { sha256: 'abc'.repeat(21), bytes: 9 },
      }),
      'told       origin: 9 bytes (abcabcabcabc)',
    ],
    [
      entry('statement-signed', { hash: 'def'.repeat(21), artifact: { sha256: 'abc'.repeat(21), bytes: 9 } }),
      'signed     statement abcabcabcabc about changes defdefdefdef',
    ],
    [entry('limits-extended', { steps: 50, seconds: 60 }, 'user'), 'limits     limits raised: steps 50, seconds 60'],
    [
      entry('sandbox-delayed', { profile: 'locked', message: 'It waits for memory.' }),
      'box        It waits for memory.',
    ],
  ])('has words: %#', (item, text) => {
    expect(shown(item)).toBe(`    +0.0s        ${text}`);
    expect(shown(item)).not.toContain('{');
  });
});

test('the totals count steps, calls and tokens of all answers', () => {
  const events = [answer({ promptTokens: 1_000, newTokens: 300 }), answer(), returned('x'), returned('x', false)];
  const totals = events.map((item) => placed(item)).reduce(addToTotals, noTotals);
  expect(totalsText(totals)).toBe('2 steps, 2 calls (1 failed), tokens: 1,100 in, 20 out, 360 new');
});
