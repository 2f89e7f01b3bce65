import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireEngine } from '../integration/requirements.ts';
import { arms } from './armRun.ts';
import { evalTable, totalsOf } from './evalTable.ts';
import { type EvalBoxes, openEvalBoxes } from './evalBoxes.ts';
import { loadTasks } from './evalTask.ts';
import { type EvalRow, runOnce, usualEvalLimits } from './runEval.ts';

const { skip, why } = requireEngine();

/** Small, of both languages, and with each kind of repair in what is dealt to the weak model. */
const tasks = loadTasks(['js-csv-lines', 'js-leaking-listener', 'js-query-feature', 'js-retry-await', 'py-local-day']);
const names = tasks.map(({ name }) => name);

describe.skipIf(skip)(`scripted models on some of the tasks ${why}`, () => {
  let boxes: EvalBoxes;
  const tables: string[] = [];
  beforeAll(async () => {
    boxes = await openEvalBoxes('scripted-test');
  });
  afterAll(async () => {
    await boxes.close();
    console.log(tables.join('\n\n'));
  });

  async function rowsOf(model: string): Promise<readonly EvalRow[]> {
    const rows: EvalRow[] = [];
    for (const task of tasks) {
      for (const arm of arms) {
        rows.push((await runOnce({ model, limits: usualEvalLimits, boxes }, task, 1, arm)).row);
      }
    }
    tables.push(evalTable(model, rows));
    return rows;
  }
  const solvedBy = (rows: readonly EvalRow[], arm: (typeof arms)[number]): readonly string[] =>
    rows.filter((row) => row.arm === arm && row.solved).map(({ task }) => task);

  it('a steady one solves them all in both arms, with no malformed answer and no repair', async () => {
    const rows = await rowsOf('scripted:steady');
    expect(rows.filter(({ solved }) => !solved)).toEqual([]);
    for (const arm of arms) {
      expect(solvedBy(rows, arm)).toEqual(names);
      expect(totalsOf(arm, rows)).toMatchObject({ malformedRate: 0, rungs: {} });
    }
  }, 400_000);

  it('a bad 7B finishes those that it knows, and the traces say which rung repaired what', async () => {
    const rows = await rowsOf('scripted:bad-7b');
    const known = names.filter((name) => name !== 'js-csv-lines');
    expect(rows.filter(({ arm, ended }) => arm === 'nightshift' && ended !== 'ready')).toEqual([]);
    expect(solvedBy(rows, 'nightshift')).toEqual(known);
    expect(rows.find(({ task, arm }) => task === 'js-csv-lines' && arm === 'nightshift')?.why).toMatch(/^hidden tests/);
    expect(solvedBy(rows, 'one-tool')).toEqual(known);
    const { rungs, malformedRate } = totalsOf('nightshift', rows);
    expect(malformedRate).toBeGreaterThan(0.3);
    expect(Object.keys(rungs).sort()).toEqual([
      'argument-dropped',
      'argument-name',
      'argument-type',
      'arguments-text',
      'edit-match',
      'json',
      'text-call',
      'tool-name',
    ]);
  }, 400_000);

  it('one without tools is asked in another way, and that is a rung of its own', async () => {
    const [task] = loadTasks(['js-retry-await']);
    if (task === undefined) throw new Error('no task');
    const plan = { model: 'scripted:no-tools', limits: usualEvalLimits, boxes };
    const rows = [(await runOnce(plan, task, 1, 'nightshift')).row, (await runOnce(plan, task, 1, 'one-tool')).row];
    tables.push(evalTable(plan.model, rows));
    expect(rows).toMatchObject([
      { solved: true, ended: 'ready' },
      { solved: true, ended: 'submitted' },
    ]);
    expect(totalsOf('nightshift', rows).rungs).toEqual({ decision: rows[0]?.counts.answers });
  });
});
