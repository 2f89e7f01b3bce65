import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalIndex, ProtobufCodec } from 'vectra';
import { lightVectra } from '../../../../scripts/lightVectra.ts';
import { indexFolder, itemsOf, randomNumbers, unitVector, value } from './vectorFixtures.ts';

const dimensions = 48;
let folder: ReturnType<typeof indexFolder>;

beforeEach(() => {
  folder = indexFolder(dimensions);
});

afterEach(() => folder.remove());

function shardFolders(): string[] {
  const [root = ''] = readdirSync(folder.directory).filter((name) => name.startsWith('shards-'));
  return readdirSync(join(folder.directory, root)).map((name) => join(folder.directory, root, name));
}

describe('shards on disk, opened by the unchanged library', () => {
  it('hold the same items and give the same ten best with the same scores', async () => {
    const random = randomNumbers(7);
    const index = value(await folder.open());
    const changes = Array.from({ length: 150 }, (_, n) => {
      const owner = n % 3 === 0 ? `src/naïve/${n}.ts` : `commit:${n}`;
      return { owner, items: itemsOf(owner, 1 + (n % 9), random, dimensions) };
    });
    value(await index.replaceAll(changes));
    // Written again, so that files hold items that were copied as they stood beside new ones.
    for (const { owner } of changes.slice(0, 20)) {
      value(await index.replace(owner, itemsOf(owner, 3, random, dimensions)));
    }
    const stock = shardFolders().map((path) => new LocalIndex(path, undefined, undefined, new ProtobufCodec()));
    const counts = await Promise.all(stock.map(async (shard) => (await shard.listItems()).length));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(index.status().items);
    for (let round = 0; round < 20; round += 1) {
      const query = unitVector(random, dimensions);
      const answers = await Promise.all(stock.map((shard) => shard.queryItems([...query], '', 10)));
      const expected = answers
        .flat()
        .sort((a, b) => b.score - a.score)
        .slice(0, 10)
        .map(({ item, score }) => ({ ...item.metadata, score }));
      expect(await index.search(query, 10)).toEqual(expected);
    }
  });
});

describe('a bundle', () => {
  it('takes the index of the library and little else', async () => {
    const { metafile } = await build({
      entryPoints: [join(import.meta.dirname, '../../../../src/node/memory/vectra/openVectorIndex.ts')],
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'cjs',
      plugins: [lightVectra],
    });
    const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
    // Schemas are in every bundle of ours.
    const own = inputs.filter(([path]) => !path.includes('node_modules/zod/'));
    const packages = own.flatMap(([path]) => /node_modules\/([^/]+)/.exec(path)?.[1] ?? []);
    expect([...new Set(packages)].sort()).toEqual(['uuid', 'vectra']);
    expect(own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)).toBeLessThan(60 * 1024);
  });
});
