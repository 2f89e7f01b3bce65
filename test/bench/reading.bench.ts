import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Language, Parser } from 'web-tree-sitter';
import { runtimeName } from '../../src/node/memory/treeSitter/grammarFolder.ts';
import { createSourceReader } from '../../src/node/memory/treeSitter/sourceReader.ts';
import { sha256 } from '../../src/node/tasks/sha256.ts';
import { installedGrammars } from '../fakes/installedGrammars.ts';
import { type BenchRow, median } from './benchRow.ts';

const source = resolve(import.meta.dirname, '../../src');
const rounds = 7;

/** Reading our own source, facts, chunks and hashes and all, beside a parse alone, by turns. */
export async function readingBench(): Promise<BenchRow[]> {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(source, path), 'utf8') }));
  const megabytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / 1_000_000;
  const grammars = installedGrammars();
  const reader = createSourceReader({ grammars, sha256 });
  await Parser.init({ wasmBinary: await grammars(runtimeName) });
  const parser = new Parser().setLanguage(await Language.load(await grammars('tree-sitter-typescript')));
  const read: number[] = [];
  const parsed: number[] = [];
  const problems: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    let start = performance.now();
    for (const { text } of files) {
      parser.parse(text)?.delete();
    }
    parsed.push(megabytes / ((performance.now() - start) / 1000));
    start = performance.now();
    for (const { path, text } of files) {
      const { problem } = await reader.read(path, text);
      problems.push(...(problem === undefined ? [] : [`${path}: ${problem}`]));
    }
    read.push(megabytes / ((performance.now() - start) / 1000));
  }
  parser.delete();
  await reader.close();
  if (problems.length > 0) {
    throw new Error(problems[0]);
  }
  const value = median(read);
  const peerValue = median(parsed);
  return [
    {
      name: `reading: ${files.length} files of TypeScript`,
      value,
      unit: 'MB/s',
      peer: 'a parse alone',
      peerValue,
      ratio: value / peerValue,
      target: '≥ 0.5× a parse alone',
      ok: value >= 0.5 * peerValue,
    },
  ];
}
