// Figures of the sandbox, each beside its peer in the same run: `node test/bench/sandbox.bench.ts`.
import { once } from 'node:events';
import type Docker from 'dockerode';
import type { Sandbox } from '../../src/core/sandbox/sandbox.ts';
import { type Boxes, never, openBoxes, runtimes, type TestFile, treeOf, value } from '../integration/sandbox/boxes.ts';
import { type BenchRow, median } from './benchRow.ts';
import { bareStart, cliRun } from './engineStarts.ts';

const startSamples = 8;
const callSamples = 300;
const execSamples = 15;
type Runtime = (typeof runtimes)[number];

/** Limits in seconds: 10 MB in, 100 MB in, scan of 10k files. */
const treeLimits: Readonly<Record<Runtime, readonly [number, number, number]>> = {
  runc: [0.6, 2.5, 0.3],
  runsc: [1.5, 12, 1.5],
};

export async function sandboxBench(): Promise<BenchRow[]> {
  const boxes = openBoxes('bench');
  const rows: BenchRow[] = [];
  try {
    for (const runtime of runtimes) {
      rows.push(
        ...(await startRows(boxes, runtime)),
        await callRow(boxes, runtime),
        ...(await treeRows(boxes, runtime)),
      );
    }
  } finally {
    await boxes.destroyAll();
  }
  return rows;
}

/** Samples are taken in turns, so that other load on the machine meets all three alike. */
async function startRows(boxes: Boxes, runtime: Runtime): Promise<BenchRow[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  const cli: number[] = [];
  for (let sample = -1; sample < startSamples; sample += 1) {
    const sandbox = await boxes.start('locked', runtime);
    const bareTime = await bareStart(boxes, runtime);
    const cliTime = await cliRun(boxes, runtime);
    await sandbox.destroy();
    // The first round warms caches of the engine and is not counted.
    if (sample >= 0) {
      ours.push(sandbox.startMs);
      bare.push(bareTime);
      cli.push(cliTime);
    }
  }
  const name = `sandbox cold start to first typed reply, ${runtime}`;
  return [
    compare(name, median(ours), 'the engine’s create and start', median(bare), 1.4),
    compare(name, median(ours), 'docker run --rm … true', median(cli), 1),
  ];
}

async function callRow(boxes: Boxes, runtime: Runtime): Promise<BenchRow> {
  const sandbox = await boxes.start('locked', runtime);
  value(await sandbox.putTree(treeOf([['a.txt', 'one\ntwo\nthree\n']]), { signal: never }));
  const calls: number[] = [];
  const execs: number[] = [];
  const container = boxes.docker.getContainer(sandbox.id);
  for (let round = 0; round < execSamples; round += 1) {
    for (let call = 0; call < callSamples / execSamples; call += 1) {
      calls.push(
        await timed(async () =>
          value(await sandbox.request('read_file', { path: 'a.txt', maxBytes: 1000 }, { signal: never })),
        ),
      );
    }
    execs.push(await timed(() => execOnce(container)));
  }
  await sandbox.destroy();
  return compare(`typed call, ${runtime}`, median(calls), 'an exec per call', median(execs), 1 / 50);
}

async function execOnce(container: Docker.Container): Promise<void> {
  const exec = await container.exec({ Cmd: ['true'], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  stream.resume();
  await once(stream, 'end');
}

async function treeRows(boxes: Boxes, runtime: Runtime): Promise<BenchRow[]> {
  const [small, large, scan] = treeLimits[runtime];
  const ten = await boxes.start('locked', runtime);
  const tenTime = await upload(ten, 983);
  await ten.destroy();
  const hundred = await boxes.start('locked', runtime);
  const hundredTime = await upload(hundred, 9_829);
  const scanTime = await timed(async () => value(await hundred.request('list_changes', {}, { signal: never })));
  await hundred.destroy();
  return [
    limit(`10 MB repository in, ${runtime}`, tenTime / 1000, small),
    limit(`100 MB repository in, ${runtime}`, hundredTime / 1000, large),
    limit(`changed files among 9,829, ${runtime}`, scanTime / 1000, scan),
  ];
}

function upload(sandbox: Sandbox, count: number): Promise<number> {
  const bytes = Uint8Array.from({ length: 10_240 }, (_, index) => 32 + ((index * 31) % 90));
  const files: TestFile[] = Array.from({ length: count }, (_, index) => [
    `src/module${index % 97}/file${index}.ts`,
    bytes,
  ]);
  return timed(async () => value(await sandbox.putTree(treeOf(files), { signal: never })));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Milliseconds; the ratio may be at most `most`. */
function compare(name: string, ours: number, peer: string, peerValue: number, most: number): BenchRow {
  const ratio = ours / peerValue;
  const target = most < 0.5 ? `≥ ${Math.round(1 / most)}× cheaper` : `≤ ${most}×`;
  return { name, value: ours, unit: 'ms', peer, peerValue, ratio, target, ok: ratio <= most };
}

function limit(name: string, seconds: number, most: number): BenchRow {
  return { name, value: seconds, unit: 's', target: `≤ ${most} s`, ok: seconds <= most };
}

if (import.meta.main) {
  for (const row of await sandboxBench()) {
    const peer =
      row.peer === undefined
        ? ''
        : ` against ${row.peerValue?.toFixed(2)} (${row.peer}), ratio ${row.ratio?.toFixed(3)}`;
    process.stdout.write(
      `${row.ok ? 'ok  ' : 'MISS'} ${row.name}: ${row.value.toFixed(2)} ${row.unit}${peer}, target ${row.target}\n`,
    );
  }
}
