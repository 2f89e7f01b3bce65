import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { LocalIndex, ProtobufCodec } from 'vectra';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VectorIndex } from '../../../../src/core/memory/vectorIndex.ts';
import { ownerHash, shardOf } from '../../../../src/node/memory/vectra/ownerHash.ts';
import { indexFolder, itemsOf, randomNumbers, value } from './vectorFixtures.ts';

const dimensions = 16;
const names = Array.from({ length: 60 }, (_, n) => `src/file${n}.ts`);
let folder: ReturnType<typeof indexFolder>;

beforeEach(async () => {
  folder = indexFolder(dimensions);
  const random = randomNumbers(3);
  const index = value(await folder.open());
  value(await index.replaceAll(names.map((owner) => ({ owner, items: itemsOf(owner, 3, random, dimensions) }))));
  await index.close();
});

afterEach(() => folder.remove());

function shardFile(shard: number, shards = 'shards-1'): string {
  return join(folder.directory, shards, String(shard).padStart(4, '0'), 'index.pb');
}

/** A shard that holds something, and the owners of all others. */
function firstShard(): number {
  return Number(readdirSync(join(folder.directory, 'shards-1')).sort()[0]);
}

function changeSealed(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  change(bytes);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  writeFileSync(path, bytes);
}

const sealAt = (bytes: Buffer): number => bytes.length - 28;

const faults: readonly [what: string, spoil: (path: string) => void | Promise<void>][] = [
  [
    'with one bit turned',
    (path) =>
      writeFileSync(
        path,
        readFileSync(path).map((byte, at) => (at === 200 ? byte ^ 1 : byte)),
      ),
  ],
  ['that is cut off', (path) => truncateSync(path, 700)],
  ['that is empty', (path) => truncateSync(path, 0)],
  ['of a newer version', (path) => changeSealed(path, (bytes) => bytes.writeUInt32LE(2, sealAt(bytes)))],
  ['of an older version', (path) => changeSealed(path, (bytes) => bytes.writeUInt32LE(0, sealAt(bytes)))],
  ['of another place', (path) => changeSealed(path, (bytes) => bytes.writeUInt32LE(15, sealAt(bytes) + 4))],
  [
    'whose directory makes no sense',
    (path) => changeSealed(path, (bytes) => bytes.fill('x', bytes.length - 60, bytes.length - 31)),
  ],
  [
    'that the library itself wrote',
    async (path) => {
      rmSync(path);
      const stock = new LocalIndex(join(path, '..'), undefined, undefined, new ProtobufCodec());
      await stock.createIndex();
      await stock.insertItem({ vector: Array.from({ length: dimensions }, () => 1), metadata: { owner: 'a' } });
    },
  ],
  [
    'that is a folder',
    (path) => {
      rmSync(path);
      mkdirSync(path);
      writeFileSync(join(path, 'inside'), '');
    },
  ],
];

describe('a shard', () => {
  for (const [what, spoil] of faults) {
    it(`${what} is lost alone and named, until its owners were put again`, async () => {
      const shard = firstShard();
      await spoil(shardFile(shard));
      const index = value(await folder.open());
      expect(index.status().lostShards).toEqual([shard]);
      const left = new Set(index.owners());
      const gone = names.filter((name) => !left.has(name));
      expect(gone.length).toBeGreaterThan(0);
      expect(left.size).toBeGreaterThan(30);
      await expectWhole(index, [...left]);
      const random = randomNumbers(4);
      const [first = '', ...others] = gone;
      value(await index.replace(first, itemsOf(first, 2, random, dimensions)));
      await index.close();
      // One owner is back; whoever opens it now must still hear of the others.
      const again = value(await folder.open());
      expect(again.status().lostShards).toEqual([shard]);
      expect(again.hashesOf(first)).toHaveLength(2);
      value(await again.replaceAll(others.map((owner) => ({ owner, items: itemsOf(owner, 2, random, dimensions) }))));
      value(await again.forgetLost());
      expect(again.status().lostShards).toEqual([]);
      await again.close();
      const last = value(await folder.open());
      expect(last.status()).toMatchObject({ owners: names.length, lostShards: [] });
      await expectWhole(last, names);
    });
  }

  it('that becomes unreadable while the index is open loses what it held, not what is new', async () => {
    const index = value(await folder.open());
    const shard = firstShard();
    const before = new Set(index.owners());
    writeFileSync(shardFile(shard), 'rubbish');
    const random = randomNumbers(5);
    value(await index.replaceAll(names.map((owner) => ({ owner: `${owner}x`, items: itemsOf(owner, 1, random, 16) }))));
    expect(index.status().lostShards).toEqual([shard]);
    const left = new Set(index.owners());
    expect(names.every((name) => left.has(`${name}x`))).toBe(true);
    expect([...before].filter((name) => !left.has(name)).length).toBeGreaterThan(0);
    await index.close();
    const again = value(await folder.open());
    expect(new Set(again.owners())).toEqual(left);
    await expectWhole(again, [...left]);
  });

  it('that turns out to be unreadable when the index grows is named, and its vectors are found no more', async () => {
    const index = value(await folder.open({ meanShardItems: 13 }));
    const shard = firstShard();
    const owners = new Map([...index.owners()].map((owner) => [owner, index.hashesOf(owner)]));
    writeFileSync(shardFile(shard), 'rubbish');
    // A new owner in another shard makes it grow.
    const random = randomNumbers(9);
    const others = Array.from({ length: 40 }, (_, n) => `new ${n}`).filter(
      (name) => shardOf(ownerHash(name), 16) !== shard,
    );
    for (const owner of others) {
      value(await index.replace(owner, itemsOf(owner, 3, random, dimensions)));
    }
    expect(index.status().lostShards).toEqual([shard]);
    const left = new Set(index.owners());
    const gone = [...owners].filter(([owner]) => !left.has(owner));
    expect(gone.length).toBeGreaterThan(0);
    expect(await index.vectorOf(gone[0]?.[1][0] ?? '')).toBeUndefined();
    await expectWhole(index, [...left]);
  });

  it('that was put back from earlier is noticed at the next change', async () => {
    const shard = firstShard();
    const kept = join(folder.directory, '..', 'kept.pb');
    copyFileSync(shardFile(shard), kept);
    const index = value(await folder.open());
    const [owner = ''] = [...index.owners()];
    const random = randomNumbers(6);
    value(await index.replaceAll(names.map((name) => ({ owner: name, items: itemsOf(name, 4, random, dimensions) }))));
    await index.close();
    const again = value(await folder.open());
    copyFileSync(kept, shardFile(shard));
    value(await again.replaceAll(names.map((name) => ({ owner: name, items: itemsOf(name, 5, random, dimensions) }))));
    expect(again.status()).toMatchObject({ owners: names.length, items: names.length * 5 });
    expect(again.hashesOf(owner)).toHaveLength(5);
    await expectWhole(again, names);
  });
});

