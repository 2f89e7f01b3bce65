import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../../../src/core/tools/readJson.ts';

const mended = (value: unknown) => ({ kind: 'read', value, mended: true });

describe('readJson', () => {
  it('reads JSON as it is', () => {
    expect(readJson(' {"a": [1, "x"]} ')).toEqual({ kind: 'read', value: { a: [1, 'x'] }, mended: false });
  });

  it.each([
    ["{'name': 'x', 'n': 1}", { name: 'x', n: 1 }],
    ['{name: "x", deep: {a: [1, 2,],},}', { name: 'x', deep: { a: [1, 2] } }],
    ['{"a": True, "b": False, "c": None}', { a: true, b: false, c: null }],
    ['{"a": "two\nlines"}', { a: 'two\nlines' }],
    ['{"a": "tab\there"}', { a: 'tab\there' }],
    [String.raw`{"a": "\d+\.\w"}`, { a: String.raw`\d+\.\w` }],
    [String.raw`{"a": "it\'s"}`, { a: "it's" }],
    [String.raw`{'a': 'it\'s "so"'}`, { a: 'it\'s "so"' }],
    [String.raw`{"a": "C:\\x\y", }`, { a: String.raw`C:\x\y` }],
    [String.raw`{"a": "\u00e9\n", }`, { a: '\u00e9\n' }],
  ])('mends %s', (text, value) => {
    expect(readJson(text)).toEqual(mended(value));
  });

  it.each(['{"a": "x', '{"a": {"b": 1}', '{"a": 1,', "{'a': 'it", '{"a": "x\\"}', '{', '{"a"', '{"a":'])(
    'says that %s is cut',
    (text) => {
      expect(readJson(text)).toEqual({ kind: 'cut' });
    },
  );

  it.each([
    '{"a": "say "hi" to"}',
    '{"a": "x" "y"}',
    '{"a": "x", "b", "c": 1}',
    '{"a": 1} {"b": 2}',
    '{"a": 1} and so on',
    'Here: {"a": 1,}',
    '{"a": x + y}',
    '{"a": 1 // why\n}',
    '{"a": "x",, "b": 1}',
    '[1, 2}',
    '{"a": "half \\u00"}',
    "{'a': 1, a: 2}",
    "'x'",
    '',
    'null,',
    `${'['.repeat(40)}1,${']'.repeat(40)}`,
  ])('does not guess at %s', (text) => {
    expect(readJson(text).kind).not.toBe('read');
  });

  const flat = fc.dictionary(
    fc.string({ unit: fc.constantFrom('a', 'b', '_', 'path'), minLength: 1, maxLength: 4 }),
    fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '"', "'", '\\', '\n', '{', '}', ',', ':', ' ', '/', '#', '`', 'é') }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    ),
    { minKeys: 1, maxKeys: 4 },
  );

  it('reads no prefix of any document, however it is written', () => {
    const spelled = fc.tuple(flat, fc.boolean(), fc.boolean()).map(([value, python, comma]) => {
      const json = JSON.stringify(value, undefined, 1);
      const words = python ? json.replace(/^( "\w+": )null/gm, '$1None') : json;
      return comma ? words.replace(/\n\}$/, ',\n}') : words;
    });
    fc.assert(
      fc.property(spelled, fc.nat(), (text, at) => {
        const cut = text.slice(0, at % text.length).trimEnd();
        expect(readJson(cut).kind).not.toBe('read');
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives back exactly the document, whichever of its usual faults it has', () => {
    const quoted = (text: string): string =>
      `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
    const written = (value: unknown): string =>
      typeof value === 'string'
        ? quoted(value)
        : value === null
          ? 'None'
          : typeof value === 'boolean'
            ? value
              ? 'True'
              : 'False'
            : JSON.stringify(value);
    fc.assert(
      fc.property(flat, (value) => {
        const text = `{${Object.entries(value)
          .map(([key, member]) => `${key}: ${written(member)},`)
          .join('\n')}}`;
        expect(readJson(text)).toEqual(mended(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws, and mends nothing into other strings than those that stand there', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ':',
      ',',
      'a',
      'null',
      'True',
      '1',
      '\\',
      '\n',
      ' ',
      '//',
      '"x"',
      '"b":',
      '```',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 14 }).map((all) => all.join('')),
        (text) => {
          const read = readJson(text);
          if (read.kind === 'read' && read.mended) {
            const strings = JSON.stringify(read.value).match(/"(?:[^"\\]|\\.)+"/g) ?? [];
            for (const string of strings) {
              expect(text).toContain(String(JSON.parse(string)).replaceAll('\\', ''));
            }
          }
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
