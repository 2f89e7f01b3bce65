import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestQuery, memoryKinds, recallQuerySchema } from '../../../../src/protocol/memory.ts';
import { parseSearch, searchFilters } from '../../../../src/vscode/memory/searchText.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');

describe('what is typed into the search', () => {
  test.each([
    ['', undefined],
    ['   ', undefined],
    ['a', { query: 'a' }],
    ['why is the total wrong', { query: 'why is the total wrong' }],
    ['kind:commit retry', { query: 'retry', kinds: ['commit'] }],
    ['retry kind:code,TEST', { query: 'retry', kinds: ['code', 'test'] }],
    ['kind:code kind:test', { query: '', kinds: ['code', 'test'] }],
    ['path:src/** path:!**/*.css sum', { query: 'sum', paths: ['src/**', '!**/*.css'] }],
    ['lang:TypeScript', { query: '', languages: ['typescript'] }],
    ['since:2w x', { query: 'x', since: '2026-11-08T12:00:00.000Z' }],
    ['since:2026-01-31 x', { query: 'x', since: '2026-01-31T00:00:00.000Z' }],
    ['until:2026-01-31 x', { query: 'x', until: '2026-01-31T23:59:59.999Z' }],
    ['https://a.b/kind:code', { query: 'https://a.b/kind:code' }],
  ])('%j is %j', (text, query) => {
    expect(parseSearch(text, now)).toEqual({ query, notes: [] });
  });

  test.each([
    ['kind:of error', 'There is no kind "of"'],
    ['since:yesterday a', 'since:yesterday is no date'],
    ['until:2026-02-31 a', 'until:2026-02-31 is no date'],
  ])('a filter that means nothing, %j, is searched as words and said', (text, note) => {
    const { query, notes } = parseSearch(text, now);
    expect(query).toEqual({ query: text });
    expect(notes).toEqual([expect.stringContaining(note)]);
  });

  test('a text that is too long is cut, and that is said', () => {
    const { query, notes } = parseSearch('x'.repeat(longestQuery + 5), now);
    expect(query?.query).toHaveLength(longestQuery);
    expect(notes).toEqual(['Only the first 100,000 characters are looked for.']);
  });

  test('the lines of a stack trace are kept', () => {
    const trace = 'TypeError: x\n    at add (src/cart.ts:3:5)\n    at main';
    expect(parseSearch(trace, now).query?.query).toBe(trace);
  });

  test('whatever is typed is a question that the host takes', () => {
    const words = fc.constantFrom(
      'kind:',
      'kind:code',
      'since:',
      'since:9999y',
      'until:1m',
      'path:',
      'lang:x',
      ' ',
      ':',
    );
    const text = fc.array(fc.oneof(words, fc.string()), { maxLength: 8 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, (typed) => {
        const { query } = parseSearch(typed, now);
        expect(query === undefined || recallQuerySchema.safeParse(query).success).toBe(true);
      }),
    );
  });

  test('every filter that is offered is understood', () => {
    for (const { sample } of searchFilters) {
      const { query, notes } = parseSearch(`${sample} word`, now);
      expect([sample, query?.query, notes]).toEqual([sample, 'word', []]);
    }
    expect(searchFilters[0].what).toBe(memoryKinds.join(', '));
  });
});
