import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../../src/core/memory/recall/splitWords.ts';
import { sharedName } from '../../../../src/core/memory/testedName.ts';
import { understandQuery } from '../../../../src/core/memory/recall/understandQuery.ts';
import { wordRoot } from '../../../../src/core/memory/recall/wordRoot.ts';

describe('splitting words', () => {
  it('gives an identifier whole and in parts, however it is written', () => {
    expect(splitWords('readHTTPFile')).toEqual(['readhttpfile', 'read', 'http', 'file']);
    expect(splitWords('max_retry_2')).toEqual(['maxretry2', 'max', 'retry', '2']);
    expect(splitWords('no-unused-vars x')).toEqual(['no', 'unused', 'vars']);
    expect(splitWords('Ünïcode größe')).toEqual(['ünïcode', 'größe']);
  });

  it('takes every character of a script without spaces for a word', () => {
    expect(splitWords('検索する')).toEqual(['検', '索', 'す', 'る']);
    expect(splitWords('検索する'.repeat(20))).toHaveLength(80);
    expect(splitWords(`検${'a'.repeat(65)}索`)).toEqual(['検', '索']);
  });

  it('gives the same words for the words it gave, and none that is data', () => {
    expect(splitWords('a'.repeat(65))).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }), (units) => {
        const words = splitWords(String.fromCharCode(...units));
        expect(words.every((word) => word.length <= 128 && !/[\s"]/.test(word))).toBe(true);
        expect(splitWords(words.join(' ')).length).toBeLessThanOrEqual(words.length * 64);
      }),
    );
  });
});

describe('what a test and what it tests have in common', () => {
  it.each([
    ['src/cart.ts', 'test/cart.test.ts', 'cart'],
    ['cart.py', 'tests/test_cart.py', 'cart'],
    ['pkg/cart.go', 'pkg/cart_test.go', 'cart'],
    ['main/Cart.java', 'test/CartTest.java', 'cart'],
    ['main/Cart.java', 'test/TestCart.java', 'cart'],
    ['main/Cart.php', 'test/CartTestCase.php', 'cart'],
    ['src/cart.ts', 'test/cart.integration.test.ts', 'cart'],
  ])('is the name without marks: %s, %s', (source, test, name) => {
    expect([sharedName(source), sharedName(test)]).toEqual([name, name]);
  });

  it('is nothing where hardly a name is left', () => {
    expect(sharedName('src/io.test.ts')).toBe('');
    expect(sharedName('')).toBe('');
  });
});

describe('understanding a question', () => {
  it('leaves out what is done, and counts what the first line says double', () => {
    const { terms, messageTerms } = understandQuery('Fix the retry limit\n\nbackoff grows too fast');
    expect(terms).toEqual([
      { word: 'retry', weight: 2 },
      { word: 'limit', weight: 2 },
      { word: 'backoff', weight: 1 },
      { word: 'grows', weight: 1 },
      { word: 'fast', weight: 1 },
    ]);
    expect(messageTerms[0]).toEqual({ word: 'fix', weight: 2 });
  });

  it('asks for the verbs where there is nothing else, and for a single letter', () => {
    expect(understandQuery('fix tests').terms.map(({ word }) => word)).toEqual(['fix', 'tests']);
    expect(understandQuery('x').terms).toEqual([{ word: 'x', weight: 1 }]);
    expect(understandQuery(' \n\t').terms).toEqual([]);
  });

  it('keeps words that stand side by side, quoted runs, paths, and names of the frames', () => {
    const understood = understandQuery('body limit of `parse the body` in src/body/parse.ts, index.js, e.g. 1.2.', [
      { path: '/app/src/readBody.ts', line: 3, symbol: 'readAll' },
    ]);
    expect(understood.phrases).toEqual(expect.arrayContaining(['body limit', 'parse the body']));
    expect(understood.paths).toEqual(['src/body/parse.ts', 'index.js']);
    expect([understood.aboutTests, understandQuery('test: fix it').aboutTests]).toEqual([false, true]);
    expect(understood.terms.map(({ word }) => word)).toEqual(expect.arrayContaining(['readbody', 'readall']));
  });

  it('takes a bounded number of words from any text, quickly', () => {
    const begun = performance.now();
    for (const text of [
      'word'.repeat(25_000),
      'some words of many '.repeat(6_000),
      '\u0000"\'`('.repeat(20_000),
      '/a'.repeat(50_000),
    ]) {
      const { terms, phrases, paths } = understandQuery(text);
      expect(terms.length).toBeLessThanOrEqual(48);
      expect(phrases.length + paths.length).toBeLessThanOrEqual(36);
    }
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe('the root of a word', () => {
  it('is shared by its forms', () => {
    expect(new Set(['retry', 'retries', 'retried'].map(wordRoot)).size).toBe(1);
    fc.assert(fc.property(fc.string(), (word) => word.startsWith(wordRoot(word))));
  });
});
