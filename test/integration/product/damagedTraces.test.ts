import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { shortTurns } from './counterScript.ts';
import { Product, until } from './product.ts';
import { lastLine, verifyLineSchema } from './taskLine.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip)(`traces that were damaged while no host ran ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  const ids: string[] = [];
  /** Traces and their heads, by path. */
  const intact = new Map<string, Buffer>();

  beforeAll(async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    fake = await startFakeOllama({ script: shortTurns, slots: 2 });
    const run = () => product.task(['run', 'stop at zero', '--model', 'ollama:scripted', '--ollama-host', fake.url]);
    for (const { task } of await Promise.all([run(), run()])) {
      ids.push(task.id);
    }
    await stopHost();
    for (const id of ids) {
      intact.set(trace(id), readFileSync(trace(id)));
      const head = join(product.paths.heads, `${id}.checkpoint`);
      intact.set(head, readFileSync(head));
    }
  });

  afterEach(async () => {
    await stopHost();
    intact.forEach((bytes, file) => writeFileSync(file, bytes));
  });

  afterAll(async () => {
    await fake.close();
    await product.remove();
  });

  function trace(id: string): string {
    return join(product.paths.tasks, id, 'trace.jsonl');
  }

  async function stopHost(): Promise<void> {
    await product.run(['host', 'stop']);
    await until('the host has ended', () => product.hostProcesses().length === 0);
  }

  async function listed(): Promise<string[]> {
    const { code, stdout } = await product.run(['tasks', '--json']);
    expect(code).toBe(0);
    return [...stdout.matchAll(/"id":"(task-\w+)","state":"ready"/g)].map(([, id = '']) => id).sort();
  }

  const [first, second] = [() => ids[0] ?? '', () => ids[1] ?? ''];

  it('cuts a torn last line off, records that, and keeps the task', async () => {
    const torn = '{"v":1,"seq":99,"ts":"2026-01-01T00:00:00.000Z","type":"task-mo';
    appendFileSync(trace(first()), torn);
    expect(await listed()).toEqual([...ids].sort());
    const verified = await product.run(['trace', 'verify', first(), '--json']);
    expect(verified.code).toBe(0);
    expect(lastLine(verified.stdout, verifyLineSchema).ok).toBe(true);
    const text = readFileSync(trace(first()), 'utf8');
    expect(text.startsWith(intact.get(trace(first()))?.toString('utf8') ?? 'none')).toBe(true);
    expect(text.trimEnd().split('\n').at(-1)).toContain(`"type":"journal-recovered"`);
    expect(text).toContain(`"bytes":${torn.length}`);
  });

  it('reports a trace that is broken in the middle, says which task, and goes on with the others', async () => {
    const bytes = intact.get(trace(first())) ?? Buffer.alloc(0);
    const broken = Buffer.from(bytes);
    broken.write('XXXX', bytes.indexOf('\n', Math.floor(bytes.length / 2)) + 10);
    writeFileSync(trace(first()), broken);
    expect(await listed()).toEqual([second()]);
    expect(await product.task(['show', second()])).toMatchObject({ code: 0, task: { state: 'ready' } });
    expect(await product.run(['patch', second()])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Math.max'),
    });

    // The damaged task is listed too, as one that cannot be relied on; nothing of its trace is touched.
    const { code, task } = await product.task(['show', first()]);
    expect({ code, state: task.state }).toEqual({ code: 0, state: 'failed' });
    expect(task.reason).toMatch(/^trace-damaged: The trace of task-\w+ is damaged: \S+, line \d+: .+\.$/);
    const applied = await product.run(['apply', first()]);
    expect(applied).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^nightshift: The trace of task-\w+ is damaged[^\n]+\n$/),
    });
    const verified = await product.run(['trace', 'verify', first(), '--json']);
    expect(verified.code).toBe(1);
    expect(lastLine(verified.stdout, verifyLineSchema)).toMatchObject({
      ok: false,
      firstBad: { reason: expect.any(String) },
    });
    expect(readFileSync(trace(first()))).toEqual(broken);
    expect(readFileSync(product.paths.log, 'utf8')).toMatch(
      new RegExp(`Task ${first()} is shown as failed and never written to: .+`),
    );
  });

  it('lists a task whose trace is damaged in its first line', async () => {
    const bytes = Buffer.from(intact.get(trace(first())) ?? '');
    bytes.write('XXXX', 10);
    writeFileSync(trace(first()), bytes);
    expect(await listed()).toEqual([second()]);
    expect(await product.task(['show', first()])).toMatchObject({ code: 0, task: { id: first(), state: 'failed' } });
    const verified = await product.run(['trace', 'verify', first(), '--json']);
    expect(lastLine(verified.stdout, verifyLineSchema)).toMatchObject({ ok: false, firstBad: { line: 1 } });
  });

  it('is not stopped by an empty trace or by strange names among the tasks', async () => {
    mkdirSync(join(product.paths.tasks, 'not a task'));
    writeFileSync(join(product.paths.tasks, 'file'), 'nothing\n');
    mkdirSync(join(product.paths.tasks, 'task-0000000000'));
    writeFileSync(join(product.paths.tasks, 'task-0000000000', 'trace.jsonl'), '');
    expect(await listed()).toEqual([...ids].sort());
    expect((await product.run(['tasks'])).stdout).not.toContain('task-0000000000');
  });
});
