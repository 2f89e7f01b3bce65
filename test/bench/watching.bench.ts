import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createSourceWatcher } from '../../src/node/memory/watching/sourceWatcher.ts';
import { type BenchRow, median } from './benchRow.ts';

/** Files in a tree, and the time (s) and memory (MB) that its first look may take. */
const trees = [
  { files: 50_000, seconds: 10, megabytes: 120 },
  { files: 200_000, seconds: 40, megabytes: 300 },
];
/** Another process: what one tree leaves behind in memory is no part of the next figure. */
interface Measured {
  readonly first: number;
  readonly again: number;
  readonly megabytes: number;
  readonly block: number;
  readonly files: number;
}

/** First looks at big trees and looks when nothing changed, beside `git status`; and how soon a saved file is told. */
export async function watchingBench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { files, seconds, megabytes } of trees) {
    const root = mkdtempSync(join(tmpdir(), 'nightshift-watching-'));
    try {
      const status = plant(root, files);
      const output = execFileSync(process.execPath, [import.meta.filename, root], { encoding: 'utf8' });
      // Written by this file itself, a few lines below.
      const measured = JSON.parse(output) as Measured;
      rows.push(...treeRows(`${files / 1_000}k files`, measured, { status, seconds, megabytes }));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  return [...rows, await saveRow()];
}

function treeRows(
  name: string,
  measured: Measured,
  so: { readonly status: number; readonly seconds: number; readonly megabytes: number },
): BenchRow[] {
  const peer = { unit: 'ms', peer: 'git status', peerValue: so.status };
  const { first, again, megabytes, block } = measured;
  return [
    {
      ...peer,
      name: `watching: first look at ${name}`,
      value: first,
      ratio: first / so.status,
      target: `≤ ${so.seconds} s`,
      ok: first <= so.seconds * 1_000,
    },
    {
      ...peer,
      name: `watching: look at ${name}, all known`,
      value: again,
      ratio: again / so.status,
      target: '≤ 6×',
      ok: again <= so.status * 6,
    },
    {
      name: `watching: memory for ${name}`,
      value: megabytes,
      unit: 'MB',
      target: `≤ ${so.megabytes} MB`,
      ok: megabytes <= so.megabytes,
    },
    { name: `watching: longest block at ${name}`, value: block, unit: 'ms', target: '≤ 100 ms', ok: block <= 100 },
  ];
}

/** Saves in a small watched tree. */
async function saveRow(): Promise<BenchRow> {
  const root = mkdtempSync(join(tmpdir(), 'nightshift-watching-'));
  plant(root, 500);
  const watcher = createSourceWatcher({ root });
  let told: (path: string) => void = () => undefined;
  watcher.onChanges(async ({ changed }) => changed.forEach(({ path }) => told(path)));
  try {
    await watcher.start(new Map());
    const delays: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      const path = `d0/f${round}.ts`;
      const seen = new Promise<void>((resolve) => {
        told = (one) => (one === path ? resolve() : undefined);
      });
      const began = performance.now();
      writeFileSync(join(root, path), `saved in round ${round}`);
      await seen;
      delays.push(performance.now() - began);
    }
    const value = median(delays);
    return { name: 'watching: a saved file is told after', value, unit: 'ms', target: '≤ 50 ms', ok: value <= 50 };
  } finally {
    await watcher.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** A committed tree of small files, last changed a minute ago; answers the time (ms) that `git status` takes in it. */
function plant(root: string, files: number): number {
  const git = (...words: string[]): Buffer =>
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.invalid', ...words], {
      cwd: root,
      maxBuffer: 1e9,
    });
  git('init', '-q', '-b', 'main');
  const body = 'export const value = compute(1, 2, 3);\n'.repeat(40);
  const old = new Date(Date.now() - 60_000);
  for (let file = 0; file < files; file += 1) {
    const folder = join(root, `d${Math.floor(file / 600)}`, `s${Math.floor(file / 20) % 30}`);
    const place = files <= 500 ? join(root, 'd0') : folder;
    if (file % 20 === 0) {
      mkdirSync(place, { recursive: true });
    }
    writeFileSync(join(place, `f${file}.ts`), `// ${file}\n${body}`);
    utimesSync(join(place, `f${file}.ts`), old, old);
  }
  git('add', '-A');
  git('commit', '-q', '-m', 'work');
  git('status', '--porcelain');
  const began = performance.now();
  git('status', '--porcelain', '--untracked-files=all');
  return performance.now() - began;
}

async function measure(root: string): Promise<Measured> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const known = new Map<string, { bytes: number; modified: number }>();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const look = async (): Promise<number> => {
    // A window watches: what is measured is the look.
    const watcher = createSourceWatcher({ root, windowWatches: true, smallTree: 0 });
    watcher.onChanges(async ({ changed }) => {
      for (const { path, bytes, modified } of changed) {
        known.set(path, { bytes, modified });
      }
      peak = Math.max(peak, process.memoryUsage.rss());
    });
    const before = new Map(known);
    const began = performance.now();
    delay.enable();
    await watcher.start(before);
    delay.disable();
    const took = performance.now() - began;
    peak = Math.max(peak, process.memoryUsage.rss());
    await watcher.close();
    return took;
  };
  const first = await look();
  const megabytes = (peak - before) / 1024 / 1024;
  const again = await look();
  return { first, again, megabytes, block: delay.max / 1e6, files: known.size };
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await measure(process.argv[2] ?? '.')));
}
