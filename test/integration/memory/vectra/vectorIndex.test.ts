import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexFolder, itemsOf, randomNumbers, unitVector, value } from './vectorFixtures.ts';

const dimensions = 32;
let folder: ReturnType<typeof indexFolder>;

beforeEach(() => {
  folder = indexFolder(dimensions);
});

afterEach(() => folder.remove());

describe('the vector index', () => {
  it('finds what was put, also after it was opened again', async () => {
    const random = randomNumbers(1);
    const index = value(await folder.open());
    const items = itemsOf('src/a.ts', 5, random, dimensions);
    value(await index.replace('src/a.ts', items));
    const query = items[2]?.vector ?? new Float32Array();
    const before = await index.search(query, 3);
    expect(before[0]).toMatchObject({ owner: 'src/a.ts', ordinal: 2, startLine: 21, endLine: 29 });
    expect(before[0]?.score).toBeCloseTo(1, 6);
    await index.close();
    const again = value(await folder.open());
    expect(await again.search(query, 3)).toEqual(before);
    expect(again.hashesOf('src/a.ts')).toEqual(items.map(({ hash }) => hash));
    expect(await again.vectorOf(items[4]?.hash ?? '')).toEqual(items[4]?.vector);
    expect(again.status()).toMatchObject({ items: 5, owners: 1, lostShards: [] });
  });

  it('asks the filter once per owner and returns only what it accepts', async () => {
    const random = randomNumbers(2);
    const index = value(await folder.open());
    value(await index.replaceAll(['a', 'b', 'c'].map((owner) => ({ owner, items: itemsOf(owner, 40, random, 32) }))));
    const asked: string[] = [];
    const hits = await index.search(unitVector(random, 32), 100, (owner) => {
      asked.push(owner);
      return owner === 'b';
    });
    expect(asked.sort()).toEqual(['a', 'b', 'c']);
    expect(hits).toHaveLength(40);
    expect(new Set(hits.map(({ owner }) => owner))).toEqual(new Set(['b']));
  });
});
