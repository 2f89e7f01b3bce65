import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SourceFacts, SourceReader } from '../../../../src/core/memory/sourceFacts.ts';
import { installedGrammars } from '../../../fakes/installedGrammars.ts';
import { createSourceReader } from '../../../../src/node/memory/treeSitter/sourceReader.ts';
import { sha256 } from '../../../../src/node/tasks/sha256.ts';

const program = 'export function add(a: number) {\n  return sum(a);\n}\n';
const endings = ['ts', 'tsx', 'js', 'py', 'go', 'rs', 'java', 'cs', 'cpp', 'c'];

let reader: SourceReader;

beforeAll(() => {
  reader = createSourceReader({ grammars: installedGrammars(), sha256 });
});

afterAll(() => reader.close());

/** What is the same however the lines of a text end. */
function shape({ symbols, imports, calls, chunks }: SourceFacts): unknown {
  return { symbols, imports, calls, chunks };
}

async function stillReads(): Promise<void> {
  const { symbols, problem } = await reader.read('a.ts', program);
  expect(problem).toBeUndefined();
  expect(symbols.map(({ name }) => name)).toEqual(['add']);
}

describe('a reader', () => {
  test('takes every way to end a line, and a mark of the byte order, for the same text', async () => {
    const plain = shape(await reader.read('a.ts', program));
    expect(shape(await reader.read('a.ts', program.replaceAll('\n', '\r\n')))).toEqual(plain);
    expect(shape(await reader.read('a.ts', program.replaceAll('\n', '\r')))).toEqual(plain);
    expect(shape(await reader.read('a.ts', `\uFEFF${program}`))).toEqual(plain);
  });

  test.each(endings)('finds nothing in an empty .%s file, and has no problem with it', async (ending) => {
    for (const text of ['', '\uFEFF', '\n', ' \r\n\t']) {
      const facts = await reader.read(`a.${ending}`, text);
      expect({ ...facts, kind: 'code' }).toEqual({
        kind: 'code',
        language: facts.language,
        chunks: [],
        symbols: [],
        imports: [],
        calls: [],
      });
    }
  });

  test.each(endings)('goes on after 100,000 open brackets in a .%s file', async (ending) => {
    const hasty = createSourceReader({ grammars: installedGrammars(), sha256, limits: { milliseconds: 300 } });
    const forms = ['('.repeat(100_000), `x = ${'['.repeat(100_000)}`, `${'{\n'.repeat(50_000)}${'}'.repeat(50_000)}`];
    const tried = ending === 'ts' || process.env['NIGHTSHIFT_LONG'] === '1' ? forms : forms.slice(0, 1);
    for (const text of tried) {
      const started = performance.now();
      const facts = await hasty.read(`a.${ending}`, text);
      expect(facts.chunks.length).toBeGreaterThan(0);
      expect(performance.now() - started).toBeLessThan(5_000);
    }
    await hasty.close();
    await stillReads();
  });

  test('reads a text whose bytes were no UTF-8, one with a zero in it and one with half a character', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('export const a = "'), 0xff, 0xfe, 0x80, 0x22, 0x0a]);
    const replaced = await reader.read('a.ts', `${new TextDecoder().decode(bytes)}${program}`);
    expect(replaced.symbols.map(({ name }) => name)).toEqual(['a', 'add']);
    expect((await reader.read('a.ts', `// \0\n${program}`)).chunks).toHaveLength(1);
    expect((await reader.read('a.ts', `// \uD83D\n${program}`)).symbols.map(({ name }) => name)).toEqual(['add']);
  });

  test('has columns and lines right behind characters of more than one unit', async () => {
    const facts = await reader.read('a.ts', `const π = "😀é漢"; export function größe() { return länge("😀"); }\n`);
    expect(facts.symbols.map(({ name }) => name)).toEqual(['π', 'größe']);
    expect(facts.calls).toEqual([{ name: 'länge', caller: 'größe', line: 1 }]);
  });

  test('cuts a minified line of 1 MB into parts, without a parser', async () => {
    const text = 'function a(b){return b(1)};'.repeat(37_100);
    const started = performance.now();
    const facts = await reader.read('lib/app.js', text);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(facts.kind).toBe('data');
    expect(facts.problem).toBeUndefined();
    expect(facts.symbols).toEqual([]);
    expect(facts.chunks.map((chunk) => chunk.text).join('')).toBe(text);
  });

  test('says of a file that is too large that it was not parsed', async () => {
    const text = program.repeat(12_000);
    const facts = await reader.read('a.ts', text);
    expect(facts.problem).toBe(`the file has ${text.length} characters; 500000 are parsed`);
    expect(facts.chunks.map((chunk) => chunk.text).join('\n')).toBe(text.trimEnd());
  });

  test('reads the symbols of a file of more than 79 kB', async () => {
    const text = Array.from(
      { length: 1_400 },
      (_, index) => `export function add${index}(a: number) {\n  return sum(a, ${index});\n}\n`,
    ).join('');
    expect(text.length).toBeGreaterThan(79_000);
    const facts = await reader.read('a.ts', text);
    expect(facts.symbols).toHaveLength(1_400);
    expect(facts.calls).toHaveLength(1_400);
  });

  test('gives windows of lines for a parse that takes too long, and reads the next file', async () => {
    const hasty = createSourceReader({ grammars: installedGrammars(), sha256, limits: { milliseconds: 0 } });
    const text = program.repeat(2_000);
    const late = await hasty.read('a.ts', text);
    expect(late.problem).toBe('the parser took more than 0 s');
    expect(late.symbols).toEqual([]);
    expect(late.chunks.map((chunk) => chunk.text).join('\n')).toBe(text.trimEnd());
    await hasty.close();
    await stillReads();
  });

  test('begins the next file anew after one that took too long, in the same language', async () => {
    let times = 0;
    let isSlow = true;
    const now = (): number => (isSlow ? (times += 1) * 10_000 : 0);
    const hasty = createSourceReader({ grammars: installedGrammars(), sha256, now });
    const late = await hasty.read('a.ts', 'export function early(): number {\n  return first(1);\n}\n'.repeat(2_000));
    expect(late.problem).toMatch(/took more than/);
    isSlow = false;
    const next = 'export class Later {\n  run(): void {\n    second();\n  }\n}\n';
    expect(await hasty.read('b.ts', next)).toEqual(await reader.read('b.ts', next));
    expect((await hasty.read('b.ts', next)).symbols.map(({ name }) => name)).toEqual(['Later', 'run']);
    await hasty.close();
  });

  test('reads many files at once', async () => {
    const texts = endings.flatMap((ending) =>
      Array.from({ length: 5 }, (_, index) => [`${index}.${ending}`, program] as const),
    );
    const all = await Promise.all(texts.map(([path, text]) => reader.read(path, text)));
    expect(all.map(({ problem }) => problem)).toEqual(texts.map(() => undefined));
  });
});
