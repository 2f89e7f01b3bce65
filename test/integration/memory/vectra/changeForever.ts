import { writeSync } from 'node:fs';
import { openVectorIndex } from '../../../../src/node/memory/vectra/openVectorIndex.ts';
import { killedDimensions, killedItems, killedOwners } from './killedItems.ts';

/**
 * Runs as a process of its own until it is killed: gives owners their next version, one batch after another, and says on standard
 * output which versions it begins with and which are done.
 */
const [directory = '', begunText = '0'] = process.argv.slice(2);
const opened = await openVectorIndex({
  directory,
  identity: 'killed',
  dimensions: killedDimensions,
  meanShardItems: 20,
});
if (!opened.ok) {
  throw new Error(opened.error.message);
}
for (let version = Number(begunText) + 1; ; version += 1) {
  const owners = killedOwners(version);
  writeSync(1, `begin ${version}\n`);
  const changes = owners.map((owner) => ({ owner, items: killedItems(owner, version) }));
  const written = await opened.value.replaceAll(changes);
  if (!written.ok) {
    throw new Error(written.error.message);
  }
  writeSync(1, `done ${version}\n`);
}
