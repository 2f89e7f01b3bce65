import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestModel } from '../../../../src/core/models/bestModel.ts';
import { contextFor, memoryForModel, memoryNeed } from '../../../../src/core/models/memoryNeed.ts';
import { parameterCount } from '../../../../src/core/models/modelFacts.ts';
import { recommendedModels, recommendModels } from '../../../../src/core/models/recommendedModels.ts';

const gib = 1024 ** 3;
const names = (bytes: number, videoBytes?: number): readonly string[] =>
  recommendModels({ bytes, ...(videoBytes === undefined ? {} : { videoBytes }) })
    .filter(({ fits }) => fits)
    .map(({ name }) => name);

describe('recommended models', () => {
  it('are chosen by the memory of the machine, the larger first', () => {
    expect(names(8 * gib)).toEqual(['llama3.2:3b']);
    expect(names(16 * gib)[0]).toBe('qwen3:14b');
    expect(names(16 * gib)).toContain('qwen3:8b');
    expect(names(16 * gib)).not.toContain('qwen3-coder:30b');
    expect(names(64 * gib)[0]).toBe('qwen3-coder:30b');
    expect(names(4 * gib)).toEqual([]);
  });

  it('count the memory of a graphics card where it is larger', () => {
    expect(names(16 * gib, 24 * gib)[0]).toBe('qwen3-coder:30b');
  });

  it('are all told, those that do not fit last and smallest first', () => {
    const all = recommendModels({ bytes: 8 * gib });
    expect(all).toHaveLength(recommendedModels.length);
    expect(all.map(({ fits }) => fits)).toEqual([true, ...all.slice(1).map(() => false)]);
    expect(all[1]?.name).toBe('qwen3:4b');
  });

  it('need what the formula says: 5 bits a parameter, the cache of the window, half a GiB', () => {
    const eight = recommendModels({ bytes: 16 * gib }).find(({ name }) => name === 'qwen3:8b');
    expect(eight?.needBytes).toBe(Math.round((8.2e9 * 5) / 8 + 147_456 * 16_384 + gib / 2));
  });
});

describe('memory of a model', () => {
  it('is unknown where neither size nor parameters are', () => {
    expect(memoryNeed({}, 16_384)).toBeUndefined();
  });

  it('counts the weights as they are on disk where that is known', () => {
    expect(memoryNeed({ bytes: 5 * gib, cacheBytes: 0 }, 16_384)).toBe(5.5 * gib);
  });

  it('leaves 3 GiB, or half of a small machine', () => {
    expect(memoryForModel({ bytes: 16 * gib })).toBe(13 * gib);
    expect(memoryForModel({ bytes: 4 * gib })).toBe(2 * gib);
  });
});

describe('window of a model', () => {
  const facts = { parameters: 8.2e9, cacheBytes: 147_456 };

  it('is the usual one, the smaller of the model, or half of the usual where memory is tight', () => {
    expect(contextFor({ contextTokens: 40_960, facts }, undefined, { bytes: 16 * gib })).toBe(16_384);
    expect(contextFor({ contextTokens: 4_096, facts }, undefined, { bytes: 16 * gib })).toBe(4_096);
    expect(contextFor({ contextTokens: 40_960, facts }, undefined, { bytes: 8 * gib })).toBe(8_192);
    expect(contextFor({}, undefined, { bytes: 2 * gib })).toBe(16_384);
  });

  it('is what the user set, up to what the model can have', () => {
    expect(contextFor({ contextTokens: 40_960, facts }, 32_768, { bytes: 8 * gib })).toBe(32_768);
    expect(contextFor({ contextTokens: 40_960 }, 65_536)).toBe(40_960);
  });
});

describe('number of parameters', () => {
  it.each([
    ['8.2B', 8.2e9],
    ['494.03M', 494_030_000],
    ['137M', 137e6],
    ['', undefined],
    ['large', undefined],
    ['-3B', undefined],
  ])('of %j is %s', (text, count) => expect(parameterCount(text)).toBe(count));
});

describe('the model that auto takes', () => {
  const machine = { bytes: 16 * gib };
  const grade = (level: 'strong' | 'capable' | 'weak' | 'unfit') => ({ tools: 'native' as const, schema: true, level });

  it('is the best graded, not the newest', () => {
    const models = [
      { name: 'newest', tools: true },
      { name: 'weak', tools: true, grade: grade('weak') },
      { name: 'capable', tools: true, grade: grade('capable') },
      { name: 'unfit', tools: true, grade: grade('unfit') },
    ];
    expect(bestModel(models, machine)?.name).toBe('capable');
    expect(bestModel(models.slice(0, 2), machine)?.name).toBe('newest');
    expect(bestModel(models.slice(3), machine)).toBeUndefined();
  });

  it('can act: it has tools as its server says, or a grade', () => {
    const byText = { name: 'b', tools: false, grade: { tools: 'none' as const, schema: true, level: 'weak' as const } };
    expect(bestModel([{ name: 'a', tools: false }], machine)).toBeUndefined();
    expect(bestModel([{ name: 'a', tools: false }, byText], machine)?.name).toBe('b');
  });

  it('is none that is plainly unfit: it only embeds, or its window is too small', () => {
    const embeds = { name: 'a', tools: true, facts: { completes: false } };
    const narrow = { name: 'b', tools: true, contextTokens: 2_048, grade: grade('capable') };
    expect(bestModel([embeds, narrow], machine)).toBeUndefined();
  });

  it('fits into memory rather than not, and is the larger of those', () => {
    const sized = (name: string, parameters: number) => ({ name, tools: true, facts: { parameters } });
    const models = [sized('huge', 70e9), sized('small', 4e9), sized('middle', 8e9), sized('tiny', 0.5e9)];
    expect(bestModel(models, machine)?.name).toBe('middle');
  });

  it('is the same whatever the order in which they are listed', () => {
    const model = fc.record({
      name: fc.string({ minLength: 1, maxLength: 3 }),
      tools: fc.boolean(),
      facts: fc.record({ parameters: fc.constantFrom(1e9, 8e9, 70e9) }),
    });
    const models = fc.uniqueArray(model, { selector: ({ name }) => name, maxLength: 6 });
    fc.assert(
      fc.property(
        models.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([one, other]) => {
          expect(bestModel(one, machine)?.name).toBe(bestModel(other, machine)?.name);
        },
      ),
    );
  });
});
