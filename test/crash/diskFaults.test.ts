import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseTraceEvent, type TraceEvent } from '../../src/core/trace/traceEvent.ts';
import { type FakeOllama, startFakeOllama } from '../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../integration/requirements.ts';
import { taskOf, until } from '../integration/product/product.ts';
import { lastLine, verifyLineSchema } from '../integration/product/taskLine.ts';
import { buildPreload } from './buildPreload.ts';
import { crashModel, goal, patchedPaths } from './crashTask.ts';
import type { Fault } from './injection/crashPlan.ts';
import { type PlannedProduct, plannedProduct } from './plannedProduct.ts';

const { skip, why } = requireEngine();
const folder = mkdtempSync(join(tmpdir(), 'nightshift-faults-'));
const faultFile = join(folder, 'fault.json');
let preload: string;
let planned: PlannedProduct;
let fake: FakeOllama;

beforeAll(async () => {
  preload = await buildPreload(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  rmSync(faultFile, { force: true });
  await planned.product.remove();
  await fake.close();
});

function breakDisk(fault: Fault): void {
  writeFileSync(faultFile, JSON.stringify(fault));
}

/** Unless it is broken in another way by now. */
function mend(fault: Fault): void {
  if (existsSync(faultFile) && readFileSync(faultFile, 'utf8') === JSON.stringify(fault)) {
    rmSync(faultFile);
  }
}

/** How often the disk failed in this way: what an older fault left is told late. */
function failures({ match, code }: Fault): number {
  return planned.report().filter((line) => line.kind === 'failed' && line.point.includes(match) && line.code === code)
    .length;
}

function delegation(): string[] {
  return ['run', goal, '--json', '--model', 'ollama:scripted', '--ollama-host', fake.url, '--max-steps', '500'];
}

function events(task: string): TraceEvent[] {
  return readFileSync(join(planned.product.paths.tasks, task, 'trace.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => parseTraceEvent(JSON.parse(line)) ?? []);
}

async function expectVerified(task: string): Promise<void> {
  const verified = await planned.product.run(['trace', 'verify', task, '--json']);
  expect(lastLine(verified.stdout, verifyLineSchema)).toMatchObject({ ok: true });
}

async function readyTask(): Promise<string> {
  const finished = await planned.product.run(delegation());
  expect(taskOf(finished)).toMatchObject({ state: 'ready', proof: { verdict: 'green' } });
  return taskOf(finished).id;
}

describe.skipIf(skip)(`a disk that fails for a while ${why}`, () => {
  const faults: readonly Fault[] = [
    { match: 'journal: appendFile', code: 'ENOSPC' },
    { match: 'journal: datasync', code: 'EIO' },
    { match: 'head: open', code: 'EACCES' },
    { match: 'head: writeFile', code: 'ENOSPC' },
    { match: 'head: rename', code: 'EIO' },
    { match: 'artifact: open', code: 'EACCES' },
    { match: 'artifact: writeFile', code: 'ENOSPC' },
    { match: 'artifact: rename', code: 'EIO' },
  ];

  it('holds a task up at each write of its journal, head and payloads, and loses nothing', async () => {
    const waiting = [...faults];
    let mending: Promise<void> | undefined;
    let before = 0;
    let broken: Fault | undefined;
    // Each second question to the model breaks the disk in the next way, until the host has met it.
    fake = await startFakeOllama({
      script: (body) => {
        const due = body.messages.filter((message) => message.role === 'assistant').length === 1;
        // The task may be back before who mends the disk has looked again.
        if (due && broken !== undefined && failures(broken) > before) {
          mend(broken);
        }
        const fault = due && !existsSync(faultFile) ? waiting.shift() : undefined;
        if (fault !== undefined) {
          before = failures(fault);
          broken = fault;
          breakDisk(fault);
          const had = before;
          mending = until(`${fault.match} fails`, () => failures(fault) > had).finally(() => mend(fault));
        }
        return crashModel(body);
      },
    });
    planned = plannedProduct(preload, { fault: faultFile });
    // A sync that the clock sets off may meet its fault when the agent is done: what is left then is for the next task.
    const tasks: string[] = [];
    while (waiting.length > 0 && tasks.length < faults.length) {
      tasks.push(await readyTask());
      await mending;
    }
    expect(waiting).toEqual([]);
    for (const { match, code } of faults) {
      const met = planned
        .report()
        .some((line) => line.kind === 'failed' && line.point.includes(match) && line.code === code);
      expect(met, `${match} ${code}`).toBe(true);
    }
    const resumed = tasks.flatMap(events).filter((event) => event.type === 'task-resumed');
    // The last fault of a task may be met by the sync of its last move: nothing is left to go on with then.
    expect(resumed.length).toBeGreaterThanOrEqual(faults.length - tasks.length);
    for (const task of tasks) {
      await expectVerified(task);
    }
    expect(await planned.product.task(['apply', tasks[0] ?? ''])).toMatchObject({
      code: 0,
      task: { state: 'applied' },
    });
    expect(await planned.product.boxes()).toEqual([]);
  });

  it('breaks an accept off at each of its writes, says so in one line, and the next accept goes on', async () => {
    fake = await startFakeOllama({ script: crashModel });
    planned = plannedProduct(preload, { fault: faultFile });
    const { product } = planned;
    const task = await readyTask();
    const accepts: readonly (Fault & { readonly written: number })[] = [
      { match: 'journal: appendFile', code: 'ENOSPC', written: 0 },
      { match: 'journal: datasync', code: 'EIO', written: 0 },
      { match: 'head: rename', code: 'EIO', written: 0 },
      { match: 'checkout: open /.nightshift', code: 'ENOSPC', written: 0 },
      { match: 'checkout: sync /.nightshift', code: 'EIO', written: 0 },
      { match: 'checkout: rename /README.md', code: 'EACCES', written: 0 },
      { match: 'checkout: unlink /notes', code: 'EACCES', written: 1 },
      { match: 'checkout: writeFile /src/.nightshift', code: 'ENOSPC', written: 2 },
      { match: 'checkout: mkdir /src/limits', code: 'EACCES', written: 3 },
      { match: 'checkout: link /src/limits', code: 'EIO', written: 3 },
      // All is written by then: what cannot be recorded is the end of it.
      { match: 'journal: appendFile', code: 'EIO', spared: 1, written: 5 },
    ];
    const written = (): string[] => planned.report().flatMap((line) => (line.kind === 'effect' ? [line.path] : []));
    for (const { written: expected, ...fault } of accepts) {
      const before = failures(fault);
      breakDisk(fault);
      const refused = await product.run(['apply', task]);
      rmSync(faultFile);
      const said = `${fault.match}: ${refused.stdout}${refused.stderr}`;
      expect({ said, code: refused.code }).toMatchObject({ code: 1 });
      expect(failures(fault), said).toBeGreaterThan(before);
      expect(said).toContain(fault.code);
      expect(written(), said).toHaveLength(expected);
    }
    await product.run(['apply', task]);
    expect((await product.task(['show', task])).task.state).toBe('applied');
    const told = events(task).flatMap((event) => (event.type === 'apply-ended' ? event.data.applied : []));
    expect(told.sort()).toEqual(patchedPaths.toSorted());
    expect(written().sort()).toEqual(patchedPaths.toSorted());
    expect(product.git('status', '--porcelain', '--untracked-files=all').trimEnd().split('\n')).toHaveLength(5);
    await expectVerified(task);
  });

  it('refuses a new task in one line, and leaves nothing of it', async () => {
    fake = await startFakeOllama({ script: crashModel });
    planned = plannedProduct(preload, { fault: faultFile });
    breakDisk({ match: 'journal: appendFile', code: 'ENOSPC' });
    const refused = await planned.product.run(delegation());
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('the disk is full (ENOSPC)'),
    });
    expect(refused.stderr.trimEnd().split('\n')).toHaveLength(1);
    rmSync(faultFile);
    await readyTask();
    expect((await planned.product.run(['tasks', '--json'])).stdout.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe.skipIf(skip)(`a host that went down hard ${why}`, () => {
  it('cuts a torn last line off, keeps it, records it, and goes on', async () => {
    fake = await startFakeOllama({
      script: (body) => {
        const first = body.messages.every((message) => !message.content.includes('An earlier attempt'));
        const turn = crashModel(body);
        return first && turn.calls?.[0]?.name === 'run_tests' ? { ...turn, fault: 'stallMid', text: 'Wait.' } : turn;
      },
    });
    planned = plannedProduct(preload, {});
    const { product } = planned;
    const words = delegation();
    const running = product.start(words);
    await until('the tests are asked for', () => fake.requests.length > 12);
    const task = /"task":"(task-\w+)"/.exec(running.stdout())?.[1] ?? '';
    running.child.kill('SIGKILL');
    process.kill(product.hostPid() ?? 0, 'SIGKILL');
    await until('the host is gone', () => product.hostProcesses().length === 0);
    const torn = '{"v":1,"seq":99,"ts":"2026';
    appendFileSync(join(product.paths.tasks, task, 'trace.jsonl'), torn);
    await until('the task is ready', async () => (await product.task(['show', task])).task.state === 'ready');
    expect(events(task).filter((event) => event.type === 'journal-recovered')).toMatchObject([
      { data: { bytes: torn.length } },
    ]);
    expect(readFileSync(join(product.paths.tasks, task, 'trace.jsonl.torn-1'), 'utf8')).toBe(torn);
    await expectVerified(task);
    expect(await product.task(['apply', task])).toMatchObject({ code: 0, task: { state: 'applied' } });
  });
});

describe.skipIf(skip)(`a wall clock that goes back ${why}`, () => {
  it('neither gives time back nor counts it twice, and the order stays that of the numbers', async () => {
    fake = await startFakeOllama({ script: (body) => ({ ...crashModel(body), delayMs: 700 }) });
    // A slow machine needs a second or two before the task begins; its answers alone take longer than that.
    planned = plannedProduct(preload, { clock: { afterMs: 3_500, backMs: 86_400_000 } });
    const { product } = planned;
    const task = await readyTask();
    const written = events(task);
    expect(written.map((event) => event.seq)).toEqual(written.map((_, index) => index));
    const steps = written.slice(1).map((event, index) => Date.parse(event.ts) - Date.parse(written[index]?.ts ?? ''));
    expect(Math.min(...steps)).toBeLessThan(-80_000_000);
    const { usage } = (await product.task(['show', task])).task;
    expect(usage.seconds).toBeGreaterThan(0);
    expect(usage.seconds).toBeLessThan(300);
    await expectVerified(task);
    expect(await product.task(['apply', task])).toMatchObject({ code: 0, task: { state: 'applied' } });
    await product.run(['host', 'stop']);
    // Folded anew by another host.
    expect((await product.task(['show', task])).task).toMatchObject({ state: 'applied', usage });
  });
});
