import { createRequire } from 'node:module';
import { join } from 'node:path';
import { dimensions, type SearchEngine } from '../searchEngine.ts';

interface UsearchIndex {
  add(key: bigint, vector: Float32Array): void;
  search(vector: Float32Array, count: number, threads: number): { readonly keys: BigUint64Array };
  save(path: string): void;
  load(path: string): void;
}

interface Usearch {
  readonly Index: new (options: { metric: string; quantization: string; dimensions: number }) => UsearchIndex;
}

/** https://github.com/unum-cloud/usearch: a graph in memory, of bytes. It finds most of the nearest, and keeps no file by itself. */
export function usearch(peers: string): SearchEngine {
  const { Index }: Usearch = createRequire(join(peers, 'usearch', 'package.json'))('usearch');
  const create = (): UsearchIndex => new Index({ metric: 'cos', quantization: 'i8', dimensions });
  return {
    async build(folder, data) {
      const index = create();
      for (let at = 0; at < data.count; at += 1) {
        index.add(BigInt(at), data.vector(at));
      }
      index.save(join(folder, 'usearch.index'));
    },
    async open(folder) {
      const index = create();
      index.load(join(folder, 'usearch.index'));
      return {
        search: async (query, count) => [...index.search(query, count, 1).keys].map(Number),
        close: async () => undefined,
      };
    },
  };
}
