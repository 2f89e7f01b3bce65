import { describe, expect, it } from 'vitest';
import { findingsOfTask } from '../../../../src/core/findings/findingsOfTask.ts';
import { reportFindingIn, reportsFindings } from '../../../../src/core/supervisor/reportFindingIn.ts';
import { mostFindings } from '../../../../src/core/tasks/taskFinding.ts';
import { editStyleOf } from '../../../../src/core/tools/editStyle.ts';
import { reportFinding } from '../../../../src/core/tools/reportFinding.ts';
import { toolsFor } from '../../../../src/core/tools/toolRegistry.ts';
import { sha256 } from '../../../../src/node/tasks/sha256.ts';
import { MemorySandbox } from '../../../fakes/memorySandbox.ts';
import { MemoryTaskTrace } from '../../../fakes/memoryTaskTrace.ts';
import { created, entry, fold, move, sampleFinding } from '../../../fakes/traceEvents.ts';

const { signal } = new AbortController();
const started = entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' });

async function reporting(files: Readonly<Record<string, string>> = { 'a.js': 'one();\r\n  two();\nthree();\n' }) {
  const trace = new MemoryTaskTrace();
  await trace.record(created());
  await trace.record(started);
  const sandbox = new MemorySandbox({ files });
  const report = reportFindingIn(trace, 'run-1', sandbox);
  const call = (args: Partial<Parameters<typeof reportFinding.execute>[0]>) =>
    reportFinding.execute(
      { path: 'a.js', oldText: 'two();', message: 'Why?', ...args },
      { sandbox, signal, runTests: async () => ({ unavailable: '' }), reportFinding: report },
    );
  return { trace, call, findings: () => findingsOfTask(trace.task(), sha256) };
}

describe('a finding of an agent', () => {
  it('is kept with its lines and what is suggested, and belongs to its task', async () => {
    const { trace, call, findings } = await reporting();
    expect(await call({ oldText: 'two();\nthree', newText: '2();\nthree' })).toMatchObject({
      ok: true,
    });
    expect(findings()).toEqual([
      {
        id: expect.stringMatching(/^finding-[0-9a-f]{12}$/),
        tool: 'Nightshift',
        rule: '',
        severity: 'warning',
        message: 'Why?',
        path: 'a.js',
        region: { startLine: 1, startCharacter: 2, endLine: 2, endCharacter: 5 },
        quote: { before: 'one();', lines: ['  two();', 'three();'], after: '' },
        fix: [
          {
            path: 'a.js',
            region: { startLine: 1, startCharacter: 2, endLine: 2, endCharacter: 5 },
            quote: { before: 'one();', lines: ['  two();', 'three();'], after: '' },
            oldText: 'two();\nthree',
            text: '2();\nthree',
          },
        ],
        task: trace.task().id,
      },
    ]);
  });

  it.each([
    [{ path: 'b.js' }, 'not-found'],
    [{ oldText: 'absent()', newText: 'x' }, 'not-one-place'],
    [{ oldText: ';' }, 'not-one-place'],
    [{ oldText: '' }, 'not-one-place'],
  ])('is refused for %j, and the model is told why', async (args, reason) => {
    const { trace, call, findings } = await reporting();
    const before = trace.events.length;
    expect(await call(args)).toMatchObject({ ok: false, reason, message: expect.stringMatching(/\S/) });
    expect(trace.events).toHaveLength(before);
    expect(findings()).toEqual([]);
  });

  it('may suggest nothing', async () => {
    const { call, findings } = await reporting();
    await call({ oldText: 'two( );' });
    await call({});
    expect(findings().map(({ region, fix }) => [region, fix])).toEqual([
      [{ startLine: 1, startCharacter: 2, endLine: 1, endCharacter: 8 }, undefined],
    ]);
  });

  it('suggests nothing in a file that only a person changes', async () => {
    const { call, findings } = await reporting({ '.github/workflows/ci.yml': 'on: push\n' });
    await call({ path: '.github/workflows/ci.yml', oldText: 'on: push', newText: 'on: pull' });
    expect(findings().map(({ fix }) => fix)).toEqual([undefined]);
  });

  it('is one of so many, and gone with its task', async () => {
    const { call, findings } = await reporting();
    for (let index = 0; index < mostFindings; index += 1) {
      expect((await call({ message: `Number ${index}.` })).ok).toBe(true);
    }
    expect(await call({})).toMatchObject({ ok: false, reason: 'no-more-findings' });
    expect(findings()).toHaveLength(mostFindings);
    const by = (run: string) => entry('finding-reported', { run, ...sampleFinding }, 'agent');
    const reported = by('run-1');
    expect(fold(created(), started, reported).findings).toEqual([sampleFinding]);
    expect(fold(created(), started, by('run-2')).findings).toEqual([]);
    expect(findingsOfTask(fold(created(), started, reported, move('cancel'), move('discard')), sha256)).toEqual([]);
  });

  it('is asked for of strong models alone', async () => {
    for (const level of [undefined, 'strong', 'capable', 'weak', 'unfit'] as const) {
      const reports = reportsFindings(editStyleOf(level));
      expect(reports).toBe(level === 'strong');
      expect(toolsFor(['read'], { reports }).includes(reportFinding)).toBe(reports);
    }
    const context = { sandbox: new MemorySandbox({}), signal, runTests: async () => ({ unavailable: '' }) };
    expect(await reportFinding.execute({ path: 'a', oldText: 'a', message: 'm' }, context)).toMatchObject({
      reason: 'cannot-report',
    });
  });
});
