// Writes batches until it is killed; each batch is one file of three chunks, said before it begins.
import { FileStore, fileTables } from '../../../src/node/memory/sqlite/fileTables.ts';
import { openMemoryDatabase } from '../../../src/node/memory/sqlite/openMemoryDatabase.ts';
import { sampleFacts } from './sampleFacts.ts';

const opened = await openMemoryDatabase(process.argv[2] ?? '', [fileTables]);
if (opened.ok) {
  const store = new FileStore(opened.value);
  for (let batch = 0; ; batch += 1) {
    process.stdout.write(`${batch}\n`);
    opened.value.write(() => {
      for (let file = 0; file < 20; file += 1) {
        store.replaceFile(
          { path: `batch${batch}/file${file}.ts`, bytes: 1, modified: 1 },
          sampleFacts(['alpha', 'beta', 'gamma']),
        );
      }
    });
  }
}
