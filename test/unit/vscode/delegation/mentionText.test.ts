import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginMention, closeMention, openMention, rankPaths } from '../../../../src/vscode/delegation/mentionText.ts';

describe('a mention at the end of what is typed', () => {
  test.each([
    ['@', { sign: '@', words: '', start: 0 }],
    ['mend @src/cou', { sign: '@', words: 'src/cou', start: 5 }],
    ['make #add', { sign: '#', words: 'add', start: 5 }],
  ])('%j is open', (text, mention) => {
    expect(openMention(text)).toEqual(mention);
  });

  test.each(['', 'mend it', 'mail me@example.org', 'fix #123', '@counter.js now', 'in C# code'])(
    '%j is none',
    (text) => {
      expect(openMention(text)).toBeUndefined();
    },
  );

  test('is replaced by the name, so that the sentence reads on', () => {
    expect(closeMention('mend @cou', 'src/counter.js')).toBe('mend src/counter.js ');
  });

  test('leaves nothing behind where nothing else was said', () => {
    expect(closeMention('@cou', 'src/counter.js')).toBe('');
    expect(closeMention('  #ad', 'add')).toBe('');
  });

  test('what was begun is open, and what was closed is not, whatever stood before', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('@' as const, '#' as const), (text, sign) => {
        const begun = beginMention(text, sign);
        expect(openMention(begun)).toEqual({ sign, words: '', start: begun.length - 1 });
        expect(openMention(closeMention(begun, 'name'))).toBeUndefined();
      }),
    );
  });
});

describe('files for what was typed', () => {
  const paths = ['src/account.ts', 'src/counter.ts', 'docs/counters/readme.md', 'test/counter.test.ts', 'c/o/u/x.ts'];

  test('names that begin with it come first, then names and paths that have it, then letters in order', () => {
    expect(rankPaths(paths, 'COU', 10)).toEqual([
      'src/counter.ts',
      'test/counter.test.ts',
      'src/account.ts',
      'docs/counters/readme.md',
      'c/o/u/x.ts',
    ]);
  });

  test('what does not fit is left out, and no more than asked are given', () => {
    expect(rankPaths(paths, 'zzz', 10)).toEqual([]);
    expect(rankPaths(paths, '', 2)).toHaveLength(2);
  });

  test('every path is found by each of its own parts', () => {
    const path = fc.stringMatching(/^[a-z]{1,8}(\/[a-z.]{1,8}){0,3}$/);
    fc.assert(
      fc.property(path, fc.nat(), fc.nat(), (one, from, length) => {
        const start = from % one.length;
        expect(rankPaths([one], one.slice(start, start + 1 + (length % one.length)), 5)).toEqual([one]);
      }),
    );
  });
});
