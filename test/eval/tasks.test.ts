import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireEngine } from '../integration/requirements.ts';
import { type EvalBoxes, openEvalBoxes } from './evalBoxes.ts';
import { type EvalTask, loadTasks } from './evalTask.ts';
import { judge, passes, runHidden, runVisible, weakenedTests } from './judge.ts';
import { stepsTo } from './scripted/knowledge.ts';

const { skip, why } = requireEngine();
const tasks = loadTasks();

const named = (name: string): EvalTask => {
  const [task] = loadTasks([name]);
  if (task === undefined) throw new Error(`no task ${name}`);
  return task;
};

describe('the tasks of the evaluation', () => {
  it('are enough, in two languages, and no two of the same defect', () => {
    expect(tasks.length).toBeGreaterThanOrEqual(14);
    expect(new Set(tasks.map(({ language }) => language))).toEqual(new Set(['javascript', 'python']));
    expect(new Set(tasks.map(({ defect }) => defect)).size).toBe(tasks.length);
  });

  it.each(tasks)('$name keeps its hidden tests and its solutions out of what an agent gets', (task) => {
    const given = Object.keys(task.repository);
    expect(Object.keys(task.hidden).filter((path) => given.includes(path))).toEqual([]);
    expect(given.filter((path) => /hidden|reference|shortcut|task\.json/i.test(path))).toEqual([]);
    expect(Object.keys(task.reference).length).toBeGreaterThan(0);
  });

  it.each(tasks)('$name can be solved by the edits that a scripted model knows', (task) => {
    for (const solution of [task.reference, task.shortcut ?? {}]) {
      const files: Record<string, string> = { ...task.repository };
      for (const step of stepsTo(task, solution)) {
        if (step.kind !== 'edit') continue;
        const before = files[step.path] ?? '';
        expect(before.split(step.oldText)).toHaveLength(2);
        files[step.path] = before.replace(step.oldText, () => step.newText);
      }
      expect(files).toEqual({ ...task.repository, ...solution });
    }
  });

  it('say that a test was weakened when a line of it is gone, and not when lines were added', () => {
    const before = { 'test/a.test.js': 'one\ntwo\nthree', 'src/a.js': 'x' };
    expect(weakenedTests(before, { 'test/a.test.js': 'zero\none\ntwo\nand\nthree', 'src/a.js': 'y' })).toEqual([]);
    expect(weakenedTests(before, { ...before, 'test/a.test.js': 'one\nthree' })).toEqual(['test/a.test.js']);
    expect(weakenedTests(before, { ...before, 'test/a.test.js': 'two\none\nthree' })).toEqual(['test/a.test.js']);
    expect(weakenedTests(before, { 'src/a.js': 'x' })).toEqual(['test/a.test.js']);
  });
});

describe.skipIf(skip)(`the tasks in real boxes ${why}`, () => {
  let boxes: EvalBoxes;
  beforeAll(async () => {
    boxes = await openEvalBoxes('tasks-test');
  });
  afterAll(() => boxes.close());

  it.each(tasks)('$name: its tests, visible and hidden, fail at first and pass with the reference', async (task) => {
    const [visible, hidden] = [
      await runVisible(task, task.repository, boxes),
      await runHidden(task, task.repository, boxes),
    ];
    expect([visible.failed > 0, hidden.failed > 0]).toEqual([true, true]);
    expect(visible.cannotRun ?? hidden.cannotRun).toBeUndefined();
    expect([visible.total, hidden.total]).toEqual([task.tests.visible, task.tests.hidden]);
    expect(await judge(task, { ...task.repository, ...task.reference }, boxes)).toEqual({
      solved: true,
      why: 'solved',
    });
  });

  it.each(tasks.filter(({ shortcut }) => shortcut !== undefined))(
    '$name: a shortcut passes what is visible and is found out by what is hidden',
    async (task) => {
      const result = { ...task.repository, ...task.shortcut };
      expect(passes(await runVisible(task, result, boxes), task.tests.visible)).toBe(true);
      expect(await judge(task, result, boxes)).toMatchObject({
        solved: false,
        why: expect.stringMatching(/^hidden tests: \d+ passed, [1-9]\d* failed/),
      });
    },
  );

  it('a solution that also deletes a test, or ends the runner early, is none', async () => {
    const task = named('js-last-page');
    const solved = { ...task.repository, ...task.reference };
    const { 'test/paginate.test.js': _deleted, ...without } = solved;
    expect(await judge(task, without, boxes)).toMatchObject({
      solved: false,
      why: expect.stringMatching(/^tests weakened/),
    });
    const quitting = {
      ...task.repository,
      'src/paginate.js': 'process.exit(0);\nexport const paginate = () => ({});\n',
    };
    expect(await judge(task, quitting, boxes)).toMatchObject({ solved: false });
  });
});
