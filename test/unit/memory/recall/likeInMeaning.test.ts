import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuseLists } from '../../../../src/core/memory/recall/fuseLists.ts';
import { likeInMeaning } from '../../../../src/core/memory/recall/likeInMeaning.ts';
import { recallWeights } from '../../../../src/core/memory/recall/recallWeights.ts';
import { madeHits } from '../../../eval/recall/madeVectors.ts';
import { createRandom, mean, measure } from '../../../eval/recall/measures.ts';

const hit = (owner: string, score: number) => ({ owner, score, hash: '', ordinal: 0, startLine: 1, endLine: 1 });

describe('what is alike in meaning', () => {
  it('counts by how far it stands above the last, whatever cosines a model gives', () => {
    const near = likeInMeaning([hit('a', 0.8), hit('b', 0.6), hit('c', 0.55)]);
    expect(near.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    const [first, second, last] = near.map(({ score }) => score);
    expect((second ?? 0) / (first ?? 1)).toBeCloseTo(0.2, 1);
    expect(last).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.double({ min: -0.1, max: 0.1, noNaN: true }), (shift) => {
        const moved = likeInMeaning([hit('a', 0.8 + shift), hit('b', 0.6 + shift), hit('c', 0.55 + shift)]);
        moved.forEach(({ score }, at) => expect(score).toBeCloseTo(near[at]?.score ?? 0));
      }),
    );
  });

  it('is found where it is alone, and where nothing stands above anything', () => {
    expect(likeInMeaning([])).toEqual([]);
    expect(likeInMeaning([hit('a', 0.3)])).toEqual([{ path: 'a', score: 1 }]);
    expect(likeInMeaning([hit('a', 0.3), hit('b', 0.3)]).map(({ score }) => score)).toEqual([1, 1]);
  });

  it('raises what words found where it is right, and lowers it little where it is chance', () => {
    const files = Array.from({ length: 400 }, (_, at) => ({ path: `f${at}`, chunks: 5 }));
    const fused = (signal: number | undefined): number => {
      const random = createRandom(3);
      return mean(
        Array.from({ length: 300 }, (_, seed) => {
          const truth = [`f${seed}`];
          // Words find the truth at once in half of the questions, and somewhere in the others.
          const scores = files
            .map(({ path }) => ({ path, score: random() ** 4 * 3 + (path === truth[0] ? 1 + random() * 3 : 0) }))
            .sort((a, b) => b.score - a.score);
          const hits = signal === undefined ? [] : madeHits(files, new Set(truth), signal, seed + 1);
          const ranked = fuseLists([
            { by: 'words', weight: 4, scores },
            { by: 'vector', weight: recallWeights.vectors, scores: likeInMeaning(hits) },
          ]);
          return measure(
            ranked.map(({ path }) => path),
            truth,
          ).recall10;
        }),
      );
    };
    const [words, chance, good] = [undefined, 0, 3.5].map(fused);
    expect(chance).toBeGreaterThan((words ?? 1) - 0.02);
    expect(good).toBeGreaterThan((words ?? 1) + 0.05);
  });
});
