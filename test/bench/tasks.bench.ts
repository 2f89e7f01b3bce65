import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launchBrowser } from '../e2e/harness/browser.ts';
import type { EditorServer } from '../e2e/harness/editorServer.ts';
import { ensurePackage } from '../e2e/harness/packageFile.ts';
import type { BenchRow } from './benchRow.ts';
import { plantRepository } from './editor/bigRepository.ts';
import { EditorWindow, type LoopDelay, startProbedServer } from './editor/editorWindow.ts';
import { OpenHost } from './editor/openHost.ts';
import { packageProbe } from './editor/probePackage.ts';
import { searchByHand } from './editor/searchByHand.ts';

const tasks = 20;
const files = 1_000;
/** Each changes a file: an agent that comes to nothing new is stopped. */
const steps = 1_000;
/** So long a model thinks; the answers last longer than what is measured. Milliseconds. */
const delayMs = 50;
/** What the editor does by itself when a window opens, and the time that its loop is measured for. Milliseconds. */
const openingMs = 12_000;
const measuredMs = 30_000;
const startMs = 120_000;

interface Measured {
  readonly ours: LoopDelay;
  /** In a window without our extension, at the same time: it feels the agents at work as well. */
  readonly alone: LoopDelay;
  /** Steps that the agents did meanwhile. */
  readonly steps: number;
  readonly unresponsive: number;
}

interface Opened {
  readonly server: EditorServer;
  readonly window: EditorWindow;
}

/** What twenty tasks of recorded models, as many of them at work as the machine has processors, cost the extension host of a window that lists them. */
export async function tasksBench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-tasks-bench-'));
  const browser = await launchBrowser();
  const opened: Opened[] = [];
  let host: OpenHost | undefined;
  try {
    const repository = await plantRepository(join(folder, 'repository'), files);
    const probe = await packageProbe(folder);
    const open = async (name: string, packages: readonly string[]): Promise<Opened> => {
      const place = join(folder, name);
      mkdirSync(place);
      const server = await startProbedServer(place, packages);
      const both = { server, window: await EditorWindow.open(browser, server, repository.root, place) };
      opened.push(both);
      return both;
    };
    const alone = await open('alone', [probe]);
    const ours = await open('ours', [probe, ensurePackage()]);
    await searchByHand(ours.window.page, repository.late.word, 'late.ts', startMs);
    host = await OpenHost.find(repository.root, ours.server.home);
    await host.settle(false);
    await delay(openingMs);
    await startTasks(host, folder);
    return rowsOf(await measure(host, ours.window, alone.window));
  } finally {
    await host?.end();
    for (const { server } of opened) {
      await server.stop();
    }
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Until the first of them did something. */
async function startTasks(host: OpenHost, folder: string): Promise<void> {
  const script = join(folder, 'notes.json');
  const turns = Array.from({ length: steps }, (_, at) => {
    const written = { path: 'notes.md', content: `Part ${at} of the depot.\n` };
    return { text: `I note part ${at}.`, delayMs, calls: [{ name: 'write_file', arguments: written }] };
  });
  writeFileSync(script, JSON.stringify({ version: 1, contextTokens: 16_384, turns }));
  for (let part = 1; part <= tasks; part += 1) {
    await createTask(host, `Note the parts of depot ${part}`, script);
  }
  const end = performance.now() + startMs;
  while ((await stepsOf(host)) === 0 && performance.now() < end) {
    await delay(100);
  }
}

async function measure(host: OpenHost, ours: EditorWindow, alone: EditorWindow): Promise<Measured> {
  const [steps, unresponsive] = [await stepsOf(host), ours.unresponsive];
  await Promise.all([ours.loopDelay(), alone.loopDelay()]);
  await delay(measuredMs);
  const [own, others] = await Promise.all([ours.loopDelay(), alone.loopDelay()]);
  return {
    ours: own,
    alone: others,
    steps: (await stepsOf(host)) - steps,
    unresponsive: ours.unresponsive - unresponsive,
  };
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

function rowsOf({ ours, alone, steps: done, unresponsive }: Measured): BenchRow[] {
  return [
    {
      name: `tasks: loop delay of the extension host with ${tasks} tasks, ${done} steps in ${measuredMs / 1_000} s, p99`,
      value: ours.p99,
      unit: 'ms',
      peer: 'the editor without ours beside it',
      peerValue: alone.p99,
      ratio: ours.p99 / alone.p99,
      target: '≤ 10 ms more',
      ok: ours.p99 - alone.p99 <= 10 && done > 0,
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