describe('a shard that somebody else replaced', () => {
  it('is lost as a whole with the next change, whatever it holds, and only what is new is in it', async () => {
    const shard = firstShard();
    const inIt = (name: string): boolean => shardOf(ownerHash(name), 16) === shard;
    const kept = join(folder.directory, '..', 'kept.pb');
    copyFileSync(shardFile(shard), kept);
    const index = value(await folder.open());
    const random = randomNumbers(6);
    value(await index.replaceAll(names.map((name) => ({ owner: name, items: itemsOf(name, 4, random, dimensions) }))));
    await index.close();
    const again = value(await folder.open());
    copyFileSync(kept, shardFile(shard));
    const fresh = Array.from({ length: 200 }, (_, n) => `new ${n}`).find(inIt) ?? '';
    value(await again.replace(fresh, itemsOf(fresh, 2, random, dimensions)));
    const left = [...names.filter((name) => !inIt(name)), fresh].toSorted();
    expect(again.status().lostShards).toEqual([shard]);
    expect([...again.owners()].toSorted()).toEqual(left);
    await expectWhole(again, left);
    await again.close();
    const last = value(await folder.open());
    expect([...last.owners()].toSorted()).toEqual(left);
  });
});

describe('the layout', () => {
  it('of an unknown version or without sense means that all is to be put again, and the index works', async () => {
    writeFileSync(join(folder.directory, 'layout.json'), '{"version":2}');
    const index = value(await folder.open());
    expect(index.status()).toMatchObject({ items: 0, owners: 0 });
    expect(index.status().lostShards.length).toBeGreaterThan(0);
    value(await index.replace('a', itemsOf('a', 2, randomNumbers(8), dimensions)));
    value(await index.forgetLost());
    await index.close();
    const again = value(await folder.open());
    expect(again.status()).toMatchObject({ items: 2, lostShards: [] });
    expect(readdirSync(folder.directory).filter((name) => name.startsWith('shards-'))).toEqual(['shards-2']);
  });
});

/** Each vector stands where the index thinks that it does. */
async function expectWhole(index: VectorIndex, owners: readonly string[]): Promise<void> {
  for (const owner of owners) {
    for (const hash of index.hashesOf(owner)) {
      const vector = await index.vectorOf(hash);
      expect(vector).toBeDefined();
      const [hit] = await index.search(vector ?? new Float32Array(), 1);
      expect(hit).toMatchObject({ owner, hash });
      expect(hit?.score).toBeCloseTo(1, 6);
    }
  }
}

it.skipIf(process.platform === 'win32')('loses nothing where this process has no file handle left for a while', () => {
  const program = join(import.meta.dirname, 'searchWithoutHandles.ts');
  // A small limit: taking all handles of a usual one takes long.
  const command = `ulimit -n 64 && exec "${process.execPath}" "${program}" "${join(folder.directory, 'other')}"`;
  const said = execFileSync('sh', ['-c', command], { encoding: 'utf8', timeout: 30_000 });
  expect(JSON.parse(said)).toEqual({ handles: true, found: 5, items: 181, lost: 0 });
});
