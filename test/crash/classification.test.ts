import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseTraceEvent, type TraceEvent } from '../../src/core/trace/traceEvent.ts';
import { type FakeOllama, startFakeOllama } from '../fakes/ollama/fakeOllama.ts';
import { taskOf, until } from '../integration/product/product.ts';
import { requireEngine } from '../integration/requirements.ts';
import { buildPreload } from './buildPreload.ts';
import { crashModel, goal } from './crashTask.ts';
import type { Kill } from './injection/crashPlan.ts';
import { type PlannedProduct, plannedProduct } from './plannedProduct.ts';

const { skip, why } = requireEngine();
const folder = mkdtempSync(join(tmpdir(), 'nightshift-intents-'));
let preload: string;
let planned: PlannedProduct;
let fake: FakeOllama;

beforeAll(async () => {
  preload = await buildPreload(folder);
});

beforeEach(async () => {
  fake = await startFakeOllama({ script: crashModel });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  await planned.product.remove();
  await fake.close();
});

function events(task: string): TraceEvent[] {
  return readFileSync(join(planned.product.paths.tasks, task, 'trace.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => parseTraceEvent(JSON.parse(line)) ?? []);
}

async function readyTask(kill: Kill): Promise<string> {
  planned = plannedProduct(preload, { kills: [kill] });
  const words = ['run', goal, '--json', '--model', 'ollama:scripted', '--ollama-host', fake.url, '--max-steps', '500'];
  const finished = await planned.product.run(words);
  expect(taskOf(finished)).toMatchObject({ state: 'ready', proof: { verdict: 'green' } });
  return taskOf(finished).id;
}

const effects = (): string[] => planned.report().flatMap((line) => (line.kind === 'effect' ? [line.path] : []));
const readmeWritten: Kill = { point: 'checkout: rename /README.md', occurrence: 1, moment: 'after' };

describe.skipIf(skip)(`an intent without a result, found by the next host ${why}`, () => {
  it('of a call that only reads is done again, in a fresh box', async () => {
    // The line of the first call: task, move, trial and its end, snapshot, environment, move, run, goal, box, question, answer, call.
    const line = 13;
    const task = await readyTask({
      point: 'journal: appendFile tasks/<task>/trace.jsonl',
      occurrence: line,
      moment: 'after',
    });
    const told = events(task);
    expect(told[line - 1]).toMatchObject({ type: 'tool-called', data: { tool: 'list_files', effect: 'read' } });
    const [first, second] = told.flatMap((event) =>
      event.type === 'tool-called' && event.data.tool === 'list_files' ? [event.data] : [],
    );
    expect(second?.run).not.toBe(first?.run);
    const answered = told.flatMap((event) =>
      event.type === 'tool-returned' ? [`${event.data.run} ${event.data.call}`] : [],
    );
    expect(answered).not.toContain(`${first?.run} ${first?.call}`);
    expect(answered).toContain(`${second?.run} ${second?.call}`);
  });

  it('of an accept is looked at: what was written counts, what was not waits for the next accept', async () => {
    const task = await readyTask(readmeWritten);
    const { product } = planned;
    expect(await product.run(['apply', task])).toMatchObject({ code: 1 });
    expect((await product.task(['show', task])).task.state).toBe('ready');
    expect(events(task).findLast((event) => event.type === 'apply-ended')?.data).toMatchObject({
      applied: ['README.md'],
      conflicts: [],
    });
    expect(effects()).toEqual(['README.md']);
    expect(await product.task(['apply', task])).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(effects()).toHaveLength(5);
    expect(new Set(effects()).size).toBe(5);
  });

  it('of an accept that cannot be told from what a person did meanwhile is never repeated, and waits for that person', async () => {
    const task = await readyTask(readmeWritten);
    const { product } = planned;
    expect(await product.run(['apply', task])).toMatchObject({ code: 1 });
    await until('the host is gone', () => planned.report().at(-1)?.kind === 'killed');
    const mine = '# Counter\n\nI wrote this in the meantime.\n';
    product.write('README.md', mine);
    expect((await product.task(['show', task])).task.state).toBe('ready');
    expect(events(task).findLast((event) => event.type === 'apply-ended')?.data).toMatchObject({
      applied: [],
      conflicts: [{ path: 'README.md', reason: 'changed-meanwhile' }],
    });
    const again = await product.run(['apply', task]);
    expect(again.code).toBe(1);
    expect(`${again.stdout}${again.stderr}`).toContain('"README.md" was changed meanwhile in the same place');
    expect(product.read('README.md')).toBe(mine);
    expect(effects()).toEqual(['README.md']);
    expect(await product.task(['discard', task])).toMatchObject({ code: 0, task: { state: 'discarded' } });
  });
});
