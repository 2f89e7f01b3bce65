import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalIndex, ProtobufCodec } from 'vectra';
import { type SearchEngine, vectorsPerFile } from '../searchEngine.ts';

/** The library as it comes, in its faster format; its other one cannot save 100,000 vectors. */
export const stockVectra: SearchEngine = {
  /** Written in one go: put one by one, 100,000 items take a quarter of an hour. */
  async build(folder, data) {
    const items = Array.from({ length: data.count }, (_, index) => ({
      id: String(index),
      metadata: { path: `src/file/${Math.floor(index / vectorsPerFile)}.ts` },
      vector: [...data.vector(index)],
      norm: Math.hypot(...data.vector(index)),
    }));
    mkdirSync(join(folder, 'vectra'));
    writeFileSync(
      join(folder, 'vectra', 'index.pb'),
      new ProtobufCodec().serializeIndex({ version: 1, metadata_config: {}, items }),
    );
  },
  async open(folder) {
    const index = new LocalIndex(join(folder, 'vectra'), undefined, undefined, new ProtobufCodec());
    await index.getIndexStats();
    return {
      search: async (query, count) =>
        (await index.queryItems([...query], '', count)).map(({ item }) => Number(item.id)),
      update: async (file, vectors) => {
        await index.beginUpdate();
        for (const [ordinal, vector] of vectors.entries()) {
          await index.upsertItem({ id: String(file * vectorsPerFile + ordinal), vector: [...vector], metadata: {} });
        }
        await index.endUpdate();
      },
      close: async () => undefined,
    };
  },
};
