import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VectorItem } from '../../../../src/core/memory/vectorIndex.ts';
import { type DurableDisk, realDisk } from '../../../../src/node/memory/vectra/durableFile.ts';
import { createPlainMemory } from '../../../../src/node/memory/vectra/scanMemory.ts';
import { indexFolder, itemsOf, randomNumbers, unitVector, value } from './vectorFixtures.ts';

const dimensions = 24;
let folder: ReturnType<typeof indexFolder>;
let random: () => number;

beforeEach(() => {
  folder = indexFolder(dimensions);
  random = randomNumbers(11);
});

afterEach(() => folder.remove());

const some = (owner: string, count: number): VectorItem[] => itemsOf(owner, count, random, dimensions);

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
}

describe('changes to the index', () => {
  it('that are asked for all at once are all made, in memory and on disk', async () => {
    const index = value(await folder.open());
    const all = Array.from({ length: 60 }, (_, n) => `file${n % 40}`);
    const results = await Promise.all(all.map((owner, n) => index.replace(owner, some(owner, 1 + (n % 3)))));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(index.status().owners).toBe(40);
    await index.close();
    const again = value(await folder.open());
    expect(again.status().owners).toBe(40);
    // Of two changes to one owner the later one counts.
    expect(again.hashesOf('file3')).toHaveLength(1 + (43 % 3));
  });

  it('take a copy of what they are given', async () => {
    const index = value(await folder.open());
    const items = some('a', 1);
    const [item] = items;
    const vector = item?.vector.slice() ?? new Float32Array();
    const done = index.replace('a', items);
    item?.vector.fill(0);
    items.length = 0;
    value(await done);
    expect(await index.vectorOf(item?.hash ?? '')).toEqual(vector);
  });

  it.each([
    ['zeros', (vector: Float32Array) => vector.fill(0)],
    ['what is no number', (vector: Float32Array) => vector.fill(Number.NaN, 3, 4)],
    ['what has no end', (vector: Float32Array) => vector.fill(Number.POSITIVE_INFINITY, 3, 4)],
    ['too few numbers', (vector: Float32Array) => vector.subarray(1)],
  ])('with %s in a vector are refused, and nothing of them is made', async (_, spoil) => {
    const index = value(await folder.open());
    value(await index.replace('a', some('a', 2)));
    const before = index.hashesOf('a');
    const [good, bad] = some('a', 2);
    const items = [good, bad].flatMap((item, at) =>
      item === undefined ? [] : [at === 1 ? { ...item, vector: spoil(item.vector) } : item],
    );
    const refused = await index.replaceAll([
      { owner: 'b', items: some('b', 1) },
      { owner: 'a', items },
    ]);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'bad-vector' } });
    expect(index.hashesOf('a')).toEqual(before);
    expect([...index.owners()]).toEqual(['a']);
    expect(await index.search(spoil(unitVector(random, dimensions)), 3)).toEqual([]);
  });

  it('that take owners away leave nothing of them, and write nothing where there was nothing', async () => {
    const index = value(await folder.open());
    value(await index.replaceAll([{ owner: 'a', items: some('a', 3) }]));
    const [hash = ''] = index.hashesOf('a');
    value(await index.replace('b', []));
    value(await index.replace('a', []));
    expect(index.status()).toMatchObject({ items: 0, owners: 0 });
    expect(await index.vectorOf(hash)).toBeUndefined();
    expect(await index.search(unitVector(random, dimensions), 3)).toEqual([]);
    await index.close();
    expect(value(await folder.open()).status()).toMatchObject({ items: 0, owners: 0 });
  });

  it('keep the vector of a hash as long as one owner has it', async () => {
    const index = value(await folder.open());
    const [item] = some('x', 1);
    if (item === undefined) {
      throw new Error('There is an item.');
    }
    value(await index.replaceAll(['a', 'b', 'c'].map((owner) => ({ owner, items: [item, { ...item, ordinal: 1 }] }))));
    for (const owner of ['b', 'a']) {
      value(await index.replace(owner, []));
      expect(await index.vectorOf(item.hash)).toEqual(item.vector);
    }
    value(await index.replace('c', []));
    expect(await index.vectorOf(item.hash)).toBeUndefined();
  });

  it('clear all, in memory and on disk, and go on', async () => {
    const index = value(await folder.open());
    value(await index.replaceAll(['a', 'b'].map((owner) => ({ owner, items: some(owner, 3) }))));
    value(await index.clear());
    expect(index.status()).toEqual({ items: 0, owners: 0, bytes: 0, lostShards: [] });
    expect(filesBelow(folder.directory).filter((name) => name.endsWith('.pb'))).toEqual([]);
    value(await index.replace('c', some('c', 1)));
    await index.close();
    expect([...value(await folder.open()).owners()]).toEqual(['c']);
  });

  it('make more shards as the index grows, and lose nothing', async () => {
    const index = value(await folder.open({ meanShardItems: 5 }));
    const owners = Array.from({ length: 120 }, (_, n) => `dir/${n}`);
    for (let at = 0; at < owners.length; at += 10) {
      value(await index.replaceAll(owners.slice(at, at + 10).map((owner) => ({ owner, items: some(owner, 3) }))));
    }
    const query = unitVector(random, dimensions);
    const before = await index.search(query, 20);
    await index.close();
    expect(readdirSync(folder.directory).filter((name) => name.startsWith('shards-'))).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(folder.directory, 'layout.json'), 'utf8'))).toMatchObject({ shards: 128 });
    const again = value(await folder.open({ meanShardItems: 5 }));
    expect(again.status()).toMatchObject({ items: 360, owners: 120, lostShards: [] });
    expect(await again.search(query, 20)).toEqual(before);
  });

  it('answer after the end that the index is closed', async () => {
    const index = value(await folder.open());
    value(await index.replace('a', some('a', 1)));
    await index.close();
    await index.close();
    expect(await index.replace('a', some('a', 1))).toMatchObject({ ok: false, error: { reason: 'failed' } });
    expect(await index.clear()).toMatchObject({ ok: false, error: { reason: 'failed' } });
    expect(await index.search(unitVector(random, dimensions), 1)).toEqual([]);
  });
});

