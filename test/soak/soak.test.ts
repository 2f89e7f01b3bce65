import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FakeOllama, startFakeOllama } from '../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../fakes/ollama/fakeTurn.ts';
import { editTurn, finishTurn, readTurn } from '../integration/product/counterScript.ts';
import { Product, until } from '../integration/product/product.ts';
import { lastLine, taskLineSchema, verifyLineSchema } from '../integration/product/taskLine.ts';
import { requireEngine } from '../integration/requirements.ts';

/**
 * Many short tasks, eight unfinished at a time, while the agent host and its boxes are killed at random. Every task ends in the
 * state that its script leads to, once, and nothing is left: no box, volume, process, temporary file. Size by environment:
 * NIGHTSHIFT_SOAK_TASKS, NIGHTSHIFT_SOAK_KILLS (a minute), NIGHTSHIFT_SOAK_SEED.
 */
const { skip, why } = requireEngine();
const tasks = Number(process.env['NIGHTSHIFT_SOAK_TASKS'] ?? 200);
const killsPerMinute = Number(process.env['NIGHTSHIFT_SOAK_KILLS'] ?? 2);
const atOnce = 8;

interface Kind {
  readonly name: string;
  readonly turns: readonly FakeTurn[];
  readonly state: 'ready' | 'failed';
  readonly verdict?: 'green' | 'unverified';
  readonly reason?: RegExp;
}

const note: FakeTurn = { calls: [{ name: 'write_file', arguments: { path: 'NOTES.md', content: 'noted\n' } }] };

const kinds: readonly Kind[] = [
  { name: 'mend', turns: [readTurn, editTurn, finishTurn], state: 'ready', verdict: 'green' },
  { name: 'mend and note', turns: [editTurn, note, finishTurn], state: 'ready', verdict: 'green' },
  { name: 'say nothing', turns: [{ text: 'I think about it.' }], state: 'failed', reason: /^stuck/ },
  { name: 'repeat', turns: [readTurn], state: 'failed', reason: /^(stuck|step-limit)/ },
];

interface Sample {
  readonly pid: number;
  readonly rssMiB: number;
  readonly descriptors: number;
}

