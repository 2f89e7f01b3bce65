import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { installedGrammars } from '../../../fakes/installedGrammars.ts';
import { createSourceReader } from '../../../../src/node/memory/treeSitter/sourceReader.ts';
import { sha256 } from '../../../../src/node/tasks/sha256.ts';

const source = resolve(import.meta.dirname, '../../../../src');
const files = 2_000;
/** Half of the files warm up. A tree that is kept takes about 80 kB, so that a leak of one in ten would be seen. */
const mostGrowth = 6 * 1024 * 1024;

test('memory stays flat over 2,000 files', async () => {
  const paths = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const texts = paths.map((path) => readFileSync(join(source, path), 'utf8'));
  expect(texts.length).toBeGreaterThan(200);
  const reader = createSourceReader({ grammars: installedGrammars(), sha256 });
  let symbols = 0;
  let halfway = 0;
  for (let index = 0; index < files; index += 1) {
    if (index === files / 2) {
      halfway = settled();
    }
    const facts = await reader.read(`a${index}.ts`, texts[index % texts.length] ?? '');
    symbols += facts.symbols.length;
  }
  const grown = settled() - halfway;
  await reader.close();
  expect(symbols).toBeGreaterThan(files);
  expect(grown).toBeLessThan(mostGrowth);
});

/** Bytes outside of the collected heap: the memory of the parser, where its trees are. */
function settled(): number {
  return process.memoryUsage().external;
}