describe('a disk that refuses', () => {
  const refusals: readonly [code: string, reason: string][] = [
    ['ENOSPC', 'no-space'],
    ['EDQUOT', 'no-space'],
    ['EACCES', 'read-only'],
    ['EROFS', 'read-only'],
    ['EIO', 'failed'],
  ];
  for (const step of ['write', 'rename'] as const) {
    it.each(refusals)(
      `with %s at the ${step} gives %s, and memory and disk stay as they were`,
      async (code, reason) => {
        let broken = false;
        const fault = (): void => {
          if (broken) {
            throw Object.assign(new Error(`${code}: refused`), { code });
          }
        };
        const disk: DurableDisk = {
          write: async (handle, bytes) => {
            if (step === 'write' && broken) {
              await handle.write(bytes.subarray(0, 10));
              fault();
            }
            await realDisk.write(handle, bytes);
          },
          rename: (from, to) => {
            if (step === 'rename') {
              fault();
            }
            realDisk.rename(from, to);
          },
        };
        const index = value(await folder.open({ disk, meanShardItems: 1 }));
        value(await index.replace('a', some('a', 3)));
        const query = unitVector(random, dimensions);
        const before = await index.search(query, 5);
        broken = true;
        expect(await index.replace('a', some('a', 2))).toMatchObject({ ok: false, error: { reason } });
        expect(await index.replace('b', some('b', 40))).toMatchObject({ ok: false, error: { reason } });
        expect(await index.search(query, 5)).toEqual(before);
        expect(filesBelow(folder.directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
        broken = false;
        value(await index.replace('c', some('c', 1)));
        await index.close();
        const again = value(await folder.open());
        expect([...again.owners()].sort()).toEqual(['a', 'c']);
        expect((await again.search(query, 5)).filter(({ owner }) => owner === 'a')).toEqual(before);
      },
    );
  }

  it('while the index grows costs nothing but the growth', async () => {
    let full = false;
    const disk: DurableDisk = {
      ...realDisk,
      rename: (from, to) => {
        if (full && to.includes('shards-2')) {
          throw Object.assign(new Error('ENOSPC: refused'), { code: 'ENOSPC' });
        }
        realDisk.rename(from, to);
      },
    };
    const index = value(await folder.open({ disk, meanShardItems: 1 }));
    value(await index.replace('a', some('a', 10)));
    full = true;
    value(await index.replace('b', some('b', 10)));
    expect(filesBelow(folder.directory).filter((name) => name.startsWith('shards-2'))).toEqual([]);
    full = false;
    value(await index.replace('c', some('c', 20)));
    expect(index.status()).toMatchObject({ items: 40, owners: 3, lostShards: [] });
    await index.close();
    const again = value(await folder.open());
    expect(again.status()).toMatchObject({ items: 40, owners: 3, lostShards: [] });
    expect(filesBelow(folder.directory).some((name) => name.startsWith('shards-1'))).toBe(false);
  });
});

describe('opening', () => {
  it('is refused while the index is open, here or in another process, and works when that one ended', async () => {
    const first = value(await folder.open());
    expect(await folder.open()).toMatchObject({ ok: false, error: { reason: 'in-use' } });
    const script = `import { DatabaseSync } from 'node:sqlite';
      const database = new DatabaseSync(${JSON.stringify(join(folder.directory, 'writer.lock'))}, { timeout: 0 });
      try { database.exec('BEGIN EXCLUSIVE'); process.exitCode = 0; } catch (error) { process.exitCode = error.errcode; }`;
    const other = (): number | null => spawnSync(process.execPath, ['--input-type=module', '-e', script]).status;
    expect(other()).toBe(5);
    await first.close();
    expect(other()).toBe(0);
    value(await folder.open());
  });

  it('says where a folder cannot be made or locked', async () => {
    mkdirSync(join(folder.directory, '..'), { recursive: true });
    writeFileSync(folder.directory, 'a file');
    expect(await folder.open()).toMatchObject({ ok: false, error: { reason: 'failed' } });
  });

  it('removes what a killed writer left', async () => {
    const index = value(await folder.open());
    value(await index.replace('a', some('a', 2)));
    await index.close();
    const [shard = ''] = readdirSync(join(folder.directory, 'shards-1'));
    writeFileSync(join(folder.directory, 'shards-1', shard, 'index.pb.tmp'), 'half');
    writeFileSync(join(folder.directory, 'layout.json.tmp'), 'half');
    mkdirSync(join(folder.directory, 'shards-2', '0000'), { recursive: true });
    mkdirSync(join(folder.directory, 'shards-1.tmp'));
    const again = value(await folder.open());
    expect(again.status()).toMatchObject({ items: 2, lostShards: [] });
    expect(filesBelow(folder.directory)).toEqual(
      ['layout.json', 'shards-1', `shards-1/${shard}`, `shards-1/${shard}/index.pb`, 'writer.lock'].sort(),
    );
  });

  it.each([{ identity: 'another model' }, { dimensions: 8 }])('for %j starts with nothing', async (change) => {
    const index = value(await folder.open());
    value(await index.replace('a', some('a', 2)));
    await index.close();
    const other = value(await folder.open(change));
    expect(other.status()).toMatchObject({ items: 0, owners: 0, lostShards: [] });
    const width = 'dimensions' in change ? 8 : dimensions;
    value(await other.replace('b', itemsOf('b', 1, random, width)));
    await other.close();
    expect(filesBelow(folder.directory).filter((name) => name.endsWith('.pb'))).toHaveLength(1);
    expect([...value(await folder.open(change)).owners()]).toEqual(['b']);
  });

  it('works without vector instructions', async () => {
    const index = value(await folder.open());
    value(await index.replaceAll(['a', 'b', 'c'].map((owner) => ({ owner, items: some(owner, 30) }))));
    const query = unitVector(random, dimensions);
    const expected = await index.search(query, 10);
    await index.close();
    const plain = value(await folder.open({ memory: createPlainMemory() }));
    expect(await plain.search(query, 10)).toEqual(expected);
  });
});
