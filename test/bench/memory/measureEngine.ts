import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from '../benchRow.ts';
import { clusteredVectors } from './clusteredVectors.ts';
import { asVectorData, type SearchEngine, type VectorData, vectorsPerFile } from './searchEngine.ts';
import { isEngineName, loadEngine } from './engineNames.ts';

/**
 * Runs as a process of its own, one per engine, size and step, so that what one leaves in memory is not counted for another. Writes
 * its figures as one line of JSON.
 */
/** Each one once with the file's part of the index not at hand, and once more. */
const updates = 15;
/** An engine that takes seconds for each is not asked so often. */
const updatesMs = 20_000;

const [name = '', step = '', folder = '', peers = ''] = process.argv.slice(2);
if (!isEngineName(name)) {
  throw new Error(`There is no engine ${name}.`);
}
const engine = await loadEngine(name, folder, peers);
const file = readFileSync(join(folder, 'vectors.f32'));
const data = asVectorData(new Float32Array(file.buffer, file.byteOffset, file.length / 4));
if (step === 'build') {
  await engine.build(folder, data);
} else {
  writeSync(1, `${JSON.stringify(await measure(engine, data))}\n`);
}

async function measure(engine: SearchEngine, data: VectorData): Promise<Record<string, unknown>> {
  collect();
  const memoryBefore = process.memoryUsage().rss;
  let start = performance.now();
  const opened = await engine.open(folder, data);
  const openMs = performance.now() - start;
  const queries = asVectorData(clusteredVectors(120, 77));
  const found: (readonly number[])[] = [];
  const searchMs: number[] = [];
  for (let at = 0; at < queries.count; at += 1) {
    const query = queries.vector(at);
    start = performance.now();
    const answer = await opened.search(query, 10);
    // The first ones find caches cold and code that is not compiled.
    if (at >= 20) {
      searchMs.push(performance.now() - start);
      found.push(answer);
    }
  }
  collect();
  const addedBytes = process.memoryUsage().rss - memoryBefore;
  const cold: number[] = [];
  const warm: number[] = [];
  const changes = asVectorData(clusteredVectors(2 * updates * vectorsPerFile, 99));
  const begun = performance.now();
  for (let round = 0; opened.update !== undefined && round < updates; round += 1) {
    if (round >= 3 && performance.now() - begun > updatesMs) {
      break;
    }
    const file = (round * 37) % (data.count / vectorsPerFile);
    for (const [at, times] of [cold, warm].entries()) {
      const first = (round * 2 + at) * vectorsPerFile;
      const vectors = Array.from({ length: vectorsPerFile }, (_, ordinal) => changes.vector(first + ordinal));
      start = performance.now();
      await opened.update(file, vectors);
      times.push(performance.now() - start);
    }
  }
  await opened.close();
  return {
    openMs,
    searchP50: percentile(searchMs, 0.5),
    searchP95: percentile(searchMs, 0.95),
    found,
    addedMegabytes: addedBytes / 2 ** 20,
    ...(warm.length === 0 ? {} : { updateWarm: percentile(warm, 0.5), updateCold: percentile(cold, 0.5) }),
  };
}

function collect(): void {
  globalThis.gc?.();
}
