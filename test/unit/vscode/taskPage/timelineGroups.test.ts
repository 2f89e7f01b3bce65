import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timelineRow } from '../../../../src/host/trace/timelineRow.ts';
import type { TimelineRow } from '../../../../src/protocol/timeline.ts';
import { addRow, emptyTimeline, groupSummary, type Timeline } from '../../../../src/vscode/taskPage/timelineGroups.ts';
import { sampleTimeline } from '../../../fakes/sampleTimeline.ts';
import { anyEvents } from '../../../fakes/traceEvents.ts';

function folded(rows: readonly TimelineRow[]): Timeline {
  const timeline = emptyTimeline();
  rows.forEach((row) => addRow(timeline, row));
  return timeline;
}

describe('the groups of a timeline', () => {
  test('of any prefix of any trace have every row once, in order, and a step holds rows of that step alone', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const rows = events.map(timelineRow);
        const timeline = emptyTimeline();
        rows.forEach((row, at) => {
          addRow(timeline, row);
          const { groups, next } = timeline;
          expect(next).toBe(at + 1);
          expect(groups.flatMap((group) => group.rows)).toEqual(rows.slice(0, at + 1));
          for (const group of groups) {
            expect(group.title).not.toBe('');
            expect(group.rows.length).toBeGreaterThan(0);
            const steps = new Set(
              group.rows.flatMap(({ step, run }) => (step === undefined ? [] : [`${run} ${step}`])),
            );
            expect([...steps]).toEqual(group.kind === 'step' ? [`${group.run} ${group.step}`] : []);
            expect(groupSummary(group).milliseconds).toBeGreaterThanOrEqual(0);
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  test('do not depend on how the rows are cut into pages, nor on a row that is told twice', () => {
    const rows = sampleTimeline(60);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 59 }), { maxLength: 20 }), (repeated) => {
        const timeline = emptyTimeline();
        rows.forEach((row, at) => {
          addRow(timeline, row);
          repeated
            .filter((each) => each <= at)
            .forEach((each) => {
              const again = rows[each];
              expect(again === undefined ? undefined : addRow(timeline, again)).toBeUndefined();
            });
        });
        expect(timeline).toEqual(folded(rows));
      }),
    );
  });

  test('are a phase for what leads up to the work, and one for each step', () => {
    const { groups, boxes } = folded(sampleTimeline(14));
    expect(groups.map(({ title, rows }) => [title, rows.length])).toEqual([
      ['Delegated', 1],
      ['Preparation', 3],
      ['Work', 1],
      ['Briefing', 1],
      ['Step 1', 4],
      ['Step 2', 4],
    ]);
    expect([...boxes.keys()]).toEqual(['locked']);
  });

  test('say what a step called, how long it took, and that something failed', () => {
    const steps = folded(sampleTimeline(6 + 7 * 4)).groups.filter(({ kind }) => kind === 'step');
    expect(groupSummary(steps[0] ?? fail())).toEqual({ tools: 'read_file', milliseconds: 2_100, failed: false });
    expect(groupSummary(steps[6] ?? fail()).failed).toBe(true);
  });

  test('begin anew with the same step of another run', () => {
    const [row] = sampleTimeline(7).slice(6);
    const rows = row === undefined ? [] : [row, { ...row, seq: 7, run: 'run-2' }];
    expect(folded(rows).groups.map(({ run }) => run)).toEqual(['run-1', 'run-2']);
  });
});

function fail(): never {
  throw new Error('There is no such group.');
}
