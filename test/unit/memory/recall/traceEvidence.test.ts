import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repositoryPath } from '../../../../src/core/memory/recall/framePath.ts';
import { type TraceGraph, traceEvidence } from '../../../../src/core/memory/recall/traceEvidence.ts';
import type { QueryFrame } from '../../../../src/core/memory/recall/understandQuery.ts';

describe('a path of another machine', () => {
  test.each([
    ['/home/ada/shop/src/cart.ts', ['src/cart.ts', 'lib/cart.ts'], 'src/cart.ts'],
    ['/app/src/cart.ts', ['packages/shop/src/cart.ts', 'packages/page/lib/cart.ts'], 'packages/shop/src/cart.ts'],
    ['src/cart.ts', ['src/cart.ts', 'old/src/cart.ts'], 'src/cart.ts'],
    ['/app/src/cart.ts', ['tests/src/cart.ts', 'src/cart.ts'], 'src/cart.ts'],
    ['/app/dist/cart.js', ['src/cart.ts'], 'src/cart.ts'],
    ['/app/dist/shop/cart.js', ['src/shop/cart.ts', 'src/page/cart.ts'], 'src/shop/cart.ts'],
    [
      'com/shop/Cart.java',
      ['core/src/main/java/com/shop/Cart.java', 'core/src/main/java/com/page/Cart.java'],
      'core/src/main/java/com/shop/Cart.java',
    ],
    ['/app/cart.ts', ['a/cart.ts', 'b/cart.ts'], undefined],
    ['/app/cart.py', ['src/cart.ts'], undefined],
    ['/app/other.ts', [], undefined],
  ])('%s of %j is %s', (path, candidates, expected) => {
    expect(repositoryPath(path, candidates)).toBe(expected);
  });

  test('is the file that was laid under any folder', () => {
    const part = fc.stringMatching(/^[a-z]{1,6}$/);
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join('/')}.ts`);
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 6 }), fc.nat(), part, (paths, index, root) => {
        const chosen = paths[index % paths.length] ?? '';
        const found = repositoryPath(`/${root}/${chosen}`, paths);
        // Another file can end with more of it only where it ends with the whole.
        expect(found === undefined || `/${root}/${chosen}`.endsWith(found) || found.endsWith(chosen)).toBe(true);
        expect(repositoryPath(chosen, paths)).toBe(chosen);
      }),
    );
  });
});

const graph: TraceGraph = {
  pathsNamed: (path) =>
    ['src/cart.ts', 'src/main.ts'].filter((known) => known.split('/').at(-1) === path.split('/').at(-1)),
  symbolAt: (path) => (path === 'src/cart.ts' ? { qualified: 'Cart.add', line: 10 } : undefined),
  commitsOf: (path) =>
    path === 'src/cart.ts'
      ? [
          { hash: 'c2', subject: 'Price all parcels' },
          { hash: 'c1', subject: 'Begin' },
        ]
      : [],
  tasksOf: (path) => (path === 'src/main.ts' ? [{ id: 'e1', weight: 1 }] : []),
};

const frame = (path: string, line: number): QueryFrame => ({ path, line });

describe('what a stack leads to', () => {
  test('is files and symbols, innermost first, then what touched and solved them', () => {
    const found = traceEvidence(
      [frame('/x/src/cart.ts', 12), frame('/x/src/gone.ts', 1), frame('/x/src/main.ts', 3)],
      graph,
    );
    expect(found.map(({ kind, id, reason }) => `${kind} ${id}: ${reason}`)).toEqual([
      'file src/cart.ts: frame 1: Cart.add at src/cart.ts:12',
      'file src/main.ts: frame 2: src/main.ts:3',
      'commit c2: touched src/cart.ts of frame 1: Cart.add at src/cart.ts:12',
      'task e1: changed src/main.ts of frame 2: src/main.ts:3',
      'commit c1: touched src/cart.ts of frame 1: Cart.add at src/cart.ts:12',
    ]);
    expect(found[0]?.weight).toBe(1);
  });

  test('names each thing once, by its innermost frame', () => {
    const found = traceEvidence([frame('/x/src/cart.ts', 12), frame('/x/src/cart.ts', 40)], graph);
    expect(found.filter(({ kind }) => kind === 'file')).toEqual([expect.objectContaining({ line: 12, weight: 1 })]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  });

  test('prefers of the commits of a file those that name the symbol of the frame', () => {
    const named: TraceGraph = {
      ...graph,
      commitsOf: () => [
        { hash: 'c3', subject: 'Begin' },
        { hash: 'c2', subject: 'Let add() take two' },
      ],
    };
    const weightOf = (asked: TraceGraph): number | undefined =>
      traceEvidence([frame('/x/src/cart.ts', 12)], asked).findLast(({ kind }) => kind === 'commit')?.weight;
    expect(weightOf(named)).toBeGreaterThan(weightOf(graph) ?? 0);
  });

  test('takes the line of the symbol where what ran was built from the file', () => {
    const [file] = traceEvidence([{ path: '/x/dist/cart.js', line: 4_000, symbol: 'Cart.add' }], {
      ...graph,
      pathsNamed: () => ['src/cart.ts'],
    });
    expect(file).toMatchObject({ id: 'src/cart.ts', line: 10, reason: 'frame 1: Cart.add at src/cart.ts:10' });
  });

  test('is little, however long the stack is', () => {
    const many: TraceGraph = {
      pathsNamed: (path) => [path],
      symbolAt: () => undefined,
      commitsOf: (path, count) => Array.from({ length: count }, (_, age) => ({ hash: `${path}-${age}`, subject: '' })),
      tasksOf: (path, count) => Array.from({ length: count }, (_, age) => ({ id: `${path}-${age}`, weight: 1 })),
    };
    const found = traceEvidence(
      Array.from({ length: 300 }, (_, index) => frame(`src/f${index}.ts`, 1)),
      many,
    );
    const count = (wanted: string): number => found.filter(({ kind }) => kind === wanted).length;
    expect([count('file'), count('commit'), count('task')]).toEqual([40, 3, 3]);
  });
});
