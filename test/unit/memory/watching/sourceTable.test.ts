import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChangeBatch } from '../../../../src/core/memory/watching/changeBatch.ts';
import { burstPaths, quietTime } from '../../../../src/core/memory/watching/quietTime.ts';
import { SourceTable } from '../../../../src/core/memory/watching/sourceTable.ts';

const path = fc
  .array(fc.constantFrom('a', 'b', 'c', '__proto__'), { minLength: 1, maxLength: 4 })
  .map((steps) => steps.join('/'));

describe('the table of what was told', () => {
  test('knows its folders whatever was put in and taken out', () => {
    const change = fc.record({ path, what: fc.constantFrom('file', 'skip', 'delete') });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), path, (changes, folder) => {
        const table = new SourceTable();
        const paths = new Set<string>();
        for (const { path, what } of changes) {
          if (what === 'delete') {
            table.delete(path);
            paths.delete(path);
          } else {
            paths.add(path);
            if (what === 'file') {
              table.set(path, { bytes: 1, modified: 1 });
            } else {
              table.skip(path, 'binary');
            }
          }
        }
        expect(new Set(table.paths())).toEqual(paths);
        const below = [...paths].filter((one) => one.startsWith(`${folder}/`));
        expect(table.hasFolder(folder)).toBe(below.length > 0);
        expect(table.below(new Set([folder])).toSorted()).toEqual(below.toSorted());
      }),
    );
  });
});

describe('a batch', () => {
  test('holds a path once, as it was judged last, and is empty when it was taken', () => {
    const batch = new ChangeBatch();
    const file = { path: 'a', bytes: 1, modified: 2 };
    batch.removed('a');
    batch.changed(file);
    batch.changed({ ...file, path: 'b' });
    batch.skipped('b', 'binary');
    batch.removed('c');
    expect(batch.take(true, 'head')).toEqual({
      changed: [file],
      skipped: [{ path: 'b', reason: 'binary' }],
      removed: ['c'],
      complete: true,
      head: 'head',
    });
    expect(batch.take(false, undefined)).toEqual({ changed: [], skipped: [], removed: [], complete: false });
  });
});

describe('the wait for more hints', () => {
  test('is short for a save and longer for a burst, and never goes on for ever', () => {
    expect(quietTime(1, 0)).toBeLessThanOrEqual(20);
    expect(quietTime(burstPaths + 1, 0)).toBeGreaterThan(quietTime(1, 0));
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(10_000), (waiting, waited) => {
        const wait = quietTime(waiting, waited);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(waited >= 1_500 ? wait : 0).toBe(0);
      }),
    );
  });
});
