import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packGrammars, removePacked } from '../../../scripts/package/packedGrammars.ts';
import { runtimeName } from '../../../src/node/memory/treeSitter/grammarFolder.ts';
import { grammars } from '../../../src/node/memory/treeSitter/grammars.ts';

const names = new Set(Object.values(grammars).map(({ name }) => `tree-sitter-${name}`));
const built = [runtimeName, ...names].map((name) => `${name}.wasm`);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-packed-'));
  built.forEach((name) => writeFileSync(join(folder, name), `bytes of ${name}`));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const packed = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.br'))
    .map((name) => name.slice(0, -'.br'.length));

test('the package for every platform lacks the largest two, those for one platform none', async () => {
  await packGrammars(folder, { all: false });
  const large = ['tree-sitter-c-sharp.wasm', 'tree-sitter-cpp.wasm'];
  expect(packed().sort()).toEqual(built.filter((name) => !large.includes(name)).sort());
  await packGrammars(folder, { all: true });
  expect(packed().sort()).toEqual([...built].sort());
});

test('what is packed unpacks to what was built, and goes when the package is made', async () => {
  const paths = await packGrammars(folder, { all: true });
  for (const path of paths) {
    expect(brotliDecompressSync(readFileSync(path))).toEqual(readFileSync(path.slice(0, -'.br'.length)));
  }
  await removePacked(paths);
  expect(readdirSync(folder).sort()).toEqual([...built].sort());
});

test('a folder without grammars is told, not packed', async () => {
  const empty = mkdtempSync(join(folder, 'empty-'));
  await expect(packGrammars(empty, { all: true })).rejects.toThrow('has no grammars');
});
