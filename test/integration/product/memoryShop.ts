import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { memoryStatusSchema, recallHitSchema, type RecallHit } from '../../../src/protocol/memory.ts';
import { type Finished, Product } from './product.ts';

/** A word that stands in one file of the shop and nowhere else. */
export const secretWord = 'quixblorvent';
export const hiddenPath = 'src/grimfeldt.ts';

export function hiddenText(name: string): string {
  return `export function ${secretWord}${name}(): string {\n  return '${secretWord}';\n}\n`;
}

/** A small shop: two languages, a document and a decision. */
export function shop(variables: Readonly<Record<string, string>> = {}): Product {
  const product = new Product({ variables: { NIGHTSHIFT_MEMORY: 'on', NIGHTSHIFT_IDLE_SECONDS: '60', ...variables } });
  product.write(
    'src/cart.ts',
    "import { round } from './money.ts';\n\nexport function basketTotal(prices: readonly number[]): number {\n  return round(prices.reduce((sum, price) => sum + price, 0));\n}\n",
  );
  product.write(
    'src/money.ts',
    'export function round(amount: number): number {\n  return Math.round(amount * 100) / 100;\n}\n',
  );
  product.write(
    'src/retry.py',
    'LIMIT = 5\n\n\ndef call_again(call):\n    """Waits longer after each failure of the carrier."""\n    for attempt in range(LIMIT):\n        call()\n',
  );
  product.write(hiddenPath, hiddenText('Name'));
  product.write('README.md', '# Shop\n\n## Deliveries\n\nParcels leave the warehouse at noon.\n');
  product.write(
    'docs/decisions/0001-cents.md',
    '# 1. Keep money as cents\n\nStatus: accepted\n\n## Decision\n\nAmounts in `src/money.ts` are whole cents.\n',
  );
  product.write('logo.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]));
  product.write('.gitignore', 'build/\n');
  product.write('build/out.js', 'const parcels = 1;\n');
  product.write('.env', 'TOKEN=parcels\n');
  product.git('init', '-q', '-b', 'main');
  product.git('add', '-A');
  product.git('commit', '-q', '-m', 'Open the shop');
  return product;
}

export function lines(finished: Finished): Record<string, unknown>[] {
  return finished.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line));
}

export async function command(product: Product, ...args: readonly string[]): Promise<Finished> {
  const finished = await product.run([...args, '--json']);
  expect(finished).toMatchObject({ code: 0, stderr: '' });
  return finished;
}

export async function index(product: Product, ...args: readonly string[]) {
  return memoryStatusSchema.parse(lines(await command(product, 'index', ...args)).at(-1));
}

/** Hits in their order; none where the command says that nothing was found. */
export async function recall(product: Product, query: string, ...args: readonly string[]): Promise<RecallHit[]> {
  const finished = await product.run(['recall', query, '--json', ...args]);
  const told = lines(finished);
  const hits = told.filter(({ type }) => type === 'hit').map((line) => recallHitSchema.parse(line));
  expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: hits.length > 0 ? 0 : 1, stderr: '' });
  expect(told.at(-1)).toMatchObject({ type: 'recall', count: hits.length });
  return hits;
}

/** Paths whose text has words of the question. */
export async function pathsByWords(product: Product, query: string): Promise<(string | undefined)[]> {
  const hits = await recall(product, query);
  return hits.filter(({ reasons }) => reasons.some(({ by }) => by === 'words')).map(({ path }) => path);
}

/** Processes of the indexer of this product: children of its host. */
export function indexers(product: Product): number[] {
  const host = product.hostPid();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && readProc(name, 'cmdline').includes('indexer.cjs'))
    .filter(
      (name) =>
        Number(
          readProc(name, 'stat')
            .replace(/^.*\) \S+ /, '')
            .split(' ', 1)[0],
        ) === host,
    )
    .map(Number);
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(join('/proc', pid, name), 'utf8');
  } catch {
    return '';
  }
}

export function memoryFolder(product: Product): string {
  return join(product.paths.directory, 'memory');
}

/** Files of the memory in which the word stands, in capitals or not. */
export function filesHolding(product: Product, word: string): string[] {
  const folder = memoryFolder(product);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.includes(word) || readFileSync(path).toString('latin1').toLowerCase().includes(word));
}

/** One line on stderr that says what to do, and nothing of our own insides. */
export function expectOneLine(finished: Finished, code: number, message: RegExp): void {
  expect({ code: finished.code, stdout: finished.stdout }).toEqual({ code, stdout: '' });
  expect(finished.stderr).toMatch(/^nightshift: [^\n]+\n$/);
  expect(finished.stderr).toMatch(message);
  expect(finished.stderr).not.toMatch(/\bat \S+ \(|node:internal|undefined|\[object/);
}
