import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type Failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { Embedder } from '../../../core/memory/embedder.ts';
import type { VectorIndex } from '../../../core/memory/vectorIndex.ts';
import { EmbeddingQueue, type EmbeddingQueueOptions } from './embeddingQueue.ts';
import { VectorJournalFile } from './vectorJournalFile.ts';
import type { ShelvedVectors, VectorShelf } from './vectorShelf.ts';

export type QueueSettings = Omit<EmbeddingQueueOptions, 'embedder' | 'index' | 'journal'>;

export type OpenIndex = (place: {
  readonly directory: string;
  readonly identity: string;
  readonly dimensions: number;
}) => Promise<Result<VectorIndex, Failure>>;

/** A model with its vectors, and the queue that keeps them up to date. Owns all three. */
export interface ModelPair {
  readonly vectors: ShelvedVectors;
  readonly embedder: Embedder;
  readonly index: VectorIndex;
  readonly queue: EmbeddingQueue;
  close(): Promise<void>;
}

const indexFolder = 'index';
const journalFile = 'embedded.journal';

/** Opens the vectors of an embedder; the embedder is closed where that fails. */
export async function openPair(
  shelf: VectorShelf,
  vectors: ShelvedVectors,
  embedder: Embedder,
  openIndex: OpenIndex,
  settings: QueueSettings,
): Promise<Result<ModelPair, Failure>> {
  const { identity, dimensions } = embedder;
  const folder = join(shelf.directory, vectors.name);
  const index = await openIndex({ directory: join(folder, indexFolder), identity, dimensions });
  if (!index.ok) {
    await embedder.close();
    return index;
  }
  if (index.value.dimensions !== dimensions) {
    const has = `holds vectors of ${index.value.dimensions} numbers, and the model gives ${dimensions}`;
    await Promise.all([embedder.close(), index.value.close()]);
    return fail(failure('bad-vector', `The index in ${folder} ${has}; remove the folder, and it is made anew.`));
  }
  const journal = new VectorJournalFile(join(folder, journalFile));
  const queue = new EmbeddingQueue({ ...settings, embedder, index: index.value, journal });
  return ok({
    vectors,
    embedder,
    index: index.value,
    queue,
    async close() {
      await queue.close();
      await Promise.all([embedder.close(), index.value.close()]);
    },
  });
}

/**
 * Takes owners out of the vectors of a model that is not there; false where they cannot be opened or changed. What waited in the
 * journal goes as a whole: it does not say whose it is, and is a few texts' work.
 */
export async function removeOwners(
  shelf: VectorShelf,
  { name, identity, dimensions }: ShelvedVectors,
  owners: readonly string[],
  openIndex: OpenIndex,
): Promise<boolean> {
  const folder = join(shelf.directory, name);
  if (dimensions === undefined) {
    return false;
  }
  const index = await openIndex({ directory: join(folder, indexFolder), identity, dimensions });
  if (!index.ok) {
    return false;
  }
  const removed = await index.value.replaceAll(owners.map((owner) => ({ owner, items: [] })));
  await index.value.close();
  await rm(join(folder, journalFile), { force: true });
  return removed.ok;
}
