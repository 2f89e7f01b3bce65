// Figures of the engine under load and at its ends, each beside its peer in the same run: `node test/bench/engine.bench.ts`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import { nullLogger } from '../../src/base/logger.ts';
import { withWarmPool, type WarmPool } from '../../src/core/sandbox/warmPool.ts';
import { type Boxes, never, openBoxes, runtimes, value } from '../integration/sandbox/boxes.ts';
import { type BenchRow, median, percentile } from './benchRow.ts';
import { bareStart, cliRun } from './engineStarts.ts';
import { stepBench } from './step.bench.ts';

type Runtime = (typeof runtimes)[number];

const startSamples = 5;
const warmSamples = 20;
const removeSamples = 5;
const crashSamples = 2;
const atOnce = 50;

/** Limits: seconds until fifty boxes are ready, milliseconds to kill and remove one. */
const limits: Readonly<Record<Runtime, { readonly fifty: number; readonly remove: number }>> = {
  runc: { fifty: 6, remove: 100 },
  runsc: { fifty: 12, remove: 200 },
};

export async function engineBench(): Promise<BenchRow[]> {
  const boxes = openBoxes('engine-bench');
  const rows: BenchRow[] = [];
  try {
    for (const runtime of runtimes) {
      rows.push(await startRow(boxes, runtime));
      rows.push(...(await warmRows(boxes, runtime)));
      rows.push(await removeRow(boxes, runtime));
      rows.push(...(await fiftyRows(boxes, runtime)));
      rows.push(await crashRow(boxes, runtime));
    }
  } finally {
    await boxes.destroyAll();
  }
  rows.push(...(await stepBench()));
  return rows;
}

async function startRow(boxes: Boxes, runtime: Runtime): Promise<BenchRow> {
  const bare: number[] = [];
  const cli: number[] = [];
  for (let sample = 0; sample < startSamples; sample += 1) {
    bare.push(await bareStart(boxes, runtime));
    cli.push(await cliRun(boxes, runtime));
  }
  const [ours, peer] = [median(bare), median(cli)];
  return {
    name: `engine create and start, ${runtime}`,
    value: ours,
    unit: 'ms',
    peer: 'docker run --rm … true',
    peerValue: peer,
    ratio: ours / peer,
    target: '≤ 1×',
    ok: ours <= peer,
  };
}

/** From asking for a box until it has answered; the box was waiting. The peer is a box that was not. */
async function warmRows(boxes: Boxes, runtime: Runtime): Promise<BenchRow[]> {
  const pool = openPool(boxes);
  const spec = await boxes.spec('locked', runtime);
  const warm: number[] = [];
  const cold: number[] = [];
  try {
    pool.expect(spec);
    while (warm.length < warmSamples) {
      await until(() => pool.ready() >= 2);
      // The refill of the last one has ended: this measures the hand-out and not what runs beside it.
      for (let taken = 0; taken < 2; taken += 1) {
        const began = performance.now();
        const box = value(await pool.start(spec, never));
        value(await box.request('list_changes', {}, { signal: never }).then(anyAnswer));
        warm.push(performance.now() - began);
        await box.destroy();
      }
      if (cold.length < 5) {
        const box = await boxes.start('locked', runtime);
        cold.push(box.startMs);
        await box.destroy();
      }
    }
  } finally {
    await pool.close();
  }
  const p95 = percentile(warm, 0.95);
  const row = (name: string, figure: number, peerValue: number) => ({
    name: `warm sandbox to first typed reply, ${runtime}, ${name}`,
    value: figure,
    unit: 'ms',
    peer: 'a cold one',
    peerValue,
    ratio: figure / peerValue,
  });
  return [
    { ...row('p50', median(warm), median(cold)), target: '< 10 ms', ok: median(warm) < 10 },
    { ...row('p95', p95, percentile(cold, 0.95)), target: '< 10 ms', ok: p95 < 10 },
  ];
}

/** An empty box refuses to list changes before it has a tree: a typed reply as well. */
function anyAnswer(reply: {
  readonly ok: boolean;
  readonly error?: { readonly reason: string; readonly message: string };
}) {
  return reply.ok || reply.error?.reason === 'request-refused'
    ? ({ ok: true, value: undefined } as const)
    : ({ ok: false, error: { message: reply.error?.message ?? 'no reply' } } as const);
}

function openPool(boxes: Boxes): WarmPool {
  return withWarmPool(boxes.engine, {
    size: 2,
    keepMs: 600_000,
    refillAfterMs: 250,
    hasRoom: async () => true,
    clock: systemClock,
    sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
    logger: nullLogger,
  });
}

async function removeRow(boxes: Boxes, runtime: Runtime): Promise<BenchRow> {
  const took: number[] = [];
  for (let sample = 0; sample < removeSamples; sample += 1) {
    const box = await boxes.start('locked', runtime);
    const began = performance.now();
    await box.destroy();
    took.push(performance.now() - began);
  }
  const limit = limits[runtime].remove;
  const ours = median(took);
  return { name: `kill and remove, ${runtime}`, value: ours, unit: 'ms', target: `< ${limit} ms`, ok: ours < limit };
}

async function fiftyRows(boxes: Boxes, runtime: Runtime): Promise<BenchRow[]> {
  const spec = await boxes.spec('locked', runtime);
  const began = performance.now();
  const started = await Promise.all(Array.from({ length: atOnce }, () => boxes.engine.start(spec, never)));
  const seconds = (performance.now() - began) / 1000;
  const errors = started.filter((outcome) => !outcome.ok).length;
  await Promise.all(started.flatMap((outcome) => (outcome.ok ? [outcome.value.destroy()] : [])));
  const limit = limits[runtime].fifty;
  const name = `${atOnce} sandboxes at once, ${runtime}`;
  return [
    { name: `${name}, all answered`, value: seconds, unit: 's', target: `< ${limit} s`, ok: seconds < limit },
    { name: `${name}, errors`, value: errors, unit: '', target: '0', ok: errors === 0 },
  ];
}

/** A host with two warm boxes is killed; how long until the engine knows none of them. */
async function crashRow(boxes: Boxes, runtime: Runtime): Promise<BenchRow> {
  const script = fileURLToPath(new URL('../integration/sandbox/warmBoxOwner.ts', import.meta.url));
  const took: number[] = [];
  for (let sample = 0; sample < crashSamples; sample += 1) {
    const child = spawn(process.execPath, [script, runtime, 'engine-bench'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    const own = new Set(String(line).trim().split(' '));
    child.kill('SIGKILL');
    const began = performance.now();
    await until(async () => (await boxes.remaining()).every((id) => !own.has(id)));
    took.push((performance.now() - began) / 1000);
  }
  const ours = median(took);
  return { name: `host killed to no sandbox, ${runtime}`, value: ours, unit: 's', target: '< 1 s', ok: ours < 1 };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      throw new Error('What the benchmark waits for did not come within a minute.');
    }
    await delay(10);
  }
}

if (import.meta.main) {
  for (const row of await engineBench()) {
    const peer = row.peer === undefined ? '' : `; ${row.peer}: ${row.peerValue?.toFixed(1)}`;
    process.stdout.write(
      `${row.ok ? 'ok  ' : 'MISS'} ${row.name}: ${row.value.toFixed(2)} ${row.unit}${peer}; target ${row.target}\n`,
    );
  }
}
