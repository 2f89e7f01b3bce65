import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GuardVerdict } from '../../../../src/core/guards/guardVerdict.ts';
import { checkAfterCall } from '../../../../src/core/guards/guards.ts';
import { commandSecondsLeft } from '../../../../src/core/guards/commands.ts';
import { foldTask } from '../../../../src/core/tasks/taskReducer.ts';
import type { Task } from '../../../../src/core/tasks/task.ts';
import type { TraceEntry, TraceEventData } from '../../../../src/core/trace/traceEvent.ts';
import { answer, callRefused, created, entry, fold, modelEntries, move, placed } from '../../../fakes/traceEvents.ts';

interface Call {
  readonly tool?: string;
  readonly given?: unknown;
  readonly effect?: 'read' | 'write' | 'execute';
  readonly result?: Partial<TraceEventData<'tool-returned'>>;
}

const working = [
  created(),
  move('prepare'),
  move('work'),
  entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' }),
];

/** The events of one answer and its calls; the number of the step comes with the sequence. */
function step(number: number, ...calls: readonly Call[]): TraceEntry[] {
  const events = calls.flatMap(({ tool = 'read_file', given = { path: 'a.js' }, effect = 'read', result = {} }, at) => {
    const call = `call-${number}-${at}`;
    const at2 = { run: 'run-1', step: number, call, tool };
    return [
      entry('tool-called', { ...at2, arguments: given, effect, repairs: [] }, 'model'),
      entry('tool-returned', { ...at2, ok: true, output: 'same', milliseconds: 1, ...result }, 'sandbox'),
    ];
  });
  return [answer({ step: number }), ...events];
}

function steps(calls: readonly (readonly Call[])[]): TraceEntry[] {
  return calls.flatMap((each, index) => step(index + 1, ...each));
}

function times(count: number, ...calls: readonly Call[]): (readonly Call[])[] {
  return Array.from({ length: count }, () => calls);
}

const judge = (...entries: readonly TraceEntry[]): GuardVerdict => checkAfterCall(fold(...working, ...entries));

/** `go`, or kind and guard. */
function brief(verdict: GuardVerdict): string {
  return verdict.kind === 'go' ? 'go' : `${verdict.kind} ${verdict.guard}`;
}

/** The verdict after each answer. */
function verdicts(calls: readonly (readonly Call[])[]): string[] {
  return calls.map((_, index) => brief(judge(...steps(calls.slice(0, index + 1)))));
}

const failing = { ok: false, reason: 'not-found', output: 'not-found: no' } as const;

describe('the same call in a row', () => {
  test('with the same result is told at three and stuck at four', () => {
    expect(verdicts(times(4, {}))).toEqual(['go', 'go', 'notice same-call', 'stop same-call']);
  });

  test('that fails, each time in another way, is told at three and stuck at four', () => {
    const calls = [1, 2, 3, 4].map((n) => [{ result: { ...failing, output: `no ${n}` } }]);
    expect(verdicts(calls)).toEqual(['go', 'go', 'notice same-call', 'stop same-call']);
  });

  test('with another result each time is told at three and stopped at five', () => {
    const calls = [1, 2, 3, 4, 5].map((n) => [{ result: { output: `${n}` } }]);
    expect(verdicts(calls)).toEqual(['go', 'go', 'notice same-call', 'go', 'stop same-call']);
  });

  test('is the same whatever the order of its keys, and another one with another value', () => {
    const one = { given: { path: 'a', startLine: 1 } };
    const other = { given: { startLine: 1, path: 'a' } };
    expect(verdicts([[one], [other], [one], [other]]).at(-1)).toBe('stop same-call');
    expect(verdicts([[one], [one], [one], [{ given: { path: 'a', startLine: 2 } }]]).at(-1)).toBe('go');
  });

  test('several times in one answer is one call: its result had not been seen', () => {
    expect(verdicts([[{}, {}, {}, {}, {}, {}, {}, {}]])).toEqual(['go']);
    expect(verdicts(times(4, {}, {})).at(-1)).toBe('stop same-call');
  });

  test('of a tool that was closed goes on counting where it is refused, without a second word about it', () => {
    const call = { tool: 'edit_file', effect: 'write', result: failing } as const;
    const closed = entry('tool-closed', { run: 'run-1', tool: 'edit_file', failures: 3 });
    const refused = entry('call-refused', {
      run: 'run-1',
      step: 4,
      call: { id: 'x', name: 'edit_file', arguments: { path: 'a.js' } },
      reason: { code: 'unknown-tool', message: 'Closed.' },
    });
    expect(brief(judge(...steps(times(3, call)), closed))).toBe('go');
    expect(brief(judge(...steps(times(3, call)), closed, answer({ step: 4 }), refused))).toBe('stop same-call');
  });

  test('counts on over the end of a run and of a host, and a box that broke does not count', () => {
    const again = [entry('task-resumed', {}), entry('run-started', { run: 'run-2', agent: 'implementer', tree: 't0' })];
    expect(brief(judge(...steps(times(3, {})), ...again, ...step(4, {})))).toBe('stop same-call');
    const broken = { result: { ok: false, reason: 'sandbox-died', output: 'Gone.' } };
    expect(brief(judge(...steps(times(3, {})), ...again, ...step(4, broken)))).toBe('go');
  });

  test('is no circle when runs that were broken off go the same way again, however often', () => {
    const again = [entry('task-resumed', {}), entry('run-started', { run: 'run-2', agent: 'implementer', tree: 't0' })];
    const way = steps([[{ given: { path: 'a' } }], [{ given: { path: 'b' } }]]);
    expect(brief(judge(...Array.from({ length: 9 }, () => [...again, ...way]).flat()))).toBe('go');
  });

  test('is said in a sentence with the way out', () => {
    const verdict = judge(...steps(times(4, {})));
    expect(verdict.kind === 'stop' && verdict.reason).toEqual({
      code: 'stuck',
      message:
        'The model made the same call of read_file 4 times with the same result; say what it should do instead with `nightshift resume task-1 --note TEXT`, or delegate a smaller goal.',
    });
  });
});

