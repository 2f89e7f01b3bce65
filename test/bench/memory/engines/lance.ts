import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type SearchEngine, type VectorData, vectorsPerFile } from '../searchEngine.ts';

interface LanceRow {
  readonly id: number;
  readonly file: number;
  readonly vector: Float32Array | readonly number[];
}

interface LanceTable {
  add(rows: readonly LanceRow[]): Promise<unknown>;
  delete(where: string): Promise<unknown>;
  vectorSearch(query: Float32Array): LanceQuery;
}

interface LanceQuery {
  distanceType(type: string): LanceQuery;
  limit(count: number): LanceQuery;
  select(columns: readonly string[]): LanceQuery;
  toArray(): Promise<readonly { readonly id: number }[]>;
}

interface LanceConnection {
  createTable(name: string, rows: readonly LanceRow[]): Promise<LanceTable>;
  openTable(name: string): Promise<LanceTable>;
}

/** https://github.com/lancedb/lancedb, without an index: exact, as ours is. */
export function lance(peers: string): SearchEngine {
  const { connect }: { connect(path: string): Promise<LanceConnection> } = createRequire(
    join(peers, 'lancedb', 'package.json'),
  )('@lancedb/lancedb');
  return {
    async build(folder, data) {
      const database = await connect(join(folder, 'lance'));
      const table = await database.createTable('items', rowsOf(data, 0, 5000));
      for (let first = 5000; first < data.count; first += 5000) {
        await table.add(rowsOf(data, first, first + 5000));
      }
    },
    async open(folder) {
      const database = await connect(join(folder, 'lance'));
      const table = await database.openTable('items');
      return {
        search: async (query, count) => {
          const found = await table
            .vectorSearch(query)
            .distanceType('cosine')
            .limit(count)
            .select(['id', '_distance'])
            .toArray();
          return found.map(({ id }) => id);
        },
        update: async (file, vectors) => {
          await table.delete(`file = ${file}`);
          await table.add(vectors.map((vector, at) => ({ id: file * vectorsPerFile + at, file, vector: [...vector] })));
        },
        close: async () => undefined,
      };
    },
  };
}

function rowsOf(data: VectorData, first: number, end: number): LanceRow[] {
  return Array.from({ length: Math.min(end, data.count) - first }, (_, at) => {
    const id = first + at;
    return { id, file: Math.floor(id / vectorsPerFile), vector: [...data.vector(id)] };
  });
}
