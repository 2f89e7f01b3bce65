import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';

export type EmbedFailure = Failure<
  'model-missing' | 'model-unusable' | 'unreachable' | 'rejected' | 'aborted' | 'failed'
>;

/** Makes vectors of texts. One that fails with `model-missing` or `unreachable` is asked again later; the others are not. */
export interface Embedder {
  /** Names model, weights and the way of embedding exactly: vectors of two identities are never compared. */
  readonly identity: string;
  readonly dimensions: number;
  /** Longer texts are cut by the model. */
  readonly maxTokens: number;
  /** Texts that are given at once without wasting memory. */
  readonly batch: number;
  /** One vector of length 1 per text, in their order. `use`: models that want another prefix for questions than for what is found. */
  embed(
    texts: readonly string[],
    use: 'query' | 'passage',
    signal: AbortSignal,
  ): Promise<Result<readonly Float32Array[], EmbedFailure>>;
  close(): Promise<void>;
}