describe('two calls in turn', () => {
  const a = { given: { path: 'a' } };
  const b = { given: { path: 'b' } };

  test('with the same results are told at four and stuck at six', () => {
    expect(verdicts([[a], [b], [a], [b], [a], [b]])).toEqual([
      'go',
      'go',
      'go',
      'notice alternating-calls',
      'go',
      'stop alternating-calls',
    ]);
  });

  test('that answer something new are work', () => {
    const calls = [a, b, a, b, a, b, a, b].map((call, n) => [{ ...call, result: { output: `${n}` } }]);
    expect(new Set(verdicts(calls))).toEqual(new Set(['go']));
  });

  test('in one answer are no turn', () => {
    expect(verdicts([[a, b, a, b, a, b]])).toEqual(['notice alternating-calls']);
    expect(verdicts(times(3, a, b))).toEqual(['go', 'notice alternating-calls', 'stop alternating-calls']);
  });
});

describe('no progress', () => {
  /** Searches of which none finds anything: each another call, and nothing new. */
  const search = (n: number): Call[] => [
    { tool: 'search_text', given: { pattern: `p${n}` }, result: { output: 'Nothing found.' } },
  ];
  const idle = Array.from({ length: 17 }, (_, n) => search(n));

  test('in eight steps asks for a new plan once, and after eight more is stuck', () => {
    const said = verdicts(idle).map((verdict, index) => [index + 1, verdict] as const);
    expect(said.filter(([, verdict]) => verdict !== 'go')).toEqual([
      [9, 'notice no-progress'],
      [17, 'stop no-progress'],
    ]);
  });

  test.each<[string, TraceEntry[]]>([
    ['another tree', [entry('checkpoint-saved', { run: 'run-1', step: 9, tree: 't1', changes: 1 })]],
    ['something read for the first time', step(9, { given: { path: 'new.js' }, result: { output: 'new' } })],
    [
      'another test result',
      step(9, { tool: 'run_tests', given: {}, effect: 'execute', result: { output: '3 s', likeness: 'x' } }),
    ],
  ])('is ended by %s', (_, progress) => {
    const eight = steps(idle.slice(0, 8));
    expect(brief(judge(...eight, ...step(9, ...search(20))))).toBe('notice no-progress');
    expect(brief(judge(...eight, ...progress))).toBe('go');
    expect(fold(...working, ...eight, ...progress).conduct.idleSteps).toBe(0);
  });

  test('is not ended by the same tree, a failed read or the same test result at another time', () => {
    const tests = (seconds: number): Call => ({
      tool: 'run_tests',
      given: {},
      effect: 'execute',
      result: { output: `FAILED (${seconds} s)`, likeness: 'x' },
    });
    const before = fold(...working, ...step(1, tests(1)), answer({ step: 2 }));
    const same = [
      ...step(3, tests(2)),
      ...step(4, { given: { path: 'none' }, result: { ...failing, output: 'never seen' } }),
      entry('checkpoint-saved', { run: 'run-1', step: 4, tree: 't0', changes: 0 }),
    ];
    const after = same.reduce<Task>((task, item) => foldTask(task, placed(item)), before);
    expect(after.conduct.idleSteps).toBe(before.conduct.idleSteps + 2);
  });
});

