import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmbeddingPlan } from '../../../../src/core/memory/embedding/embeddingPlan.ts';
import type { MemoryKind } from '../../../../src/protocol/memory.ts';

const rank: Readonly<Partial<Record<MemoryKind, number>>> = { document: 0, decision: 0, commit: 2, data: 2 };
const kinds: readonly MemoryKind[] = ['code', 'test', 'document', 'decision', 'commit', 'data'];

const owners = fc.uniqueArray(
  fc.record({
    owner: fc.stringMatching(/^[a-e]{1,3}$/),
    kind: fc.constantFrom(...kinds),
    churn: fc.integer({ min: 0, max: 3 }),
    chunks: fc.integer({ min: 0, max: 4 }),
    done: fc.integer({ min: 0, max: 4 }),
  }),
  { selector: ({ owner }) => owner, maxLength: 30 },
);

describe('the plan of what is embedded', () => {
  it('gives the same order as sorting all by use, kind, churn and name', () => {
    fc.assert(
      fc.property(
        owners,
        fc.array(fc.nat(40), { maxLength: 6 }),
        fc.integer({ min: 1, max: 10 }),
        (all, uses, count) => {
          const plan = new EmbeddingPlan();
          const used: string[] = [];
          for (const { owner, kind, churn, chunks, done } of all) {
            const hashes = Array.from({ length: chunks }, (_, at) => String(at));
            plan.set({ owner, kind, churn, hashes }, Math.min(done, chunks));
          }
          for (const at of uses) {
            const owner = all[at]?.owner;
            if (owner !== undefined) {
              plan.use([owner]);
              used.push(owner);
            }
          }
          const sorted = all
            .filter(({ chunks, done }) => done < chunks)
            .toSorted(
              (one, other) =>
                used.lastIndexOf(other.owner) - used.lastIndexOf(one.owner) ||
                (rank[one.kind] ?? 1) - (rank[other.kind] ?? 1) ||
                other.churn - one.churn ||
                (one.owner < other.owner ? -1 : 1),
            )
            .map(({ owner }) => owner);
          expect(plan.next(count)).toEqual(sorted.slice(0, count));
          expect(plan.waitingOwners).toBe(sorted.length);
          expect(plan.counts).toEqual({
            done: all.reduce((sum, { chunks, done }) => sum + Math.min(done, chunks), 0),
            total: all.reduce((sum, { chunks }) => sum + chunks, 0),
          });
        },
      ),
    );
  });

  it('counts right whatever is set, advanced, finished and removed', () => {
    const step = fc.record({
      owner: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('set', 'advance', 'finish', 'remove'),
      chunks: fc.integer({ min: 0, max: 5 }),
      done: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const plan = new EmbeddingPlan();
        const naive = new Map<string, { done: number; total: number; waiting: boolean }>();
        for (const { owner, what, chunks, done } of steps) {
          const had = naive.get(owner);
          if (what === 'set') {
            const now = Math.min(done, chunks);
            plan.set({ owner, kind: 'code', churn: 0, hashes: Array.from({ length: chunks }, String) }, now);
            naive.set(owner, { done: now, total: chunks, waiting: now < chunks });
          } else if (what === 'remove') {
            plan.remove(owner);
            naive.delete(owner);
          } else if (what === 'advance') {
            plan.advance(owner, done);
            if (had !== undefined) {
              had.done = Math.min(done, had.total);
            }
          } else {
            plan.finish(owner);
            if (had !== undefined) {
              Object.assign(had, { done: had.total, waiting: false });
            }
          }
        }
        const left = [...naive.values()];
        expect(plan.counts).toEqual({
          done: left.reduce((sum, each) => sum + each.done, 0),
          total: left.reduce((sum, each) => sum + each.total, 0),
        });
        expect(plan.waitingOwners).toBe(left.filter(({ waiting }) => waiting).length);
      }),
    );
  });
});
