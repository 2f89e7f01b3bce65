import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallPieces } from '../../../../src/node/models/openai/callPieces.ts';
import type { CallPiece } from '../../../../src/node/models/openai/openaiWire.ts';

const given = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true });

function gathered(pieces: readonly CallPiece[], wasCut = false) {
  const calls = new CallPieces();
  pieces.forEach((piece) => calls.add(piece));
  return calls.finished(wasCut);
}

/** The text cut at the places given, empty pieces included. */
function cut(text: string, places: readonly number[]): string[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return sorted.slice(1).map((end, at) => text.slice(sorted[at], end));
}

describe('calls in pieces', () => {
  it('are put together whatever they are cut into, with names repeated or not', () => {
    fc.assert(
      fc.property(
        fc.array(given, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(200)),
        fc.boolean(),
        (all, places, again) => {
          const pieces = all.flatMap((value, index): CallPiece[] => {
            const named = { index, id: `id${index}`, function: { name: `tool${index}` } };
            const [first = '', ...rest] = cut(JSON.stringify(value), places);
            return [
              { ...named, function: { ...named.function, arguments: first } },
              ...rest.map((text) => ({
                index,
                ...(again ? { id: named.id } : {}),
                function: { ...(again ? named.function : {}), arguments: text },
              })),
            ];
          });
          expect(gathered(pieces)).toEqual(
            all.map((value, index) => ({
              id: `id${index}`,
              name: `tool${index}`,
              arguments: JSON.parse(JSON.stringify(value)),
            })),
          );
        },
      ),
    );
  });

  it('that all have the number 0, or none, are told apart by their ids, and whole ones without ids by their names', () => {
    const whole = (id: string | undefined, index: number | undefined, n: number): CallPiece => ({
      ...(id === undefined ? {} : { id }),
      ...(index === undefined ? {} : { index }),
      function: { name: 'read_file', arguments: `{"n":${n}}` },
    });
    for (const [ids, index] of [
      [['a', 'b'], 0],
      [['a', 'b'], undefined],
      [[undefined, undefined], 0],
      [[undefined, undefined], undefined],
    ] as const) {
      const calls = gathered(ids.map((id, n) => whole(id, index, n)));
      expect(calls.map((call) => call.arguments)).toEqual([{ n: 0 }, { n: 1 }]);
    }
  });

  it('keep a text that is not JSON as it came, and take none as no arguments', () => {
    const call = (text: string): CallPiece => ({ index: 0, function: { name: 'x', arguments: text } });
    expect(gathered([call('{"path": "a')])[0]?.arguments).toBe('{"path": "a');
    expect(gathered([call(' ')])[0]?.arguments).toEqual({});
    expect(gathered([{ index: 0, function: { name: 'x', arguments: { path: 'a' } } }])[0]?.arguments).toEqual({
      path: 'a',
    });
  });

  it('without a name are an error, but for an answer that was cut', () => {
    const nameless: CallPiece[] = [{ index: 0, function: { arguments: '{}' } }];
    expect(() => gathered(nameless)).toThrow('names no tool');
    expect(gathered(nameless, true)).toEqual([]);
  });
});
