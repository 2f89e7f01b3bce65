import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import {
  cleanStorage,
  judgeStorage,
  type StoragePolicy,
  type StorageSource,
  type StoredItem,
} from '../../../../src/core/sandbox/housekeeping.ts';
import { type StorageClass, storageClasses, storageSums } from '../../../../src/protocol/storage.ts';

const never = new AbortController().signal;
const now = 1_800_000_000_000;
const day = 86_400_000;
const policy: StoragePolicy = { now, began: now - 60_000, imageBytes: 1_000 };

let made = 0;
function item(changes: Partial<StoredItem> & { readonly class: StorageClass }): StoredItem {
  made += 1;
  return { id: `id-${made}`, name: `name-${made}`, bytes: 100, usedAt: now - 100 * day, ...changes };
}

function verdicts(items: readonly StoredItem[], changes: Partial<StoragePolicy> = {}) {
  return judgeStorage(items, { ...policy, ...changes }).map(({ action }) => action);
}

const anyItem: fc.Arbitrary<StoredItem> = fc.record(
  {
    class: fc.constantFrom(...storageClasses),
    id: fc.uuid(),
    name: fc.string(),
    bytes: fc.integer({ min: 0, max: 2_000 }),
    usedAt: fc.integer({ min: now - 400 * day, max: now + day }),
    owner: fc.constantFrom('alive', 'dead', 'elsewhere'),
    inUse: fc.constant('a container uses it'),
    task: fc.record({ ended: fc.constantFrom('not-yet', 'stopped', 'over', 'unknown'), hasWork: fc.boolean() }),
  },
  { requiredKeys: ['class', 'id', 'name', 'bytes', 'usedAt'] },
);
const anyPolicy = fc.record(
  {
    now: fc.constant(now),
    began: fc.integer({ min: now - day, max: now }),
    imageBytes: fc.integer({ min: 0, max: 4_000 }),
    olderThanDays: fc.integer({ min: 0, max: 400 }),
  },
  { requiredKeys: ['now', 'began', 'imageBytes'] },
);

describe('what may be cleaned up', () => {
  it('never is unmerged work, what is in use, what a living or a foreign host owns, or the newest image of its kind', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 12 }), anyPolicy, (items, wanted) => {
        for (const { item: each, action } of judgeStorage(items, wanted)) {
          if (action !== 'remove') {
            continue;
          }
          const ofTask = each.class === 'task-tree';
          const ofOwner = each.class === 'sandbox' || each.class === 'volume';
          const isImage = each.class === 'base-image' || each.class === 'environment-image';
          expect(each.class).not.toBe('runtime-process');
          expect(isImage || ofOwner || each.class === 'dangling-image' ? each.inUse : undefined).toBeUndefined();
          expect(ofOwner && (each.owner === 'alive' || each.owner === 'elsewhere')).toBe(false);
          if (ofTask) {
            expect(each.task?.ended === 'over' || (each.task?.ended === 'stopped' && !each.task.hasWork)).toBe(true);
          }
          if (isImage) {
            expect(
              items.some((other) => other.class === each.class && other !== each && other.usedAt >= each.usedAt),
            ).toBe(true);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('answers every item once, in order', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 12 }), anyPolicy, (items, wanted) => {
        expect(judgeStorage(items, wanted).map((verdict) => verdict.item)).toEqual(items);
      }),
    );
  });

  it('takes images over the cap in the order of their last use until the rest fits', () => {
    const image = (usedAt: number, bytes: number) => item({ class: 'environment-image', usedAt, bytes });
    const images = [image(now - 1 * day, 400), image(now - 9 * day, 400), image(now - 5 * day, 400), image(now, 300)];
    expect(verdicts(images)).toEqual(['keep', 'remove', 'remove', 'keep']);
    expect(verdicts(images, { imageBytes: 1_100 })).toEqual(['keep', 'remove', 'keep', 'keep']);
    expect(verdicts(images, { imageBytes: 1_500 })).toEqual(['keep', 'keep', 'keep', 'keep']);
  });

  it('takes images that were not used for the given days, within the cap too', () => {
    const images = [
      item({ class: 'base-image', usedAt: now - 20 * day }),
      item({ class: 'base-image', usedAt: now - 2 * day }),
      item({ class: 'base-image', usedAt: now - 30 * day, inUse: 'a container uses it' }),
      item({ class: 'base-image', usedAt: now }),
    ];
    expect(verdicts(images)).toEqual(['keep', 'keep', 'keep', 'keep']);
    expect(verdicts(images, { olderThanDays: 14 })).toEqual(['remove', 'keep', 'keep', 'keep']);
  });

  it('takes boxes of dead hosts only', () => {
    const boxes = (['dead', 'alive', 'elsewhere'] as const).map((owner) => item({ class: 'sandbox', owner }));
    expect(verdicts(boxes, { olderThanDays: 0 })).toEqual(['remove', 'keep', 'keep']);
  });

  it('keeps what an active, a ready or a failed task with work has, and what cannot be read, however old', () => {
    const tasks = [
      { ended: 'not-yet', hasWork: true },
      { ended: 'stopped', hasWork: true },
      { ended: 'unknown', hasWork: true },
      { ended: 'stopped', hasWork: false },
      { ended: 'over', hasWork: false },
    ] as const;
    const items = tasks.map((task) => item({ class: 'task-tree', task }));
    expect(verdicts(items, { olderThanDays: 14 })).toEqual(['keep', 'keep', 'keep', 'remove', 'remove']);
    expect(verdicts(items)).toEqual(['keep', 'keep', 'keep', 'keep', 'keep']);
    expect(verdicts([item({ class: 'task-tree' })], { olderThanDays: 0 })).toEqual(['keep']);
  });

  it('takes temporary files from before this host began, and images without a name once no build can be under way', () => {
    expect(verdicts([item({ class: 'temporary' }), item({ class: 'temporary', usedAt: now - 1_000 })])).toEqual([
      'remove',
      'keep',
    ]);
    const nameless = (age: number) => item({ class: 'dangling-image', usedAt: now - age });
    expect(verdicts([nameless(30 * 60_000), nameless(2 * 3_600_000)])).toEqual(['keep', 'remove']);
  });
});

