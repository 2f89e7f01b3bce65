import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { VectorIndex, VectorItem } from '../../../../src/core/memory/vectorIndex.ts';
import { indexFolder, randomNumbers, unitVector, value } from './vectorFixtures.ts';

const dimensions = 20;
const owners = Array.from({ length: 12 }, (_, n) => `owner ${n}`);

type Step =
  | {
      readonly kind: 'replace';
      readonly changes: readonly { readonly owner: string; readonly seeds: readonly number[] }[];
    }
  | { readonly kind: 'search'; readonly seed: number; readonly count: number; readonly accepted: readonly string[] }
  | { readonly kind: 'reopen' | 'clear' };

const owner = fc.constantFrom(...owners);
// Few seeds, so that hashes and vectors occur in several owners.
const seeds = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('replace' as const),
        changes: fc.array(fc.record({ owner, seeds }), { maxLength: 4 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('search' as const),
        seed: fc.integer(),
        count: fc.integer({ min: 1, max: 15 }),
        accepted: fc.subarray(owners),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
  ),
  { minLength: 3, maxLength: 25 },
);

function toItem(seed: number, ordinal: number): VectorItem {
  return {
    hash: `hash ${seed}`,
    ordinal,
    startLine: seed,
    endLine: seed + ordinal,
    vector: unitVector(randomNumbers(seed), dimensions),
  };
}

/** What the index is to answer, by nothing but the definition of the cosine. */
class NaiveIndex {
  readonly items = new Map<string, readonly VectorItem[]>();

  scores(query: Float32Array, accepted: readonly string[]): number[] {
    return accepted
      .flatMap((name) => this.items.get(name) ?? [])
      .map(({ vector }) => cosine(query, vector))
      .sort((a, b) => b - a);
  }
}

function cosine(one: Float32Array, other: Float32Array): number {
  const sum = one.reduce((total, part, index) => total + part * (other[index] ?? 0), 0);
  return sum / (Math.hypot(...one) * Math.hypot(...other));
}

async function expectAlike(
  index: VectorIndex,
  naive: NaiveIndex,
  step: Extract<Step, { kind: 'search' }>,
): Promise<void> {
  const query = unitVector(randomNumbers(step.seed), dimensions);
  for (const accepted of [owners, step.accepted]) {
    const hits = await index.search(
      query,
      step.count,
      accepted === owners ? undefined : (name) => accepted.includes(name),
    );
    const expected = naive.scores(query, accepted).slice(0, step.count);
    expect(hits).toHaveLength(expected.length);
    hits.forEach((hit, at) => {
      expect(hit.score).toBeCloseTo(expected[at] ?? Number.NaN, 6);
      const item = naive.items.get(hit.owner)?.[hit.ordinal];
      expect(accepted).toContain(hit.owner);
      expect(item).toMatchObject({ hash: hit.hash, startLine: hit.startLine, endLine: hit.endLine });
      expect(cosine(query, item?.vector ?? query)).toBeCloseTo(hit.score, 6);
    });
  }
}

async function expectSameItems(index: VectorIndex, naive: NaiveIndex): Promise<void> {
  const present = [...naive.items].filter(([, items]) => items.length > 0);
  expect([...index.owners()].sort()).toEqual(present.map(([name]) => name).sort());
  expect(index.status()).toMatchObject({
    owners: present.length,
    items: present.reduce((sum, [, items]) => sum + items.length, 0),
    lostShards: [],
  });
  const hashes = new Set(present.flatMap(([, items]) => items.map(({ hash }) => hash)));
  for (const [name, items] of present) {
    expect(index.hashesOf(name)).toEqual(items.map(({ hash }) => hash));
  }
  for (let seed = 1; seed <= 40; seed += 1) {
    const vector = await index.vectorOf(`hash ${seed}`);
    expect(vector).toEqual(hashes.has(`hash ${seed}`) ? toItem(seed, 0).vector : undefined);
  }
}

it('answers as a plain list of vectors does, whatever is put, taken away, opened again and grown', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const folder = indexFolder(dimensions);
      const open = async (): Promise<VectorIndex> => value(await folder.open({ meanShardItems: 1 }));
      try {
        let index = await open();
        const naive = new NaiveIndex();
        for (const step of plan) {
          if (step.kind === 'replace') {
            const changes = step.changes.map(({ owner, seeds }) => ({ owner, items: seeds.map(toItem) }));
            value(await index.replaceAll(changes));
            changes.forEach(({ owner, items }) => naive.items.set(owner, items));
          } else if (step.kind === 'search') {
            await expectAlike(index, naive, step);
          } else if (step.kind === 'clear') {
            value(await index.clear());
            naive.items.clear();
          } else {
            await index.close();
            index = await open();
          }
        }
        await expectSameItems(index, naive);
        await index.close();
        await expectSameItems(await open(), naive);
      } finally {
        await folder.remove();
      }
    }),
    { numRuns: process.env['NIGHTSHIFT_LONG'] === '1' ? 500 : 12 },
  );
});
