import { createHash } from 'node:crypto';
import { errorText, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { EmbedFailure, Embedder } from '../../../core/memory/embedder.ts';
import { unitVector } from '../../../core/memory/embedding/unitVector.ts';
import { modelDigest } from '../transformers/modelDigest.ts';
import { type EmbeddingFolder, readEmbeddingFolder } from './embeddingFolder.ts';
import { ThreadLine } from './threadLine.ts';

export interface TransformersEmbedderOptions {
  /** Of the model itself; absolute. */
  readonly folder: string;
  readonly name: string;
  /** The program of the thread that the model runs in. */
  readonly script: string;
  readonly idleMs?: number;
  readonly silenceMs?: number;
}

/** A model of `@huggingface/transformers` on this machine's processor. Reads its files here; loads it with the first text. */
export async function openTransformersEmbedder(
  options: TransformersEmbedderOptions,
  signal: AbortSignal,
): Promise<Result<Embedder, EmbedFailure>> {
  const { folder, name } = options;
  const read = await readEmbeddingFolder(folder, name);
  if (!read.ok) {
    return read;
  }
  const model = read.value;
  const identity = await identityOf(model, name, signal);
  if (!identity.ok) {
    return identity;
  }
  const line = new ThreadLine({ ...options, model });

  async function embed(
    texts: readonly string[],
    use: 'query' | 'passage',
    stop: AbortSignal,
  ): Promise<Result<readonly Float32Array[], EmbedFailure>> {
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      const answer = await line.embed(`${model[use]}${text}`, use, stop);
      const vector = answer.ok ? checked(answer.value, model, name) : answer;
      if (!vector.ok) {
        return vector;
      }
      vectors.push(vector.value);
    }
    return ok(vectors);
  }

  return ok({
    identity: identity.value,
    dimensions: model.dimensions,
    maxTokens: model.maxTokens,
    batch: 4,
    embed,
    close: () => line.close(),
  });
}

async function identityOf(
  model: EmbeddingFolder,
  name: string,
  signal: AbortSignal,
): Promise<Result<string, EmbedFailure>> {
  try {
    const { pooling, query, passage, maxTokens } = model;
    const manner = JSON.stringify([await modelDigest(model, signal), pooling, query, passage, maxTokens]);
    const digest = createHash('sha256').update(manner).digest('hex').slice(0, 32);
    return ok(`transformers:${name} ${model.weights} ${pooling} ${digest}`);
  } catch (error) {
    return fail(
      signal.aborted
        ? failure('aborted', 'Opening the embedding model was cancelled.')
        : failure(
            'model-missing',
            `The embedding model in ${model.folder} cannot be read (${errorText(error)}); look at the rights of its files.`,
          ),
    );
  }
}

function checked(raw: Float32Array, model: EmbeddingFolder, name: string): Result<Float32Array, EmbedFailure> {
  if (raw.length !== model.dimensions) {
    const problem = `gives vectors of ${raw.length} numbers, and its config.json says ${model.dimensions}`;
    return fail(failure('model-unusable', `The embedding model ${name} ${problem}; put its files in place again.`));
  }
  const vector = unitVector(raw);
  return vector === undefined
    ? fail(failure('rejected', `The embedding model ${name} gave no usable vector for a text; choose another model.`))
    : ok(vector);
}
