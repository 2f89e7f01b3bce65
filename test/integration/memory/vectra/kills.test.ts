import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lightVectra } from '../../../../scripts/lightVectra.ts';
import type { VectorIndex } from '../../../../src/core/memory/vectorIndex.ts';
import { openVectorIndex } from '../../../../src/node/memory/vectra/openVectorIndex.ts';
import { killedDimensions, killedItems, killedOwners } from './killedItems.ts';
import { randomNumbers, value } from './vectorFixtures.ts';

const kills = process.env['NIGHTSHIFT_LONG'] === '1' ? 200 : 10;
const folder = mkdtempSync(join(tmpdir(), 'nightshift-killed-'));
const directory = join(folder, 'vectors');
const program = join(folder, 'changeForever.mjs');

beforeAll(async () => {
  // In a bundle as it is shipped; from source the whole library would be loaded each time.
  await build({
    entryPoints: [join(import.meta.dirname, 'changeForever.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [lightVectra],
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the writer from the version after `from`, and kills it some time after it has begun to write. */
async function runAndKill(from: number, milliseconds: number): Promise<{ begun: number; done: number }> {
  const child = spawn(process.execPath, [program, directory, String(from)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => (output += String(text)));
  child.stderr.on('data', (text) => (errors += String(text)));
  const closed = once(child, 'close');
  while (!output.includes('done') && child.exitCode === null) {
    await sleep(2);
  }
  await sleep(milliseconds);
  child.kill('SIGKILL');
  await closed;
  expect(errors).toBe('');
  const last = (word: string): number =>
    Number(
      output
        .match(new RegExp(`^${word} (\\d+)$`, 'gm'))
        ?.at(-1)
        ?.split(' ')[1],
    );
  return { begun: last('begin'), done: last('done') };
}

/** Each owner has exactly its newest version that was done, or, where it was part of the one that was cut off, that one. */
function expectNothingLost(index: VectorIndex, { begun, done }: { begun: number; done: number }): void {
  expect(index.status().lostShards).toEqual([]);
  const newest = new Map<string, number>();
  for (let version = 1; version <= done; version += 1) {
    killedOwners(version).forEach((owner) => newest.set(owner, version));
  }
  const cutOff = begun > done ? killedOwners(begun) : [];
  for (const owner of new Set([...newest.keys(), ...cutOff])) {
    const version = newest.get(owner);
    const allowed = [
      version === undefined ? [] : killedItems(owner, version).map(({ hash }) => hash),
      ...(cutOff.includes(owner) ? [killedItems(owner, begun).map(({ hash }) => hash)] : []),
    ];
    expect(allowed).toContainEqual(index.hashesOf(owner));
  }
  expect([...index.owners()].filter((owner) => !newest.has(owner) && !cutOff.includes(owner))).toEqual([]);
}

it(
  `loses nothing that was done, and no shard, in ${kills} kills`,
  async () => {
    const random = randomNumbers(Date.now());
    let reached = { begun: 0, done: 0 };
    let cutOff = 0;
    for (let round = 0; round < kills; round += 1) {
      const killed = await runAndKill(reached.begun, random() * 60);
      const index = value(await openVectorIndex({ directory, identity: 'killed', dimensions: killedDimensions }));
      expectNothingLost(index, killed);
      cutOff += killed.begun > killed.done ? 1 : 0;
      // What was cut off counts as done when all of it is there; else it is written now, so that the next round knows what is there.
      if (killed.begun > killed.done) {
        const owners = killedOwners(killed.begun);
        value(await index.replaceAll(owners.map((owner) => ({ owner, items: killedItems(owner, killed.begun) }))));
      }
      reached = { begun: killed.begun, done: killed.begun };
      await index.close();
    }
    // Otherwise nothing was tried here.
    expect(cutOff).toBeGreaterThan(0);
  },
  20 * 60_000,
);
