import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { ChunkSource } from '../core/memory/embedding/chunkSource.ts';
import type { VectorHit } from '../core/memory/vectorIndex.ts';
import { machineStrain } from '../node/memory/embedding/machineStrain.ts';
import { ModelVectors } from '../node/memory/embedding/modelVectors.ts';
import { openVectorIndex } from '../node/memory/vectra/openVectorIndex.ts';
import { createEmbedder } from '../node/models/embedding/createEmbedder.ts';
import type { EmbeddingSettings, MemoryStatus } from '../protocol/memory.ts';
import type { Problems } from './problems.ts';

export interface MeaningOptions {
  /** Holds a folder for each model. */
  readonly directory: string;
  /** Program of the thread that models of our own run in. */
  readonly threadScript: string;
  readonly source: ChunkSource;
  readonly problems: Problems;
  readonly onChange: () => void;
}

/** Milliseconds that a question waits for its vector: words answer without. */
const questionMs = 2_000;

/** What answers a question by meaning, or why nothing does. */
type Search =
  | ((
      text: string,
      count: number,
      accepts: (owner: string) => boolean,
    ) => Promise<Result<readonly VectorHit[], Failure>>)
  | { readonly missing: string };

/** Search by meaning, wired: the model that the settings name, and its vectors. */
export class Meaning {
  private readonly vectors: ModelVectors;
  private settings: EmbeddingSettings = { by: 'none' };

  constructor({ directory, threadScript, source, problems, onChange }: MeaningOptions) {
    this.vectors = new ModelVectors({
      directory,
      source,
      strain: machineStrain,
      openEmbedder: (settings, signal) => createEmbedder(settings, { threadScript }, signal),
      openIndex: openVectorIndex,
    });
    this.vectors.onStatus(({ problem }) => {
      problems.set('vectors', problem?.message);
      onChange();
    });
  }

  set(settings: EmbeddingSettings): void {
    this.settings = settings;
    this.vectors.setEmbedding(settings);
  }

  changed(owners: readonly string[]): void {
    this.vectors.changed(owners);
  }

  use(owners: readonly string[]): void {
    this.vectors.use(owners);
  }

  setPaused(paused: boolean): void {
    this.vectors.setPaused(paused);
  }

  settle(signal: AbortSignal): Promise<void> {
    return this.settings.by === 'none' ? Promise.resolve() : this.vectors.settle(signal);
  }

  search(): Search {
    if (this.settings.by === 'none') {
      return { missing: 'no embedding model is set' };
    }
    return async (text, count, accepts) => {
      const found = await this.vectors.search(text, count, AbortSignal.timeout(questionMs), accepts);
      return found.ok ? ok(found.value.hits) : fail(failure(found.error.reason, found.error.message));
    };
  }

  /** Removes what was made of these owners; answers how many vectors went. */
  async forget(owners: readonly string[]): Promise<number> {
    const { count } = this;
    await this.vectors.forget(owners);
    await this.settle(AbortSignal.timeout(10_000));
    return Math.max(0, count - this.count);
  }

  /** Vectors that are there. */
  get count(): number {
    return this.vectors.size().items;
  }

  status(): MemoryStatus['vectors'] {
    const { state, done, total } = this.vectors.status();
    return this.settings.by === 'none'
      ? { state: 'none', done: 0, total: 0 }
      : { model: nameOf(this.settings), state, done, total };
  }

  /** Why nothing is embedded now. */
  get pauseReason(): 'user' | 'battery' | 'load' | undefined {
    return this.vectors.status().paused;
  }

  bytes(): number {
    return this.vectors.size().bytes;
  }

  close(): Promise<void> {
    return this.vectors.close();
  }
}

function nameOf(settings: Exclude<EmbeddingSettings, { readonly by: 'none' }>): string {
  return settings.by === 'ollama' ? `ollama:${settings.model}` : `transformers:${settings.name}`;
}

/** Removes the vectors of every model, of which none is open, whatever state they are in. */
export async function removeVectors(directory: string): Promise<Result<void, Failure>> {
  const folder = vectorsFolder(directory);
  try {
    await rm(folder, { recursive: true, force: true });
    return ok(undefined);
  } catch (error) {
    const message = `The vectors in ${folder} cannot be removed (${errorText(error)}): give your user write access to them.`;
    return fail(failure('read-only', message));
  }
}

/** Where the vectors of all models lie. */
export function vectorsFolder(directory: string): string {
  return join(directory, 'vectors');
}
