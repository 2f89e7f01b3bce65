import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { dimensions, type SearchEngine, vectorsPerFile } from '../searchEngine.ts';

/** https://github.com/asg017/sqlite-vec, on the SQLite of Node. */
export function sqliteVec(peers: string): SearchEngine {
  const extension: { getLoadablePath(): string } = createRequire(join(peers, 'sqlite-vec', 'package.json'))(
    'sqlite-vec',
  );
  const openIn = (folder: string): DatabaseSync => {
    const database = new DatabaseSync(join(folder, 'vec.db'), { allowExtension: true });
    database.loadExtension(extension.getLoadablePath());
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    return database;
  };
  const bytes = (vector: Float32Array): Uint8Array =>
    new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  return {
    async build(folder, data) {
      const database = openIn(folder);
      database.exec(
        `CREATE VIRTUAL TABLE items USING vec0(embedding float[${dimensions}] distance_metric=cosine); BEGIN`,
      );
      const insert = database.prepare('INSERT INTO items(rowid, embedding) VALUES (?, ?)');
      for (let index = 0; index < data.count; index += 1) {
        insert.run(BigInt(index), bytes(data.vector(index)));
      }
      database.exec('COMMIT');
      database.close();
    },
    async open(folder) {
      const database = openIn(folder);
      const find = database.prepare('SELECT rowid FROM items WHERE embedding MATCH ? AND k = ? ORDER BY distance');
      const remove = database.prepare('DELETE FROM items WHERE rowid = ?');
      const insert = database.prepare('INSERT INTO items(rowid, embedding) VALUES (?, ?)');
      return {
        search: async (query, count) => find.all(bytes(query), count).map((row) => Number(row['rowid'])),
        update: async (file, vectors) => {
          database.exec('BEGIN');
          vectors.forEach((vector, ordinal) => {
            const id = BigInt(file * vectorsPerFile + ordinal);
            remove.run(id);
            insert.run(id, bytes(vector));
          });
          database.exec('COMMIT');
        },
        close: async () => database.close(),
      };
    },
  };
}
