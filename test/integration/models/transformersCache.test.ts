import { DynamicCache, Tensor } from '@huggingface/transformers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PromptCache } from '../../../src/node/models/transformers/promptCache.ts';

/** A memory of two heads and three dimensions, in which each value says where it belongs. */
function memoryOf(tokens: readonly bigint[]): DynamicCache {
  const values = [0, 1].flatMap((head) => tokens.flatMap((token, at) => [head, at, Number(token)]));
  const tensor = () => new Tensor('float32', new Float32Array(values), [1, 2, tokens.length, 3]);
  return new DynamicCache({ 'past_key_values.0.key': tensor(), 'past_key_values.0.value': tensor() });
}

function content(cache: DynamicCache | undefined): unknown {
  return Object.entries(cache ?? {}).map(([name, tensor]) => [name, tensor.dims, [...tensor.data]]);
}

const tokens = (from: number, count: number): bigint[] => Array.from({ length: count }, (_, at) => BigInt(from + at));

describe('what a model remembers of the last prompt', () => {
  it('is given back whole to a prompt that goes on with it, once', () => {
    const cache = new PromptCache();
    const memory = memoryOf(tokens(0, 9));
    cache.keep(tokens(0, 10), memory);
    expect(cache.take(tokens(0, 20))).toEqual({ cache: memory, length: 9 });
    expect(cache.take(tokens(0, 20))).toBeUndefined();
  });

  it('is cut to where a prompt goes another way, and never has the last token of the prompt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 100 }), (shared, other) => {
        const cache = new PromptCache();
        cache.keep(tokens(0, 151), memoryOf(tokens(0, 150)));
        const prompt = [...tokens(0, shared), ...tokens(1_000, other)];
        const known = Math.min(shared, 150, prompt.length - 1);
        const expected = known < 64 ? undefined : memoryOf(tokens(0, known));
        expect(content(cache.take(prompt)?.cache)).toEqual(content(expected));
      }),
    );
  });

  it('is dropped rather than cut when it is of another kind', () => {
    const cache = new PromptCache();
    const state = new Tensor('float32', new Float32Array(4), [1, 4]);
    const memory = new DynamicCache({ 'past_conv.0': state });
    cache.keep(tokens(0, 100), memory);
    expect(cache.take([...tokens(0, 90), 7n, 8n])).toBeUndefined();
    cache.keep(tokens(0, 100), memory);
    expect(cache.take(tokens(0, 100))?.cache).toBe(memory);
  });
});
