import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn, finishTurn, readTurn, shortTurns } from './counterScript.ts';
import { Product } from './product.ts';

const { skip, why } = requireEngine();

/** Models that never end and never do the same twice: one that gets nowhere, and one that reads on and on. */
function anotherSearch(): () => FakeTurn {
  let count = 0;
  return () => ({ calls: [{ name: 'search_text', arguments: { pattern: `word ${(count += 1)}` } }] });
}
function anotherFile(): () => FakeTurn {
  let count = 0;
  return () => ({ calls: [{ name: 'write_file', arguments: { path: `notes/${(count += 1)}.md`, content: 'x\n' } }] });
}

describe.skipIf(skip)(`limits and models that go wrong ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  beforeEach(() => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
  });

  afterEach(async () => {
    await fake.close();
    expect(await product.boxes()).toEqual([]);
    await product.remove();
  });

  async function run(script: Parameters<typeof startFakeOllama>[0]['script'], ...options: readonly string[]) {
    fake = await startFakeOllama({ script });
    const before = product.snapshot();
    const finished = await product.task([
      'run',
      'stop at zero',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
      ...options,
    ]);
    expect(product.snapshot()).toEqual(before);
    return finished;
  }

  it('stops a model that never ends at the limit of steps, and says which limit and how to go on', async () => {
    const { code, task } = await run(anotherSearch(), '--max-steps', '5');
    expect(code).toBe(1);
    expect(task).toMatchObject({ state: 'failed', changeset: null, usage: { steps: 5 } });
    expect(task.reason).toMatch(/^step-limit: .*5 of its 5 steps.*`nightshift resume task-\w+ --max-steps 10`.*\.$/);
    expect(fake.requests.filter((request) => request.path === '/api/chat')).toHaveLength(5);
  });

  it('goes beyond the default limit of steps when the user raises it', async () => {
    const { code, task } = await run(anotherFile(), '--max-steps', '42');
    expect(code).toBe(1);
    expect(task).toMatchObject({ state: 'failed', usage: { steps: 42 } });
    expect(task.reason).toMatch(/^step-limit: /);
  });

  it('makes no call to the model that could pass the limit of tokens', async () => {
    const { code, task } = await run(anotherFile(), '--max-tokens', '5000');
    expect(code).toBe(1);
    expect(task.state).toBe('failed');
    expect(task.reason).toMatch(/^budget-exhausted: .*5000 new tokens.*\.$/);
    expect(task.usage.newTokens).toBeLessThanOrEqual(5_000);
  });

  it.each<{ fault: NonNullable<FakeTurn['fault']>; reason: RegExp }>([
    { fault: 'emptyTurn', reason: /^no-answer: .*empty answer 3 times in a row/ },
    { fault: 'repeatForever', reason: /^runaway: .*repeated the same text without end in 2 answers/ },
    { fault: 'malformedArgs', reason: /^repeated-format-error: .*malformed tool calls in 3 answers/ },
    { fault: 'unknownTool', reason: /^repeated-format-error: .*malformed tool calls in 3 answers/ },
    { fault: 'wrongTypes', reason: /^model-\S+: .+\.$/ },
    { fault: 'garbageLine', reason: /^model-\S+: .+\.$/ },
  ])('fails with a reason that people understand when the model answers with $fault', async ({ fault, reason }) => {
    const { code, task } = await run(() => ({ ...readTurn, fault }));
    expect(code).toBe(1);
    expect(task).toMatchObject({ state: 'failed', changeset: null, proof: null });
    expect(task.reason).toMatch(reason);
    expect(task.reason).not.toMatch(/\n|\bat \S+ \(|node:internal|undefined|\[object/);
    const shown = await product.run(['show', task.id]);
    expect(shown.stdout).toContain((task.reason ?? '').replace(/^\S+: /, '').slice(0, 60));
  });

  it('stops a model that makes the same call over and over, and lets it go on when the user says how', async () => {
    let mended = false;
    const { code, task } = await run((body) => {
      const said = body.messages.filter(({ role }) => role === 'assistant').length;
      return mended ? (shortTurns[said] ?? finishTurn) : readTurn;
    });
    expect(code).toBe(1);
    expect(task).toMatchObject({ state: 'failed', usage: { steps: 4 } });
    expect(task.reason).toMatch(
      /^stuck: .*same call of read_file 4 times with the same result.*nightshift resume task-/,
    );
    const before = product.snapshot();
    mended = true;
    const resumed = await product.task(['resume', task.id, '--note', 'Look no further, edit it.']);
    expect(resumed).toMatchObject({ code: 0, task: { id: task.id, state: 'ready', proof: { verdict: 'green' } } });
    expect(product.snapshot()).toEqual(before);
    expect(JSON.stringify(fake.requests.at(-1))).toContain('Look no further, edit it.');
  });

  it('goes on from its checkpoint when the user raises the limit that stopped it, and not before', async () => {
    const { task } = await run([editTurn, readTurn, finishTurn], '--max-steps', '1');
    expect(task.reason).toMatch(/^step-limit: /);
    expect(await product.run(['resume', task.id])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^nightshift: .*1 steps of its 1 steps.*--max-steps 2.*\n$/),
    });
    expect(await product.run(['resume', task.id, '--max-steps', '1'])).toMatchObject({ code: 1 });
    const resumed = await product.task(['resume', task.id, '--max-steps', '9']);
    // The script begins anew with the new run: its edit finds the file edited already.
    expect(resumed).toMatchObject({ code: 0, task: { state: 'ready', proof: { verdict: 'green' } } });
    const verified = await product.run(['trace', 'verify', task.id]);
    expect(verified.code).toBe(0);
  });

  it('survives a server that fails once, and a model whose call is broken once', async () => {
    const script: readonly FakeTurn[] = [
      { ...editTurn, fault: 'http503', faultTimes: 1 },
      { ...finishTurn, fault: 'malformedArgs', faultTimes: 1 },
    ];
    const { code, task } = await run(script);
    expect({ code, state: task.state }).toEqual({ code: 0, state: 'ready' });
    expect(fake.violations).toEqual([]);
  });

  it('calls a patch that breaks the tests red, tells the agent twice, and fails with the patch kept', async () => {
    const worse: FakeTurn = {
      calls: [{ name: 'write_file', arguments: { path: 'src/counter.js', content: 'export class Counter {}\n' } }],
    };
    const { code, task } = await run([worse, finishTurn]);
    expect(code).toBe(1);
    expect(task).toMatchObject({ state: 'failed', proof: { verdict: 'red' }, usage: { steps: 6 } });
    expect(task.reason).toMatch(/^tests-red: /);
    expect((await product.run(['patch', task.id])).stdout).toContain('+export class Counter {}');
    // What the proof did not pass cannot be applied.
    expect(await product.run(['apply', task.id])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^nightshift: .*failed.*\n$/),
    });
  });
});