describe('cleaning up', () => {
  function source(
    classes: readonly StorageClass[],
    items: readonly StoredItem[],
    changes: Partial<StorageSource> = {},
  ) {
    const removed: string[] = [];
    const made: StorageSource = {
      classes,
      list: async () => ok(items),
      remove: async ({ id }) => {
        removed.push(id);
        return ok(undefined);
      },
      ...changes,
    };
    return { made, removed };
  }
  const dead = item({ class: 'sandbox', owner: 'dead', bytes: 7 });
  const alive = item({ class: 'sandbox', owner: 'alive', bytes: 5 });

  it('tells ages as people do, and counts the things that an item stands for', async () => {
    const images = [0, 1, 3].map((days) => item({ class: 'base-image', usedAt: now - days * day }));
    const why = judgeStorage(images, { ...policy, olderThanDays: 14 }).map((verdict) => verdict.why);
    expect(why).toEqual([
      'it is the newest of its kind',
      'it is not in use; its last use was 1 day ago, and it goes after 14 days',
      'it is not in use; its last use was 3 days ago, and it goes after 14 days',
    ]);
    const { made } = source(['loose-object'], [item({ class: 'loose-object', count: 3 })]);
    const { items } = await cleanStorage([made], policy, { apply: false }, never);
    expect(storageSums(items)).toMatchObject([{ class: 'loose-object', items: 3, removableItems: 3 }]);
  });

  it('removes nothing unless told to, and says what would go', async () => {
    const { made, removed } = source(['sandbox'], [dead, alive]);
    const report = await cleanStorage([made], policy, { apply: false }, never);
    expect(removed).toEqual([]);
    expect(report.items.map(({ action }) => action)).toEqual(['removable', 'kept']);
    expect(report.freedBytes).toBe(0);
    expect(storageSums(report.items)).toEqual([
      { class: 'sandbox', items: 2, bytes: 12, removableItems: 1, removableBytes: 7 },
    ]);
  });

  it('removes what may go and tells the freed bytes, what failed, and what could not be looked at', async () => {
    const stuck = item({ class: 'volume', owner: 'dead' });
    const first = source(['sandbox'], [dead, alive], { finish: async () => ok(3) });
    const second = source(['volume'], [stuck], { remove: async () => fail(failure('in-use', 'It is in use.')) });
    const third = source(['temporary'], [], { list: async () => fail(failure('io', 'The disk is gone.')) });
    const report = await cleanStorage([third.made, first.made, second.made], policy, { apply: true }, never);
    expect(first.removed).toEqual([dead.id]);
    expect(report).toMatchObject({
      problems: ['The disk is gone.'],
      freedBytes: 10,
      items: [
        { action: 'removed', why: 'its agent host is gone' },
        { action: 'kept' },
        { action: 'failed', why: 'It is in use.' },
      ],
    });
  });

  it('asks only the sources of the wanted classes, and touches only those classes', async () => {
    const file = item({ class: 'temporary' });
    const old = item({ class: 'task-tree', task: { ended: 'over', hasWork: false } });
    const files = source(['task-tree', 'temporary'], [file, old]);
    const engine = source(['sandbox'], [dead]);
    const wish = { apply: true, classes: ['temporary'] as const };
    await cleanStorage([engine.made, files.made], { ...policy, olderThanDays: 0 }, wish, never);
    expect([engine.removed, files.removed]).toEqual([[], [file.id]]);
  });
});