describe('a file that goes back to what it was', () => {
  const write = (before: string | null, after: string | null, path = 'a.js'): Call => ({
    tool: 'write_file',
    given: { path, content: `${before} ${after}` },
    effect: 'write',
    result: { output: `Replaced ${path}`, file: { path, before, after } },
  });

  test('is told the first time and stuck the second time', () => {
    expect(verdicts([[write('h0', 'h1')], [write('h1', 'h0')], [write('h0', 'h1')]])).toEqual([
      'go',
      'notice content-returns',
      'stop content-returns',
    ]);
  });

  test('also when it is deleted and made again', () => {
    const gone = write(null, null);
    expect(verdicts([[write('h0', 'h1')], [gone], [write(null, 'h1')], [gone]]).at(-1)).toBe('stop content-returns');
  });

  test('counts each file by itself, and neither what does not change nor ever new contents', () => {
    expect(verdicts([[write('h0', 'h1')], [write('h1', 'h1')], [write('h1', 'h2')], [write('h2', 'h3')]])).toEqual(
      Array(4).fill('go'),
    );
    const twoFiles = [
      [write('h0', 'h1')],
      [write('h1', 'h0')],
      [write('g0', 'g1', 'b.js')],
      [write('g1', 'g0', 'b.js')],
    ];
    expect(verdicts(twoFiles).filter((verdict) => verdict.startsWith('stop'))).toEqual([]);
  });

  test('is no return where a new box went on from before the change', () => {
    expect(verdicts([[write('h0', 'h1')], [write('h0', 'h1')]])).toEqual(['go', 'go']);
  });
});

describe('answers that are none', () => {
  const empty = answer({ calls: [], text: ' \n', finish: 'stop' });
  const runaway = entry('model-failed', { run: 'run-1', step: 1, reason: { code: 'runaway', message: 'Again.' } });

  test('empty ones are asked again twice and then end the run', () => {
    expect(brief(judge(empty, empty))).toBe('go');
    expect(brief(judge(empty, empty, empty))).toBe('stop empty-answers');
    expect(brief(judge(empty, empty, answer(), empty))).toBe('go');
  });

  test('ones that run away are asked again once and then end the run', () => {
    expect(brief(judge(runaway))).toBe('go');
    expect(brief(judge(runaway, runaway))).toBe('stop runaway');
    expect(brief(judge(runaway, answer(), runaway))).toBe('go');
  });

  test('what came of a broken answer has been spent, and is no step', () => {
    const broken = entry('model-failed', {
      run: 'run-1',
      step: 1,
      reason: { code: 'runaway', message: 'Again.' },
      promptTokens: 100,
      outputTokens: 20,
      newTokens: 70,
    });
    expect(fold(...working, broken).usage).toMatchObject({ newTokens: 70, tokens: 120, steps: 0 });
  });
});

describe('commands', () => {
  const tests = (result: Call['result']): Call => ({
    tool: 'run_tests',
    given: {},
    effect: 'execute',
    result: result ?? {},
  });
  const late = (n: number): Call => tests({ ok: false, reason: 'timed-out', output: `${n}`, milliseconds: 120_000 });
  const other = { given: { path: 'b' }, result: { output: 'b' } };

  test('that run into their time limit three times in a row end the run; other calls between them change nothing', () => {
    expect(verdicts([[late(1)], [other], [late(2)], [late(3)]]).at(-1)).toBe('stop command-timeouts');
    expect(verdicts([[late(1)], [late(2)], [tests({})], [late(3)]]).at(-1)).toBe('go');
  });

  test('have 1,800 seconds together, and the last of them only what is left', () => {
    const task = fold(...working, ...step(1, tests({ milliseconds: 1_700_000 })));
    expect(commandSecondsLeft(fold(...working))).toBe(120);
    expect(commandSecondsLeft(task)).toBe(100);
    const spent = judge(...step(1, tests({ milliseconds: 1_700_000 })), ...step(2, tests({ milliseconds: 100_000 })));
    expect(brief(spent)).toBe('stop command-time');
    expect(spent.kind === 'stop' && spent.reason.message).toContain('1800 of their 1800 s');
  });
});