describe.skipIf(skip)(`a night of work ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  const random = seeded(Number(process.env['NIGHTSHIFT_SOAK_SEED'] ?? 1));
  const samples: Sample[] = [];
  const kills = { host: 0, box: 0 };
  /** Where the product under test keeps its temporary files, and nobody else does. */
  let temporary: string;

  beforeAll(async () => {
    temporary = mkdtempSync(join(tmpdir(), 'nightshift-soak-'));
    fake = await startFakeOllama({
      slots: atOnce,
      script: ({ messages }) => {
        const goal = messages.find((one) => one.role === 'user')?.content ?? '';
        const { turns } = kindOf(goal);
        const answered = messages.filter((one) => one.role === 'assistant').length;
        return turns[Math.min(answered, turns.length - 1)] ?? {};
      },
    });
    product = new Product({
      fixture: 'node-counter',
      variables: { TMPDIR: temporary, NIGHTSHIFT_SANDBOX_RUNTIME: 'runc', NIGHTSHIFT_IDLE_SECONDS: '20' },
    });
  });

  afterAll(async () => {
    await fake.close();
    await product.remove();
    rmSync(temporary, { recursive: true, force: true });
  });

  it(`of ${tasks} tasks with ${killsPerMinute} kills a minute`, { timeout: 3_600_000 }, async () => {
    const checkout = product.snapshot();
    const expected = new Map<string, Kind>();
    let nextKill = performance.now() + 20_000;
    for (;;) {
      const states = await statesNow(product);
      const unfinished = [...expected.keys()].filter((id) => !isOver(states.get(id)));
      if (expected.size === tasks && unfinished.length === 0) {
        break;
      }
      for (let room = atOnce - unfinished.length; room > 0 && expected.size < tasks; room -= 1) {
        const kind = kinds[expected.size % kinds.length] ?? kinds[0];
        if (kind !== undefined) {
          expected.set(await delegate(product, fake, `${expected.size}: ${kind.name}`), kind);
        }
      }
      sample(product, samples);
      if (killsPerMinute > 0 && performance.now() > nextKill) {
        nextKill = performance.now() + (60_000 / killsPerMinute) * (0.5 + random());
        await killSomething(product, random, kills);
      }
      await delay(400);
    }

    for (const [id, kind] of expected) {
      const shown = await product.task(['show', id]);
      expect(shown.task, `${id}: ${kind.name}`).toMatchObject({ state: kind.state });
      expect(shown.task.reason ?? '', `${id}: ${kind.name}`).toMatch(kind.reason ?? /^$/);
      expect(shown.task.proof?.verdict, `${id}: ${kind.name}`).toBe(kind.verdict);
      const verified = await product.run(['trace', 'verify', id, '--json']);
      expect(lastLine(verified.stdout, verifyLineSchema).ok, id).toBe(true);
      expectOnce(product, id);
    }
    expect(product.snapshot()).toEqual(checkout);
    const sizes = lives(samples);
    console.log(`${tasks} tasks, ${kills.host} hosts and ${kills.box} boxes killed; ${sizes}`);

    await product.run(['host', 'stop']);
    await until('the agent host has ended', () => product.hostProcesses().length === 0);
    expect(await product.boxes()).toEqual([]);
    expect(await product.volumes()).toEqual([]);
    expect(readdirSync(join(product.paths.directory, 'work'))).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

function kindOf(goal: string): Kind {
  const name = /Goal: \d+: (.+)/.exec(goal)?.[1]?.trim();
  const kind = kinds.find((one) => one.name === name);
  if (kind === undefined) {
    throw new Error(`No kind for ${goal}`);
  }
  return kind;
}

/** A host that is killed while it takes a task may not have taken it: then the task is not there, and is delegated again. */
async function delegate(product: Product, fake: FakeOllama, goal: string): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const words = ['run', goal, '--detach', '--json', '--model', 'ollama:scripted', '--ollama-host', fake.url];
    const ran = await product.run(words);
    if (ran.code === 0) {
      return lastLine(ran.stdout, taskLineSchema).id;
    }
    const taken = [...(await goalsNow(product))].find(([, text]) => text === goal);
    if (taken !== undefined) {
      return taken[0];
    }
  }
  throw new Error(`"${goal}" could not be delegated.`);
}

const rowSchema = z.looseObject({ type: z.string(), id: z.string().optional(), state: z.string().optional() });

async function statesNow(product: Product): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await product.run(['tasks', '--json']);
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => rowSchema.parse(JSON.parse(line)));
  return new Map(rows.flatMap((row) => (row.id === undefined || row.state === undefined ? [] : [[row.id, row.state]])));
}

async function goalsNow(product: Product): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const id of (await statesNow(product)).keys()) {
    const first = readFileSync(join(product.paths.tasks, id, 'trace.jsonl'), 'utf8').split('\n')[0] ?? '';
    const line = z.looseObject({ data: z.looseObject({ goal: z.string() }) }).parse(JSON.parse(first));
    found.set(id, line.data.goal);
  }
  return found;
}

function isOver(state: string | undefined): boolean {
  return state === 'ready' || state === 'failed' || state === 'cancelled';
}

/** One proof, one vote and one result of each changeset: nothing was done twice, whatever was killed. */
function expectOnce(product: Product, id: string): void {
  const lines = readFileSync(join(product.paths.tasks, id, 'trace.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const types = lines.map((line) => z.looseObject({ type: z.string() }).parse(JSON.parse(line)).type);
  for (const type of ['task-created', 'snapshot-taken', 'proof-ended', 'vote-cast']) {
    expect(types.filter((one) => one === type).length, `${id} ${type}`).toBeLessThanOrEqual(1);
  }
}

async function killSomething(
  product: Product,
  random: () => number,
  kills: { host: number; box: number },
): Promise<void> {
  const boxes = await product.boxes();
  const box = boxes[Math.floor(random() * boxes.length)];
  if (random() < 0.4 && box !== undefined) {
    await product.removeBox(box.Id).catch(() => undefined);
    kills.box += 1;
    return;
  }
  const pid = product.hostPid();
  if (pid !== undefined) {
    process.kill(pid, 'SIGKILL');
    kills.host += 1;
  }
}

function sample(product: Product, samples: Sample[]): void {
  const pid = product.hostPid();
  if (pid === undefined) {
    return;
  }
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const rssMiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    samples.push({ pid, rssMiB, descriptors: readdirSync(`/proc/${pid}/fd`).length });
  } catch {
    // It was killed between the two.
    return;
  }
}

/** What a host held in each of its lives; descriptors and memory must not grow with the tasks it has done. */
function lives(samples: readonly Sample[]): string {
  const pids = [...new Set(samples.map((one) => one.pid))];
  const all = pids.map((pid) => samples.filter((one) => one.pid === pid)).filter((life) => life.length >= 8);
  const most = Math.max(...samples.map((one) => one.descriptors));
  expect(most).toBeLessThan(150);
  const ends = all.map((life) => {
    const late = life.slice(-Math.ceil(life.length / 4));
    return Math.min(...late.map((one) => one.rssMiB));
  });
  expect(Math.max(0, ...ends)).toBeLessThan(250);
  const rss = ends.map((end) => end.toFixed(0)).join(', ');
  return `${pids.length} lives, memory at the end of each ${rss} MiB, at most ${most} descriptors`;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
