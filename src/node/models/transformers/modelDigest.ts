import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { ModelFolder } from './modelFolder.ts';

/** Bytes read at once: hashing them holds the process up for less than a millisecond. */
const chunkBytes = 512 * 1024;

/** Reading gigabytes takes seconds, and every task asks: what was found is kept while no file changes. */
const known = new Map<string, string>();

/** SHA-256 over the names and bytes of all files of a model, lower-case hexadecimal. Throws when one cannot be read. */
export async function modelDigest(
  model: Pick<ModelFolder, 'folder' | 'weights' | 'version' | 'files'>,
  signal: AbortSignal,
): Promise<string> {
  const key = `${model.folder}\n${model.weights}\n${model.version}`;
  const found = known.get(key);
  if (found !== undefined) {
    return found;
  }
  const hash = createHash('sha256');
  for (const file of model.files) {
    const content = createHash('sha256');
    for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes, signal })) {
      content.update(chunk);
    }
    hash.update(`${basename(file)} ${content.digest('hex')}\n`);
  }
  const digest = hash.digest('hex');
  known.set(key, digest);
  return digest;
}
