import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatBody } from '../../fakes/ollama/chatBody.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn, finishTurn, readTurn } from './counterScript.ts';
import { Product, until } from './product.ts';

const { skip, why } = requireEngine();
const mended = '    this.#value = Math.max(0, this.#value - step);';
const explained = `    // It counts things, of which there are never less than none.\n${mended}`;

const said = ({ messages }: ChatBody): number => messages.filter(({ role }) => role === 'assistant').length;
const told = ({ messages }: ChatBody): string => JSON.stringify(messages);

const searchTurn = (word: number): FakeTurn => ({
  calls: [{ name: 'search_text', arguments: { pattern: `word ${word}` } }],
});

/** Mends the counter, and answers a review by a comment in the code. */
function reviewed(body: ChatBody): FakeTurn {
  const first = [editTurn, finishTurn];
  const second: FakeTurn[] = [
    { calls: [{ name: 'edit_file', arguments: { path: 'src/counter.js', oldText: mended, newText: explained } }] },
    { calls: [{ name: 'answer_comment', arguments: { comment: 1, answer: 'I wrote down why it stops at zero.' } }] },
    { calls: [{ name: 'answer_comment', arguments: { comment: 7, answer: 'There is no such one.' } }] },
    finishTurn,
  ];
  const script = told(body).includes('Comment 1: ') ? second : first;
  return script[said(body)] ?? finishTurn;
}

