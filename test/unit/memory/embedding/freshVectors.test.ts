import { expect, it } from 'vitest';
import { FreshVectors } from '../../../../src/node/memory/embedding/freshVectors.ts';
import { MemoryVectorIndex } from '../../../fakes/memory/memoryVectorIndex.ts';
import { MemoryVectorJournal } from '../../../fakes/memory/memoryVectorJournal.ts';

const vector = Float32Array.of(1, 0);

it('vectors that were made for an owner that goes are not in the journal any more, and those of others are', async () => {
  const [index, journal] = [new MemoryVectorIndex(2), new MemoryVectorJournal()];
  const fresh = new FreshVectors(index, journal);
  await fresh.add([
    { hash: 'one', owner: 'a.ts', vector },
    { hash: 'two', owner: 'b.ts', vector },
  ]);
  expect([...journal.held.keys()]).toEqual(['one', 'two']);
  await fresh.remove(['a.ts']);
  expect([...journal.held.keys()]).toEqual(['two']);
  expect(await fresh.find('one')).toBeUndefined();
  expect(await fresh.find('two')).toEqual(vector);
});
