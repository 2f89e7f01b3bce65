import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launchBrowser } from '../e2e/harness/browser.ts';
import { ensurePackage } from '../e2e/harness/packageFile.ts';
import type { BenchRow } from './benchRow.ts';
import { type BigRepository, plantRepository } from './editor/bigRepository.ts';
import { EditorWindow, type LoopDelay, startProbedServer } from './editor/editorWindow.ts';
import { OpenHost } from './editor/openHost.ts';
import { packageProbe } from './editor/probePackage.ts';
import { searchByHand } from './editor/searchByHand.ts';
import { sourceOf } from './editor/sourceOf.ts';

const tasks = 20;
/** One is read with every step: an agent that does the same again is stopped. */
const steps = 1_000;
/** So long a model thinks; the answers last longer than what is measured. Milliseconds. */
const delayMs = 50;
/** What the editor does by itself when a window opens, and the time that its loop is measured for. Milliseconds. */
const openingMs = 12_000;
const measuredMs = 30_000;
const startMs = 120_000;

interface AtWork {
  readonly loop: LoopDelay;
  /** Steps that the agents did meanwhile. */
  readonly steps: number;
  readonly unresponsive: number;
}

/** What twenty tasks of recorded models, as many of them at work as the machine has processors, cost the extension host of a window that lists them. */
export async function tasksBench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-tasks-bench-'));
  const browser = await launchBrowser();
  const open = async (repository: BigRepository, packages: readonly string[]): Promise<Opened> => {
    const server = await startProbedServer(folder, packages);
    return { server, window: await EditorWindow.open(browser, server, repository.root, folder) };
  };
  try {
    const repository = await plantRepository(join(folder, 'repository'), steps);
    const probe = await packageProbe(folder);
    const alone = await measureAlone(await open(repository, [probe]));
    const script = join(folder, 'reads.json');
    const turns = Array.from({ length: steps }, (_, at) => {
      const { path } = sourceOf(at, steps);
      return { text: `I look at ${path}.`, delayMs, calls: [{ name: 'read_file', arguments: { path } }] };
    });
    writeFileSync(script, JSON.stringify({ version: 1, contextTokens: 16_384, turns }));
    return rowsOf(alone, await measureAtWork(await open(repository, [probe, ensurePackage()]), repository, script));
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Opened {
  readonly server: Awaited<ReturnType<typeof startProbedServer>>;
  readonly window: EditorWindow;
}

async function measureAlone({ server, window }: Opened): Promise<LoopDelay> {
  try {
    await delay(openingMs);
    await window.loopDelay();
    await delay(measuredMs);
    return await window.loopDelay();
  } finally {
    await server.stop();
  }
}

async function measureAtWork({ server, window }: Opened, repository: BigRepository, script: string): Promise<AtWork> {
  let host: OpenHost | undefined;
  try {
    await delay(openingMs);
    await searchByHand(window.page, repository.late.word, 'late.ts', startMs);
    host = await OpenHost.find(repository.root, server.home);
    await host.settle(false);
    for (let part = 1; part <= tasks; part += 1) {
      await createTask(host, `Read part ${part} of the depot`, script);
    }
    const until = performance.now() + startMs;
    while ((await stepsOf(host)) === 0 && performance.now() < until) {
      await delay(100);
    }
    const before = await stepsOf(host);
    await window.loopDelay();
    await delay(measuredMs);
    const loop = await window.loopDelay();
    return { loop, steps: (await stepsOf(host)) - before, unresponsive: window.unresponsive };
  } finally {
    await host?.end();
    await server.stop();
  }
}

async function createTask({ client }: OpenHost, goal: string, script: string): Promise<void> {
  const limits = { steps, newTokens: 10_000_000 };
  const settings = { limits, plan: 'never', recall: 'never' } as const;
  const created = await client.request('createTask', {
    goal,
    origin: { kind: 'cli' },
    model: `replay:${script}`,
    settings,
  });
  if (!created.ok) {
    throw new Error(created.error.message);
  }
}

/** Of all tasks so far. A task that failed is none at work: then there is nothing to measure. */
async function stepsOf({ client }: OpenHost): Promise<number> {
  const listed = await client.request('listTasks', {});
  if (!listed.ok) {
    throw new Error(listed.error.message);
  }
  const over = listed.value.tasks.find(({ state }) => state === 'failed' || state === 'waiting');
  if (over !== undefined) {
    throw new Error(`A task is ${over.state}: ${over.reason?.message ?? ''}`);
  }
  return listed.value.tasks.reduce((sum, { usage }) => sum + usage.steps, 0);
}

function rowsOf(alone: LoopDelay, { loop, steps: done, unresponsive }: AtWork): BenchRow[] {
  return [
    {
      name: `tasks: loop delay of the extension host with ${tasks} tasks, ${done} steps in ${measuredMs / 1_000} s, p99`,
      value: loop.p99,
      unit: 'ms',
      peer: 'the editor without ours, idle',
      peerValue: alone.p99,
      ratio: loop.p99 / alone.p99,
      target: '≤ 10 ms more',
      ok: loop.p99 - alone.p99 <= 10 && done > 0,
    },
    {
      name: `tasks: times that the extension host was called unresponsive with ${tasks} tasks`,
      value: unresponsive,
      unit: 'times',
      target: '0',
      ok: unresponsive === 0,
    },
  ];
}
