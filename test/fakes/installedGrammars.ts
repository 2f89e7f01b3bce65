import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type ReadGrammar, runtimeName } from '../../src/node/memory/treeSitter/grammarFolder.ts';

/** The wasm files as their packages have them, for what runs from source; a build has them in a folder beside its bundles. */
export function installedGrammars(): ReadGrammar {
  const { resolve } = createRequire(import.meta.url);
  const grammars = join(dirname(resolve('@vscode/tree-sitter-wasm/package.json')), 'wasm');
  const runtime = dirname(resolve('web-tree-sitter'));
  return (name) => readFile(join(name === runtimeName ? runtime : grammars, `${name}.wasm`));
}
