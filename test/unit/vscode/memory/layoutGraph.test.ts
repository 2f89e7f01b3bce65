import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Edge, edgeKinds, type Entity, type GraphResult } from '../../../../src/protocol/memory.ts';
import { layoutGraph, nextInDirection } from '../../../../src/vscode/memory/graph/layoutGraph.ts';

const entity = (id: string): Entity => ({ id, kind: 'symbol', label: id });
const edge = (from: string, to: string, kind: Edge['kind'] = 'calls', weight = 1): Edge => ({ from, to, kind, weight });

function graph(edges: readonly Edge[], center = 'c'): GraphResult {
  const ids = new Set(edges.flatMap(({ from, to }) => [from, to]));
  ids.delete(center);
  return { center: entity(center), others: [], entities: [...ids].map(entity), edges: [...edges] };
}

const anyGraph = fc
  .array(
    fc.record({
      from: fc.integer({ min: 0, max: 60 }).map((value) => `n${value}`),
      to: fc.integer({ min: 0, max: 60 }).map((value) => `n${value}`),
      kind: fc.constantFrom(...edgeKinds),
      weight: fc.double({ min: 0, max: 100, noNaN: true }),
    }),
    { maxLength: 150 },
  )
  .map((edges) => graph(edges, 'n0'));

describe('where things of a graph are drawn', () => {
  test('nothing is drawn around nothing', () => {
    const none = { others: [], entities: [entity('a')], edges: [] };
    expect(layoutGraph(none)).toEqual({ placed: [], edges: [], width: 0, height: 0 });
  });

  test('the same ties stand side by side, the strongest first, with words for them', () => {
    const { placed } = layoutGraph(
      graph([
        edge('t', 'c', 'tests'),
        edge('c', 'weak', 'calls', 1),
        edge('caller', 'c', 'calls'),
        edge('c', 'strong', 'calls', 9),
        edge('f', 'c', 'defines'),
      ]),
    );
    expect(placed.map(({ entity: { id }, tie, distance }) => [id, tie, distance])).toEqual([
      ['c', '', 0],
      ['strong', 'calls', 1],
      ['weak', 'calls', 1],
      ['caller', 'called by', 1],
      ['t', 'tested by', 1],
      ['f', 'defined in', 1],
    ]);
    expect(placed[0]).toMatchObject({ x: 0, y: 0 });
    // The first one stands straight above the centre.
    expect(placed[1]).toMatchObject({ x: 0, y: -130 });
  });

  test('what is tied to the centre through another thing stands further away', () => {
    const { placed } = layoutGraph(graph([edge('c', 'a'), edge('a', 'b')]));
    expect(placed.map(({ entity: { id }, distance }) => [id, distance])).toEqual([
      ['c', 0],
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('the same graph is drawn the same, whatever the order of its parts', () => {
    fc.assert(
      fc.property(anyGraph, fc.infiniteStream(fc.nat()), (whole, order) => {
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, at: order.next().value }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const other = { ...whole, entities: shuffled(whole.entities), edges: shuffled(whole.edges) };
        expect(layoutGraph(other)).toEqual(layoutGraph(whole));
      }),
    );
  });

  test('everything is drawn once, inside the drawing, and no two things meet', () => {
    fc.assert(
      fc.property(anyGraph, (whole) => {
        const { placed, edges, width, height } = layoutGraph(whole);
        expect(placed.map(({ entity: { id } }) => id).sort()).toEqual(
          ['n0', ...whole.entities.map(({ id }) => id)].sort(),
        );
        const ids = new Set(placed.map(({ entity: { id } }) => id));
        expect(edges.every(({ from, to }) => ids.has(from) && ids.has(to) && from !== to)).toBe(true);
        for (const [at, one] of placed.entries()) {
          expect(Math.abs(one.x)).toBeLessThanOrEqual(width / 2);
          expect(Math.abs(one.y)).toBeLessThanOrEqual(height / 2);
          for (const other of placed.slice(at + 1)) {
            expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(40);
          }
        }
      }),
    );
  });
});

describe('moving with the arrow keys', () => {
  const layout = layoutGraph(graph([edge('c', 'a'), edge('c', 'b'), edge('c', 'd'), edge('c', 'e')]));

  test('goes to what lies in that direction and comes back', () => {
    const to = (['up', 'right', 'down', 'left'] as const).map((direction) => nextInDirection(layout, 'c', direction));
    expect(to).toEqual(['a', 'b', 'd', 'e']);
    expect(nextInDirection(layout, 'a', 'down')).toBe('c');
  });

  test('stays where nothing lies in that direction, and starts in the middle', () => {
    expect(nextInDirection(layout, 'a', 'up')).toBeUndefined();
    expect(nextInDirection(layout, 'gone', 'up')).toBe('c');
  });

  test('reaches every thing of a graph from its middle', () => {
    fc.assert(
      fc.property(anyGraph, (whole) => {
        const drawn = layoutGraph(whole);
        const reached = new Set(['n0']);
        for (const id of reached) {
          for (const direction of ['up', 'down', 'left', 'right'] as const) {
            const next = nextInDirection(drawn, id, direction);
            if (next !== undefined) {
              reached.add(next);
            }
          }
        }
        expect(drawn.placed.map(({ entity: { id } }) => id).filter((id) => !reached.has(id))).toEqual([]);
      }),
    );
  });
});