describe('a task that a person lets go on', () => {
  const stuckAt = [
    ...steps(times(4, {})),
    callRefused(5),
    callRefused(6),
    move('fail', { code: 'stuck', message: 'Stuck.' }),
  ];
  const closed = entry('tool-closed', { run: 'run-1', tool: 'edit_file', failures: 3 });

  test('starts with fresh detectors and with all that was spent', () => {
    const before = fold(...working, closed, ...stuckAt);
    const after = foldTask(
      before,
      placed(entry('task-moved', { move: 'resume', from: 'failed', to: 'revising', note: 'Look at b.js.' }, 'user')),
    );
    expect(after).toMatchObject({ state: 'revising', closedTools: [], malformedInARow: 0, notes: ['Look at b.js.'] });
    expect(after.usage).toEqual(before.usage);
    expect(after.commandSeconds).toBe(before.commandSeconds);
    expect(brief(checkAfterCall(after))).toBe('go');
    expect(after).not.toHaveProperty('reason');
  });

  test('keeps its detectors where it only waited', () => {
    const waited = [move('wait', { code: 'engine-unavailable', message: 'Down.' }), move('resume')];
    expect(brief(judge(...steps(times(3, {})), ...waited, ...step(4, {})))).toBe('stop same-call');
  });
});

describe('any outputs of a model', () => {
  test('leave every list of the detectors bounded, and the verdict the same when the trace is read again', () => {
    const more = fc.tuple(fc.nat(9), fc.constantFrom('a', 'b'), fc.boolean()).map(([number, path, ok]) =>
      step(number, {
        given: { path },
        effect: 'write',
        result: { ok, file: { path, before: `${number}`, after: path } },
      }),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            modelEntries.map((item) => [item]),
            more,
          ),
          { maxLength: 120 },
        ),
        (outputs) => {
          const entries = outputs.flat();
          const task = fold(...working, ...entries);
          expect(task.conduct.calls.length).toBeLessThanOrEqual(20);
          expect(task.conduct.files.length).toBeLessThanOrEqual(20);
          expect(task.conduct.seen.length).toBeLessThanOrEqual(60);
          expect(Math.max(0, ...task.conduct.files.map((file) => file.versions.length))).toBeLessThanOrEqual(10);
          // Killed at any event: what is read from disk is what was in memory.
          const stored: unknown = JSON.parse(JSON.stringify(task));
          const copy = fold(...working, ...JSON.parse(JSON.stringify(entries)));
          expect(JSON.parse(JSON.stringify(copy))).toEqual(stored);
          expect(checkAfterCall(copy)).toEqual(checkAfterCall(task));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('raise no limit, also where they speak of limits or carry names of prototypes', () => {
    const words = fc.constantFrom(
      'limits',
      'limits-extended',
      '__proto__',
      'constructor',
      'steps',
      'newTokens',
      'seconds',
    );
    const hostile = fc.dictionary(words, fc.oneof(fc.constant(Number.MAX_SAFE_INTEGER), fc.jsonValue()));
    const calls = hostile.map((given) => step(1, { tool: 'limits-extended', given }));
    const forged = fc
      .constantFrom('host' as const, 'agent' as const, 'model' as const, 'policy' as const, 'sandbox' as const)
      .map((actor) => [entry('limits-extended', { newTokens: 99_999_999, steps: 9_999, seconds: 600_000 }, actor)]);
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            calls,
            forged,
            modelEntries.map((item) => [item]),
          ),
          { maxLength: 40 },
        ),
        (outputs) => {
          expect(fold(...working, ...outputs.flat()).limits).toEqual(fold(...working).limits);
        },
      ),
    );
  });

  test('of the user’s own limits only a larger value counts, and what follows from it grows with it', () => {
    const extend = (data: TraceEventData<'limits-extended'>) =>
      fold(...working, entry('limits-extended', data, 'user')).limits;
    expect(extend({ newTokens: 1, steps: 2, seconds: 3 })).toEqual(fold(...working).limits);
    expect(extend({ newTokens: 100_000, seconds: 3_600 })).toMatchObject({
      newTokens: 100_000,
      totalTokens: 2_000_000,
      steps: 40,
      seconds: 3_600,
      commandTotalSeconds: 3_600,
    });
  });
});
