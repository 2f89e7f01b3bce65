import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../integration/requirements.ts';
import { lastLine, taskLineSchema } from '../integration/product/taskLine.ts';
import { buildPreload } from './buildPreload.ts';
import type { Kill } from './injection/crashPlan.ts';
import { type PlannedProduct, plannedProduct } from './plannedProduct.ts';

const { skip, why } = requireEngine();
const folder = mkdtempSync(join(tmpdir(), 'nightshift-creation-'));
let preload: string;
let planned: PlannedProduct;
let fake: FakeOllama;

beforeAll(async () => {
  preload = await buildPreload(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  await planned.product.remove();
  await fake.close();
});

const at = (point: string, moment: Kill['moment'], occurrence = 1): Kill => ({ point, occurrence, moment });

describe.skipIf(skip)(`delegating a task to a host that is killed ${why}`, () => {
  it.each([
    at('journal: mkdir tasks/<task>', 'after'),
    at('head: rename heads/<task>.checkpoint', 'after'),
    at('journal: appendFile tasks/<task>/trace.jsonl', 'before'),
    at('journal: appendFile tasks/<task>/trace.jsonl', 'after'),
    at('journal: datasync tasks/<task>/trace.jsonl', 'after'),
    at('head: rename heads/<task>.checkpoint', 'after', 2),
    at('model: POST /api/show', 'during'),
  ])('makes one task, which the command that asked knows: $moment $point no. $occurrence', async (kill) => {
    fake = await startFakeOllama({ script: [{ text: 'Wait.', fault: 'stallMid' }] });
    planned = plannedProduct(preload, { kills: [kill] }, { NIGHTSHIFT_IDLE_SECONDS: '1' });
    const { product } = planned;
    const words = ['run', 'once', '--detach', '--json', '--model', 'ollama:scripted', '--ollama-host', fake.url];
    const delegated = await product.run(words);
    expect(delegated).toMatchObject({ code: 0, stderr: '' });
    expect(planned.report().filter((line) => line.kind === 'killed')).toHaveLength(1);
    const { id } = lastLine(delegated.stdout, taskLineSchema);
    expect(readdirSync(product.paths.tasks)).toEqual([id]);
    const listed = await product.run(['tasks', '--json']);
    expect(listed.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(await product.run(['cancel', id])).toMatchObject({ code: 0 });
  });
});
