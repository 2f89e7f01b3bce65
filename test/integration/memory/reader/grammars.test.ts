import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { grammarFolder } from '../../../../src/node/memory/treeSitter/grammarFolder.ts';
import { installedGrammars } from '../../../fakes/installedGrammars.ts';
import { createSourceReader } from '../../../../src/node/memory/treeSitter/sourceReader.ts';
import { sha256 } from '../../../../src/node/tasks/sha256.ts';

const { resolve } = createRequire(import.meta.url);
const runtime = join(dirname(resolve('web-tree-sitter')), 'web-tree-sitter.wasm');
const typescript = join(dirname(resolve('@vscode/tree-sitter-wasm/package.json')), 'wasm/tree-sitter-typescript.wasm');
const program = 'export function add() {\n  return sum();\n}\n';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-grammars-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a folder of grammars', () => {
  test('is read as it is built and as it is packed', async () => {
    await copyFile(runtime, join(folder, 'web-tree-sitter.wasm'));
    const packed = brotliCompressSync(await readFile(typescript), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
    await writeFile(join(folder, 'tree-sitter-typescript.wasm.br'), packed);
    const reader = createSourceReader({ grammars: grammarFolder(folder), sha256 });
    const facts = await reader.read('a.ts', program);
    expect(facts.problem).toBeUndefined();
    expect(facts.symbols.map(({ name }) => name)).toEqual(['add']);
    await reader.close();
  });

  test('without a grammar gives windows of lines that say why, and is looked at again later', async () => {
    let now = 0;
    const broken = (name: string): Promise<Uint8Array> =>
      name.startsWith('tree-sitter-') ? grammarFolder(folder)(name) : installedGrammars()(name);
    const reader = createSourceReader({ grammars: broken, sha256, limits: { retryAfter: 1_000 }, now: () => now });
    const missing = await reader.read('a.ts', program);
    expect(missing.problem).toBe(
      'the grammar typescript could not be loaded: this package does not have it; those for one platform do',
    );
    expect(missing.symbols).toEqual([]);
    expect(missing.chunks.map(({ kind, text }) => [kind, text])).toEqual([['window', program.trimEnd()]]);

    await writeFile(join(folder, 'tree-sitter-typescript.wasm'), 'no wasm');
    now = 1_000;
    expect((await reader.read('a.ts', program)).problem).toContain('the grammar typescript could not be loaded');

    await copyFile(typescript, join(folder, 'tree-sitter-typescript.wasm'));
    now = 1_999;
    expect((await reader.read('a.ts', program)).problem).toBeDefined();
    now = 2_000;
    const mended = await reader.read('a.ts', program);
    expect(mended.problem).toBeUndefined();
    expect(mended.symbols.map(({ name }) => name)).toEqual(['add']);
    await reader.close();
    expect((await reader.read('a.ts', program)).problem).toBe('the reader is closed');
  });
});