describe.skipIf(skip)(`what a person and an agent say to each other ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  beforeEach(() => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
  });

  afterEach(async () => {
    expect(fake.violations).toEqual([]);
    await fake.close();
    expect(await product.boxes()).toEqual([]);
    await product.remove();
  });

  const run = (): string[] => ['run', 'stop at zero', '--model', 'ollama:scripted', '--ollama-host', fake.url];
  const requests = (): string[] =>
    fake.requests.filter(({ path }) => path === '/api/chat').map(({ body }) => JSON.stringify(body));

  async function shown(id: string): Promise<{ readonly state: string }> {
    return (await product.task(['show', id])).task;
  }

  it('a comment on lines of a result sends it back, is answered by a change and in words, and is resolved', async () => {
    fake = await startFakeOllama({ script: reviewed });
    const { task } = await product.task(run());
    expect(task).toMatchObject({ state: 'ready', proof: { verdict: 'green' } });
    const wrong = await product.run(['comment', task.id, 'src/counter.js:999', 'Why?']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/src\/counter\.js has lines 1 to \d+/) });
    const source = readFileSync(join(product.root, 'src/counter.js'), 'utf8').split('\n');
    const line = source.findIndex((each) => each.includes('this.#value - step')) + 1;
    const answer = await product.task([
      'comment',
      task.id,
      `src/counter.js:${line}`,
      'Why at zero? Say so in the code.',
    ]);
    expect(answer).toMatchObject({ code: 0, task: { id: task.id, state: 'ready', proof: { verdict: 'green' } } });
    expect((await product.run(['patch', task.id])).stdout).toContain('never less than none');
    const asked = requests().findLast((body) => body.includes('Comment 1: ')) ?? '';
    expect(asked).toContain('Why at zero? Say so in the code.');
    expect(asked).toContain('answer_comment');
    expect(asked).toContain('There is no open comment 7; the comments are 1.');

    const listed = await product.run(['comments', task.id]);
    // The agent's remark stands above the line now.
    expect(listed.stdout).toMatch(new RegExp(`^1\\. src/counter\\.js:${line + 1}  answered\n`));
    expect(listed.stdout).toContain('I wrote down why it stops at zero.');
    const resolved = await product.run(['comments', task.id, '--resolve', '1', '--json']);
    expect(JSON.parse(resolved.stdout.split('\n')[0] ?? '')).toMatchObject({ number: 1, resolved: true });
    expect(await product.run(['comments', task.id, '--resolve', '2'])).toMatchObject({ code: 2 });
    expect(await product.task(['apply', task.id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(await product.run(['trace', 'verify', task.id])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('intact'),
    });
  });

  it('what is said to an agent at work is told with its next step, and a paused task goes on with what was said meanwhile', async () => {
    let count = 0;
    fake = await startFakeOllama({
      script: (body) => {
        const known = told(body);
        if (known.includes('Now you may end.')) {
          return said(body) === 0 ? editTurn : finishTurn;
        }
        return known.includes('Look at the notes first.')
          ? { ...searchTurn((count += 1)), text: 'I look at the notes.', chunkDelayMs: 100, chunkSize: 4 }
          : { ...readTurn, chunkDelayMs: 150, chunkSize: 4 };
      },
    });
    const { task } = await product.task([...run(), '--detach']);
    await until('the model was asked', () => requests().length > 0);
    expect((await product.run(['say', task.id, 'Look at the notes first.'])).code).toBe(0);
    await until('the agent was told', () =>
      requests().some((body) => body.includes('The user says: Look at the notes')),
    );
    const paused = await product.task(['pause', task.id]);
    expect(paused).toMatchObject({ code: 0, task: { state: 'paused' } });
    const before = requests().length;
    await delay(500);
    expect(requests()).toHaveLength(before);
    expect(await product.boxes()).toEqual([]);
    expect((await product.run(['say', task.id, 'Now you may end.'])).code).toBe(0);
    expect(await shown(task.id)).toMatchObject({ state: 'paused' });
    const resumed = await product.task(['resume', task.id]);
    expect(resumed).toMatchObject({ code: 0, task: { state: 'ready', proof: { verdict: 'green' } } });
  });

  it('what is said of a result sends it back, and of a task that is over is refused', async () => {
    fake = await startFakeOllama({
      script: (body) =>
        told(body).includes('Leave a note.')
          ? ([{ calls: [{ name: 'write_file', arguments: { path: 'NOTE.md', content: 'Hello.\n' } }] }][said(body)] ??
            finishTurn)
          : ([editTurn][said(body)] ?? finishTurn),
    });
    const { task } = await product.task(run());
    expect((await product.run(['say', task.id, 'Leave a note.'])).code).toBe(0);
    await until('it is ready again', async () => {
      const { state } = await shown(task.id);
      return state === 'ready' && (await product.run(['patch', task.id])).stdout.includes('Hello.');
    });
    expect((await product.task(['discard', task.id])).code).toBe(0);
    expect(await product.run(['say', task.id, 'One more.'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is discarded'),
    });
  });

  it('a revision that is cancelled, or fails, leaves the result that there was, which is accepted as it was', async () => {
    const vain: FakeTurn = { calls: [{ name: 'write_file', arguments: { path: 'NOTE.md', content: 'Hello.\n' } }] };
    fake = await startFakeOllama({
      script: (body) => {
        if (told(body).includes('Now fail.')) {
          return { ...finishTurn, fault: 'emptyTurn' };
        }
        return told(body).includes('Leave a note.')
          ? ([vain][said(body)] ?? { ...finishTurn, delayMs: 600_000 })
          : ([editTurn][said(body)] ?? finishTurn);
      },
    });
    const { task } = await product.task(run());
    const patch = (await product.run(['patch', task.id])).stdout;
    expect((await product.run(['say', task.id, 'Leave a note.'])).code).toBe(0);
    await until('the revision changed something', () => requests().some((body) => body.includes('NOTE.md')));
    const cancelled = await product.task(['cancel', task.id]);
    expect(cancelled.task).toMatchObject({ state: 'ready', changeset: { hash: task.changeset?.hash } });
    expect(cancelled.task.reason).toContain('revision-cancelled: You cancelled the revision');
    expect((await product.run(['patch', task.id])).stdout).toBe(patch);
    expect((await product.run(['say', task.id, 'Now fail.'])).code).toBe(0);
    await until(
      'it is back',
      async () => (await product.task(['show', task.id])).task.reason?.startsWith('revision-failed') === true,
    );
    expect(await product.task(['apply', task.id])).toMatchObject({ code: 0, task: { state: 'applied' } });
    expect(product.git('status', '--porcelain').trim()).toBe('M src/counter.js');
    expect(await product.run(['trace', 'verify', task.id])).toMatchObject({ code: 0 });
  });
});
