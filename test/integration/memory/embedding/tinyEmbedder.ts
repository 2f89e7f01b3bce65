import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Embedder } from '../../../../src/core/memory/embedder.ts';
import {
  openTransformersEmbedder,
  type TransformersEmbedderOptions,
} from '../../../../src/node/models/embedding/transformersEmbedder.ts';
import { type TinyEmbedder, writeTinyEmbedder } from '../../../fakes/tinyModel/writeTinyEmbedder.ts';

/** The program of the model's thread, as it is in the sources. */
export const threadScript = fileURLToPath(new URL('../../../../src/embeddingThread.ts', import.meta.url));

export const never = new AbortController().signal;

/** What tests opened, to be closed by `close`. */
export class TinyEmbedders {
  private readonly folders: string[] = [];
  private readonly embedders: Embedder[] = [];

  async folder(model: TinyEmbedder = {}): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'nightshift-embed-'));
    this.folders.push(folder);
    await writeTinyEmbedder(folder, model);
    return folder;
  }

  async tryOpen(folder: string, options: Partial<TransformersEmbedderOptions> = {}) {
    const opened = await openTransformersEmbedder(
      { folder, name: 'tiny/model', script: threadScript, ...options },
      never,
    );
    if (opened.ok) {
      this.embedders.push(opened.value);
    }
    return opened;
  }

  async open(model: TinyEmbedder = {}, options: Partial<TransformersEmbedderOptions> = {}): Promise<Embedder> {
    const opened = await this.tryOpen(await this.folder(model), options);
    if (!opened.ok) {
      throw new Error(opened.error.message);
    }
    return opened.value;
  }

  async close(): Promise<void> {
    await Promise.all(this.embedders.splice(0).map((embedder) => embedder.close()));
    await Promise.all(this.folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

export function dot(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

/** The vectors, or an error where there are none. */
export async function vectorsOf(
  embedder: Embedder,
  texts: readonly string[],
  use: 'query' | 'passage' = 'passage',
): Promise<readonly Float32Array[]> {
  const answer = await embedder.embed(texts, use, never);
  if (!answer.ok) {
    throw new Error(answer.error.message);
  }
  return answer.value;
}
