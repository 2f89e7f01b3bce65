import * as z from 'zod';
import type { ChunkSource, OwnerState } from '../../../core/memory/embedding/chunkSource.ts';
import type { Chunk } from '../../../core/memory/sourceFacts.ts';
import type { FileStore } from './fileTables.ts';
import type { MemoryDatabase } from './openMemoryDatabase.ts';
import { pagesOf } from './pagesOf.ts';

/** Commits whose files are counted for how much they change. */
const churnCommits = 1_000;

const stateRow = z.object({
  path: z.string(),
  kind: z.enum(['code', 'test', 'document', 'decision', 'guideline', 'configuration', 'data']),
  hashes: z.string(),
  churn: z.number(),
});

/** The chunks of indexed files, as what makes vectors of them asks for them. */
export function fileChunks({ connection }: MemoryDatabase, files: FileStore): ChunkSource {
  const columns = `
    SELECT files.id AS id, files.path AS path, files.kind AS kind,
      (SELECT group_concat(hash, ' ') FROM (SELECT hash FROM chunks WHERE file = files.id ORDER BY ordinal)) AS hashes,
      (SELECT count(*) FROM commit_paths
         JOIN commit_files ON commit_files.path = commit_paths.id
         JOIN commits ON commits.id = commit_files.commit_id
       WHERE commit_paths.path = files.path
         AND commits.time >= coalesce((SELECT time FROM commits ORDER BY time DESC LIMIT 1 OFFSET ${churnCommits}), 0)) AS churn
    FROM files WHERE files.state = 'indexed' AND EXISTS (SELECT 1 FROM chunks WHERE file = files.id)`;
  const page = connection.prepare(`${columns} AND files.id > ? ORDER BY files.id LIMIT ?`);
  const one = connection.prepare(`${columns} AND files.path = ?`);
  return {
    async *states() {
      for (const rows of pagesOf(page)) {
        yield rows.map(toState);
      }
    },
    async stateOf(owner) {
      const row = one.get(owner);
      return row === undefined ? undefined : toState(row);
    },
    async chunksOf(owner): Promise<readonly Chunk[]> {
      return files.chunksOf(owner);
    },
  };
}

function toState(row: unknown): OwnerState {
  const { path, kind, hashes, churn } = stateRow.parse(row);
  return { owner: path, kind, hashes: hashes.split(' '), churn };
}
