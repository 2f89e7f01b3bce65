import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type DurableDisk, replaceFile } from './durableFile.ts';
import { errorCode } from './indexFailure.ts';

/** Largest number of shards; a shard is a folder, and an open file. */
export const mostShards = 512;

const layoutSchema = z.strictObject({
  version: z.literal(1),
  /** Names the embedder; vectors of two are never compared. */
  identity: z.string(),
  dimensions: z.int().positive(),
  /** A power of two. */
  shards: z
    .int()
    .min(1)
    .max(mostShards)
    .refine((count) => (count & (count - 1)) === 0),
  /** The folder that the shards are in; another one with each new number of shards. */
  folder: z.string().regex(/^shards-\d{1,9}$/),
  /** Shards that were unreadable and whose owners were not all put again. */
  lost: z.array(z.int().nonnegative()),
});

export type Layout = z.infer<typeof layoutSchema>;

const name = 'layout.json';

/** Undefined where there is none; `unreadable` for one of another version or of no sense. Throws what the file system throws. */
export async function readLayout(directory: string): Promise<Layout | 'unreadable' | undefined> {
  let text: string;
  try {
    text = await readFile(join(directory, name), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  try {
    return layoutSchema.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

/** Throws what the file system throws. */
export async function writeLayout(directory: string, layout: Layout, disk: DurableDisk): Promise<void> {
  await replaceFile({ path: join(directory, name), bytes: Buffer.from(`${JSON.stringify(layout)}\n`), disk });
}

export function nextFolder(folder: string | undefined): string {
  return `shards-${Number(folder?.slice('shards-'.length) ?? 0) + 1}`;
}
