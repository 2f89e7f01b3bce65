import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { VectorItem } from '../../../../src/core/memory/vectorIndex.ts';
import { EmbeddingQueue } from '../../../../src/node/memory/embedding/embeddingQueue.ts';
import { VectorJournalFile } from '../../../../src/node/memory/embedding/vectorJournalFile.ts';
import { CountingEmbedder } from '../../../fakes/memory/countingEmbedder.ts';
import { MemoryChunkSource } from '../../../fakes/memory/memoryChunkSource.ts';
import { MemoryVectorIndex } from '../../../fakes/memory/memoryVectorIndex.ts';

/** A process that embeds 60 files of 5 chunks into a folder and writes down each text that it embedded; to be killed at any time. */
const [folder = ''] = process.argv.slice(2);

const itemSchema = z.object({
  hash: z.string(),
  ordinal: z.number(),
  startLine: z.number(),
  endLine: z.number(),
  vector: z.array(z.number()),
});
const contentSchema = z.record(z.string(), z.array(itemSchema));

/** An index that is one file, written whole with each change, as a shard is. */
class FileIndex extends MemoryVectorIndex {
  private readonly path = join(folder, 'index.json');

  load(): void {
    if (existsSync(this.path)) {
      for (const [owner, items] of Object.entries(contentSchema.parse(JSON.parse(readFileSync(this.path, 'utf8'))))) {
        this.held.set(
          owner,
          items.map((item) => ({ ...item, vector: Float32Array.from(item.vector) })),
        );
      }
    }
  }

  override async replaceAll(changes: readonly { readonly owner: string; readonly items: readonly VectorItem[] }[]) {
    const done = await super.replaceAll(changes);
    const content = [...this.held].map(([owner, items]) => [
      owner,
      items.map((item) => ({ ...item, vector: [...item.vector] })),
    ]);
    writeFileSync(`${this.path}.tmp`, JSON.stringify(Object.fromEntries(content)));
    await sleep(2);
    renameSync(`${this.path}.tmp`, this.path);
    return done;
  }
}

const source = new MemoryChunkSource();
for (let file = 0; file < 60; file += 1) {
  source.put(
    `f${file}`,
    Array.from({ length: 5 }, (_, at) => `text ${file} ${at}`),
  );
}
const index = new FileIndex(8);
index.load();
const embedder = new CountingEmbedder({ batch: 2 });
let told = 0;
embedder.before = async () => {
  await sleep(1);
  return undefined;
};
const embed = embedder.embed.bind(embedder);
embedder.embed = async (...given) => {
  const answer = await embed(...given);
  const lines = embedder.embedded.slice(told).map((text) => `${text.split('\n')[1]}\n`);
  appendFileSync(join(folder, 'embedded.log'), lines.join(''));
  told = embedder.embedded.length;
  return answer;
};
const queue = new EmbeddingQueue({
  embedder,
  index,
  source,
  journal: new VectorJournalFile(join(folder, 'embedded.journal')),
  strain: async () => ({}),
  share: 1,
  flushItems: 40,
});
queue.start();
process.send?.('started');
await queue.settle(new AbortController().signal);
await queue.close();
process.send?.(queue.status());
process.disconnect();
