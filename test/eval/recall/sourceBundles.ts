import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runtimeName } from '../../../src/node/memory/treeSitter/grammarFolder.ts';

/** A folder as a build makes it, of the sources and the installed packages: grammars, and the programs of the model's thread and the reader's process. */
export function linkSourceBundles(directory: string): string {
  const { resolve } = createRequire(import.meta.url);
  const wasm = join(dirname(resolve('@vscode/tree-sitter-wasm/package.json')), 'wasm');
  const grammars = join(directory, 'grammars');
  mkdirSync(grammars, { recursive: true });
  for (const name of readdirSync(wasm).filter((file) => file.endsWith('.wasm'))) {
    symlinkSync(join(wasm, name), join(grammars, name));
  }
  const runtime = `${runtimeName}.wasm`;
  symlinkSync(join(dirname(resolve('web-tree-sitter')), runtime), join(grammars, runtime));
  const source = (name: string): string => JSON.stringify(new URL(`../../../src/${name}`, import.meta.url).href);
  writeFileSync(join(directory, 'embeddingThread.cjs'), `import(${source('embeddingThread.ts')});\n`);
  // Not the program itself: only a bundle knows the folder that it lies in.
  writeFileSync(
    join(directory, 'readingProcess.cjs'),
    `import(${source('node/memory/treeSitter/serveReading.ts')}).then(({ serveReading }) => serveReading(${JSON.stringify(grammars)}));\n`,
  );
  return directory;
}
