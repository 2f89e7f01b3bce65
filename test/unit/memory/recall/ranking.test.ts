import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathFilter, timeSpanOf } from '../../../../src/core/memory/recall/fileFilter.ts';
import { fuseLists, poolPieces, type RankedList } from '../../../../src/core/memory/recall/fuseLists.ts';
import { cutSnippet } from '../../../../src/core/memory/recall/snippet.ts';
import { voteOfCommits } from '../../../../src/core/memory/recall/voteOfCommits.ts';
import { estimateTokens } from '../../../../src/core/models/tokenEstimate.ts';

const scored = fc.record({
  path: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  score: fc.double({ min: 0.01, max: 100, noNaN: true }),
});
const ranking = fc
  .uniqueArray(scored, { selector: ({ path }) => path, maxLength: 5 })
  .map((scores) => scores.toSorted((a, b) => b.score - a.score));
const list: fc.Arbitrary<RankedList> = fc.record({
  by: fc.constantFrom('words' as const, 'history' as const),
  weight: fc.double({ min: 0, max: 3, noNaN: true }),
  scores: ranking,
});

describe('fusing lists', () => {
  it('does not depend on their order, nor on the scale of any', () => {
    fc.assert(
      fc.property(fc.array(list, { maxLength: 4 }), fc.integer({ min: 1, max: 6 }), (lists, power) => {
        const scaled = lists.map((one) => ({
          ...one,
          scores: one.scores.map(({ path, score }) => ({ path, score: score * 2 ** power })),
        }));
        const scores = (fused: ReturnType<typeof fuseLists>) =>
          new Map(fused.map(({ path, score }) => [path, score.toFixed(9)]));
        expect(scores(fuseLists(scaled.toReversed()))).toEqual(scores(fuseLists(lists)));
      }),
    );
  });

  it('puts a file that is first in every list first', () => {
    const lists: RankedList[] = [
      {
        by: 'words',
        weight: 1,
        scores: [
          { path: 'a', score: 9 },
          { path: 'b', score: 8 },
        ],
      },
      {
        by: 'history',
        weight: 1.2,
        scores: [
          { path: 'a', score: 2 },
          { path: 'c', score: 1 },
        ],
      },
    ];
    expect(fuseLists(lists).map(({ path, parts }) => [path, [...parts.keys()]])).toEqual([
      ['a', ['words', 'history']],
      ['b', ['words']],
      ['c', ['history']],
    ]);
  });
});

describe('pooling the pieces of a file', () => {
  it('counts three of them, each for less', () => {
    const pieces = [6, 4, 3, 2].map((score) => ({ path: 'a', score }));
    expect(poolPieces(pieces)).toEqual([{ path: 'a', score: 6 + 4 / 2 + 3 / 3 }]);
  });
});

describe('the vote of commits', () => {
  const commit = { id: '1', subject: '', body: '', author: '', time: 0 };

  it('goes to the files of the commit that is most alike, and less to each of many', () => {
    const votes = voteOfCommits([
      { ...commit, score: 10, changed: 1, files: ['one'] },
      { ...commit, score: 10, changed: 4, files: ['a', 'b', 'c', 'd'] },
      { ...commit, score: 2, changed: 1, files: ['far'] },
    ]);
    expect(votes.map(({ path }) => path)).toEqual(['one', 'a', 'b', 'c', 'd', 'far']);
    expect(votes[0]?.score).toBe(2 * (votes[1]?.score ?? 0));
  });

  it('leaves out commits that changed half of the repository', () => {
    expect(voteOfCommits([{ ...commit, score: 10, changed: 500, files: ['a'] }])).toEqual([]);
  });
});

describe('cutting a snippet', () => {
  it('shows the lines with the words, and never more tokens than it may', () => {
    const line = fc.constantFrom('', 'const retry = 3;', 'let other = 1;', 'x'.repeat(200), 'retry(); backoff();');
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 300 }),
        (lines, tokens) => {
          const snippet = cutSnippet(lines.join('\n'), 11, new Set(['retr', 'backoff']), tokens, estimateTokens);
          if (snippet !== undefined) {
            expect(estimateTokens(snippet.text)).toBeLessThanOrEqual(tokens);
            expect(snippet.text).toBe(lines.slice(snippet.startLine - 11, snippet.endLine - 10).join('\n'));
            if (lines.includes('retry(); backoff();')) {
              expect(snippet.text).toContain('retry(); backoff();');
            }
          }
        },
      ),
    );
  });
});

describe('what a question wants of files', () => {
  it('is that one glob fits and none that takes away', () => {
    const fits = pathFilter(['src/**', '!*.test.ts']);
    expect(['src/a.ts', 'src/a.test.ts', 'docs/a.md'].filter(fits)).toEqual(['src/a.ts']);
    expect(['src/a.ts', 'docs/a.md'].filter(pathFilter(['!docs/**']))).toEqual(['src/a.ts']);
  });

  it('is no time where it names none', () => {
    expect(timeSpanOf({ since: 'yesterday-ish' })).toBeUndefined();
    expect(timeSpanOf({ since: '2026-01-01T00:00:00Z' })).toEqual({
      since: 1_767_225_600,
      until: Number.MAX_SAFE_INTEGER,
    });
  });
});
