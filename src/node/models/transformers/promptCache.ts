import { DynamicCache, Tensor } from '@huggingface/transformers';

/** Fewer tokens are read again sooner than their cache is cut to size. */
const worthCutting = 64;

/**
 * What a model remembers of the last prompt and its answer. A task sends its whole history with each step; only what is new in it
 * has to be read, as far as both begin with the same tokens.
 */
export class PromptCache {
  private tokens: readonly bigint[] = [];
  private cache: DynamicCache | undefined;

  /** The memory of how `prompt` begins, without its last token, which a model must be given; it is the caller's from then on. */
  take(prompt: readonly bigint[]): { readonly cache: DynamicCache; readonly length: number } | undefined {
    const { tokens, cache } = this;
    this.tokens = [];
    this.cache = undefined;
    const differs = tokens.findIndex((token, at) => token !== prompt[at]);
    const shared = Math.min(differs === -1 ? tokens.length : differs, prompt.length - 1);
    if (cache === undefined || (shared < tokens.length && shared < worthCutting)) {
      return undefined;
    }
    const fitting = shared === tokens.length ? cache : cutTo(cache, tokens.length, shared);
    return fitting === undefined ? undefined : { cache: fitting, length: shared };
  }

  /** `tokens`: prompt and answer. The last one was said and not read. */
  keep(tokens: readonly bigint[], cache: DynamicCache): void {
    this.tokens = tokens.slice(0, -1);
    this.cache = cache;
  }
}

/** The first `wanted` places of each tensor; undefined for a cache that is no plain one of keys and values by place. */
function cutTo(cache: DynamicCache, length: number, wanted: number): DynamicCache | undefined {
  const entries: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(cache)) {
    const [rows, heads, places, size] = tensor instanceof Tensor ? tensor.dims : [];
    const plain = /^past_key_values\.\d+\.(key|value)$/.test(name) && rows === 1 && places === length;
    const data: unknown = tensor instanceof Tensor ? tensor.data : undefined;
    if (!plain || heads === undefined || size === undefined || !(data instanceof Float32Array)) {
      return undefined;
    }
    const cut = new Float32Array(heads * wanted * size);
    for (let head = 0; head < heads; head += 1) {
      const from = head * length * size;
      cut.set(data.subarray(from, from + wanted * size), head * wanted * size);
    }
    entries[name] = new Tensor('float32', cut, [1, heads, wanted, size]);
  }
  return new DynamicCache(entries);
}
