import { closeSync, openSync } from 'node:fs';
import { openVectorIndex } from '../../../../src/node/memory/vectra/openVectorIndex.ts';
import { itemsOf, randomNumbers, value } from './vectorFixtures.ts';

/** Runs as a process of its own, which it leaves without a file handle for a search, and says how many vectors are there then. */
const [directory = ''] = process.argv.slice(2);
const options = { directory, identity: 'test', dimensions: 16 };
const random = randomNumbers(5);
const owners = Array.from({ length: 60 }, (_, index) => `file${index}.ts`);
const made = value(await openVectorIndex(options));
value(await made.replaceAll(owners.map((owner) => ({ owner, items: itemsOf(owner, 3, random, 16) }))));
await made.close();
const index = value(await openVectorIndex(options));
const question = itemsOf('question', 1, random, 16)[0]?.vector ?? new Float32Array(16);
const handles: number[] = [];
try {
  for (;;) {
    handles.push(openSync('/dev/null', 'r'));
  }
} catch {
  await index.search(question, 5);
}
handles.forEach((handle) => closeSync(handle));
value(await index.replace('new.ts', itemsOf('new.ts', 1, random, 16)));
const found = await index.search(question, 5);
const { items, lostShards } = index.status();
await index.close();
console.log(JSON.stringify({ handles: handles.length > 10, found: found.length, items, lost: lostShards.length }));
