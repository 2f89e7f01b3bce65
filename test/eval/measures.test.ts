import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evalTable, tableHeader, totalsOf } from './evalTable.ts';
import type { EvalRow } from './runEval.ts';
import { countTrace } from './traceCounts.ts';
import { wilson } from './wilson.ts';

describe('the 95% Wilson interval', () => {
  it('is what the tables of statistics say', () => {
    const rounded = ({ low, high }: ReturnType<typeof wilson>) => [low, high].map((rate) => rate.toFixed(4));
    expect(rounded(wilson(8, 10))).toEqual(['0.4902', '0.9433']);
    expect(rounded(wilson(0, 10))).toEqual(['0.0000', '0.2775']);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it('holds the rate, lies between 0 and 1, and narrows with more of the same', () => {
    const counts = fc.integer({ min: 1, max: 500 }).chain((trials) => fc.tuple(fc.nat(trials), fc.constant(trials)));
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const [one, ten] = [wilson(successes, trials), wilson(successes * 10, trials * 10)];
        const slack = 1e-9;
        expect(one.low).toBeLessThanOrEqual(successes / trials + slack);
        expect(one.high).toBeGreaterThanOrEqual(successes / trials - slack);
        expect(one.low).toBeGreaterThanOrEqual(0);
        expect(one.high).toBeLessThanOrEqual(1);
        expect(ten.high - ten.low).toBeLessThan(one.high - one.low);
      }),
    );
  });
});

describe('what is counted of a trace', () => {
  const line = (type: string, data: object) => JSON.stringify({ type, data });
  const answered = line('model-answered', { step: 1, text: '' });
  const called = (repairs: readonly unknown[], tool = 'read_file') => line('tool-called', { step: 1, tool, repairs });
  const returned = (tool: string, ok: boolean, repairs?: readonly unknown[]) =>
    line('tool-returned', { step: 1, tool, ok, ...(repairs === undefined ? {} : { repairs }) });

  it('is each answer, and of them those that held no call that could be run as it was written', () => {
    const lines = [
      answered,
      called([]),
      answered,
      answered,
      line('call-refused', { step: 3, reason: { code: 'unknown-tool' } }),
      line('model-failed', { step: 4, reason: { code: 'malformed-call' } }),
      line('model-failed', { step: 5, reason: { code: 'busy' } }),
      answered,
      called([{ rung: 'text-call', detail: 'x' }]),
      '',
    ];
    expect(countTrace(lines)).toMatchObject({ answers: 5, malformed: 4, rungs: { 'text-call': 1 } });
  });

  it('does not blame a model for an answer in the form that it was asked for', () => {
    expect(countTrace([answered, called([{ rung: 'decision', detail: 'held to a schema' }])])).toMatchObject({
      malformed: 0,
      rungs: { decision: 1 },
    });
  });

  it('leaves out what was asked for another purpose than a call', () => {
    const plan = line('model-answered', { step: 1, text: '1. Look', purpose: 'plan' });
    expect(countTrace([plan, answered, called([])])).toMatchObject({ answers: 1, malformed: 0 });
  });

  it('is each edit, failed or not, and the repairs of its text', () => {
    const lines = [
      answered,
      called([], 'edit_file'),
      returned('edit_file', false),
      returned('write_file', true),
      returned('edit_file', true, [{ rung: 'edit-match', detail: 'x' }]),
      returned('run_tests', false),
    ];
    expect(countTrace(lines)).toMatchObject({ edits: 3, failedEdits: 1, rungs: { 'edit-match': 1 } });
  });

  it('names the rungs of traces in which repairs are lines of text', () => {
    const repairs = [
      'tool name "ReadFile" read as read_file',
      'arguments given as text were parsed as JSON',
      'argument "old_text" read as oldText',
      'argument startLine converted to integer',
      'unknown argument "why" dropped',
      'something else',
    ];
    expect(Object.keys(countTrace([answered, called(repairs)]).rungs)).toEqual([
      'tool-name',
      'arguments-text',
      'argument-name',
      'argument-type',
      'argument-dropped',
      'unnamed',
    ]);
  });
});

describe('the table', () => {
  const row = (
    task: string,
    arm: EvalRow['arm'],
    solved: boolean,
    rungs: Readonly<Record<string, number>>,
  ): EvalRow => ({
    model: 'scripted:bad-7b',
    task,
    language: 'python',
    run: 1,
    arm,
    solved,
    why: solved ? 'solved' : 'hidden tests: 1 passed, 2 failed',
    ended: 'ready',
    counts: {
      newTokens: 1_000,
      tokens: 4_000,
      steps: 5,
      seconds: 2.5,
      answers: 5,
      malformed: 2,
      edits: arm === 'nightshift' ? 2 : 0,
      failedEdits: arm === 'nightshift' ? 1 : 0,
      rungs,
    },
  });
  const rows = [
    row('a', 'nightshift', true, { json: 1 }),
    row('a', 'one-tool', false, {}),
    row('b', 'nightshift', false, { json: 2, 'tool-name': 4 }),
    row('b', 'one-tool', false, {}),
  ];

  it('says of scripted and recorded models that they measure the machinery, and of no other', () => {
    expect(tableHeader('scripted:steady')).toContain('scripted model: measures the machinery, not a model');
    expect(tableHeader('replay:/a/b.json')).toContain('measures the machinery, not a model');
    expect(tableHeader('ollama:qwen3:8b')).toBe('ollama:qwen3:8b');
    expect(evalTable('scripted:bad-7b', rows).split('\n')[0]).toBe(tableHeader('scripted:bad-7b'));
  });

  it('adds up each arm alone', () => {
    expect(totalsOf('nightshift', rows)).toMatchObject({
      runs: 2,
      solved: 1,
      newTokens: 2_000,
      steps: 10,
      malformedRate: 0.4,
      editFailureRate: 0.5,
      rungs: { json: 3, 'tool-name': 4 },
    });
    expect(totalsOf('one-tool', rows)).not.toHaveProperty('editFailureRate');
    const text = evalTable('scripted:bad-7b', rows);
    expect(text).toContain('nightshift: solved 1 of 2 (50%, 95% interval 9% to 91%)');
    expect(text).toContain('repairs by rung: tool-name 4, json 3');
    expect(text).toContain('hidden tests: 1 passed, 2 failed');
  });
});
