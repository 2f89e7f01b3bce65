import { describe, expect, it } from 'vitest';
import { answerChunkSchema, trainedContext } from '../../../../src/node/models/ollama/ollamaWire.ts';

describe('a count of tokens from a server', () => {
  it.each([0, 1, 131_072, 100_000_000])('is taken as it is when a window can hold it: %d', (count) => {
    expect(answerChunkSchema.parse({ prompt_eval_count: count }).prompt_eval_count).toBe(count);
  });

  it.each([-1, 0.5, 100_000_001, 2 ** 53 - 1, 2 ** 53, 1e300, '12', null, [3]])('is unknown as %j', (count) => {
    const chunk = answerChunkSchema.parse({ done: true, prompt_eval_count: count, eval_count: count });
    expect(chunk).toMatchObject({ done: true });
    expect([chunk.prompt_eval_count, chunk.eval_count]).toEqual([undefined, undefined]);
  });

  it.each([
    [40_960, 40_960],
    [2 ** 53 - 1, undefined],
    [0, undefined],
    [-5, undefined],
    ['8192', undefined],
  ])('of the window that a model was trained for, %j, is %j', (length, known) => {
    const show = { model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': length } };
    expect(trainedContext(show)).toBe(known);
  });
});
