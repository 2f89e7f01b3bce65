import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as z from 'zod';
import { lightVectra } from '../../../scripts/lightVectra.ts';
import { projectNode, projectRoot, toolEnvironment } from '../../../scripts/provision/projectPaths.ts';
import type { BenchRow } from '../benchRow.ts';
import { clusteredVectors } from './clusteredVectors.ts';
import { type EngineName, engineNames } from './engineNames.ts';

const figuresSchema = z.object({
  openMs: z.number(),
  searchP50: z.number(),
  searchP95: z.number(),
  found: z.array(z.array(z.number())),
  addedMegabytes: z.number(),
  updateWarm: z.number().optional(),
  updateCold: z.number().optional(),
});

type Figures = z.infer<typeof figuresSchema> & { readonly recall: number };
type AllFigures = Partial<Record<EngineName, Figures>>;

/** Fetched when the benchmark is run, into a folder of their own; none of them is part of the product. */
const peerPackages: Partial<Record<EngineName, string>> = {
  'sqlite-vec': 'sqlite-vec@0.1.9',
  lancedb: '@lancedb/lancedb@0.39.0',
  usearch: 'usearch@2.26.2',
};

/** Search, update, load and memory of the index of vectors, beside others with the same data; each engine in processes of its own. */
export async function vectorRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-vectors-bench-'));
  try {
    await build({
      entryPoints: [join(projectRoot, 'src/node/memory/vectra/openVectorIndex.ts')],
      outfile: join(folder, 'vectors.cjs'),
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      plugins: [lightVectra],
    });
    const peers = installPeers();
    const small = measureAll(folder, peers, 10_000, engineNames);
    const large = measureAll(folder, peers, 100_000, engineNames);
    const rows = [...searchRows('10k', small), ...searchRows('100k', large), ...targetRows(large)];
    if (process.env['NIGHTSHIFT_BENCH_LARGE'] === '1') {
      rows.push(...searchRows('500k', measureAll(folder, peers, 500_000, ['ours', 'wasm'])));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each in a folder of its own: npm removes what it was not asked for. */
function installPeers(): string {
  const peers = join(projectRoot, '.artifacts', 'bench-peers');
  for (const [name, packed] of Object.entries(peerPackages)) {
    const home = join(peers, name);
    if (!existsSync(join(home, 'node_modules', packed.slice(0, packed.lastIndexOf('@'))))) {
      mkdirSync(home, { recursive: true });
      // Without one, npm would take the project's.
      writeFileSync(join(home, 'package.json'), '{"private":true}\n');
      const words = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', home, packed];
      spawnSync('npm', words, { cwd: home, env: toolEnvironment(), stdio: 'ignore', timeout: 5 * 60_000 });
    }
  }
  return peers;
}

function measureAll(root: string, peers: string, count: number, names: readonly EngineName[]): AllFigures {
  const folder = join(root, String(count));
  mkdirSync(folder);
  const all = clusteredVectors(count, 2);
  writeFileSync(join(folder, 'vectors.f32'), new Uint8Array(all.buffer));
  const measured: Partial<Record<EngineName, z.infer<typeof figuresSchema>>> = {};
  for (const name of names) {
    try {
      runStep(name, 'build', folder, peers);
      measured[name] = figuresSchema.parse(JSON.parse(runStep(name, 'measure', folder, peers)));
    } catch (error) {
      // A peer that cannot be had here says nothing about us; our own failure does.
      if (name === 'ours') {
        throw error;
      }
      console.log(`     ${name} with ${count} vectors: not here`);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  const exact = (measured.plain ?? measured.wasm)?.found ?? [];
  return Object.fromEntries(
    Object.entries(measured).map(([name, figures]) => [name, { ...figures, recall: recallOf(figures.found, exact) }]),
  );
}

function runStep(name: EngineName, step: string, folder: string, peers: string): string {
  const program = join(import.meta.dirname, 'measureEngine.ts');
  return execFileSync(projectNode(), ['--expose-gc', program, name, step, folder, peers], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
    timeout: 30 * 60_000,
  });
}

/** The share of the ten nearest that were found. */
function recallOf(found: readonly (readonly number[])[], exact: readonly (readonly number[])[]): number {
  const shares = exact.map(
    (nearest, at) => nearest.filter((item) => found[at]?.includes(item)).length / nearest.length,
  );
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function searchRows(size: string, figures: AllFigures): BenchRow[] {
  const { ours } = figures;
  if (ours === undefined) {
    return [];
  }
  const beside = (name: EngineName, most: number): BenchRow[] => {
    const peer = figures[name];
    if (peer === undefined) {
      return [];
    }
    const title = `vectors: search ${size}, p50`;
    const label = `${name}, which finds ${(peer.recall * 100).toFixed(1)} %`;
    return [compared(title, ours.searchP50, label, peer.searchP50, { unit: 'ms', most })];
  };
  return [
    {
      name: `vectors: recall@10 of ${size}`,
      value: ours.recall,
      unit: 'of 1',
      target: '≥ 0.995',
      ok: ours.recall >= 0.995,
    },
    ...beside('plain', 0.2),
    ...beside('wasm', 0.6),
    ...beside('sqlite-vec', 0.2),
    ...beside('lancedb', 0.2),
    // A graph looks at few of the vectors, and misses some; it is to stay in sight.
    ...beside('usearch', 8),
  ];
}

function targetRows({ ours, vectra }: AllFigures): BenchRow[] {
  if (ours === undefined) {
    return [];
  }
  const rows = [
    { name: 'search 100k, p95', value: ours.searchP95, peer: vectra?.searchP95, unit: 'ms', limit: 6, most: 0.1 },
    {
      name: 'durable update of one file, warm',
      value: ours.updateWarm,
      peer: vectra?.updateWarm,
      unit: 'ms',
      limit: 10,
      most: 0.01,
    },
    {
      name: 'durable update of one file, cold',
      value: ours.updateCold,
      peer: vectra?.updateCold,
      unit: 'ms',
      limit: 25,
      most: 0.02,
    },
    { name: 'cold load of 100k', value: ours.openMs, peer: vectra?.openMs, unit: 'ms', limit: 700, most: 1 / 3.5 },
    {
      name: 'added memory of 100k',
      value: ours.addedMegabytes,
      peer: vectra?.addedMegabytes,
      unit: 'MiB',
      limit: 100,
      most: 0.1,
    },
  ];
  return rows.flatMap(({ name, value, peer, unit, limit, most }) => {
    if (value === undefined) {
      return [];
    }
    const row: BenchRow = { name: `vectors: ${name}`, value, unit, target: `≤ ${limit} ${unit}`, ok: value <= limit };
    return [
      row,
      ...(peer === undefined ? [] : [compared(`vectors: ${name}`, value, 'stock vectra', peer, { unit, most })]),
    ];
  });
}

function compared(
  name: string,
  value: number,
  peer: string,
  peerValue: number,
  { unit, most }: { readonly unit: string; readonly most: number },
): BenchRow {
  const ratio = value / peerValue;
  return { name, value, unit, peer, peerValue, ratio, target: `≤ ${Number(most.toPrecision(2))}×`, ok: ratio <= most };
}
