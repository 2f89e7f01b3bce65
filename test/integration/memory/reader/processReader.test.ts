import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SourceReader } from '../../../../src/core/memory/sourceFacts.ts';
import { projectRoot } from '../../../../scripts/provision/projectPaths.ts';
import { createProcessReader } from '../../../../src/node/memory/treeSitter/processReader.ts';
import { sha256 } from '../../../../src/node/tasks/sha256.ts';

/** Stands for the reader's program: tells its process id as the language, dies of `die`, and says nothing to `hang`. */
const program = `
process.on('message', ({ id, text }) => {
  if (text === 'die') process.exit(3);
  if (text === 'hang') { for (;;) {} }
  const facts = { kind: 'code', language: String(process.pid), chunks: [], symbols: [], imports: [], calls: [] };
  process.send({ id, facts });
});
process.once('disconnect', () => process.exit(0));
`;

let folder: string;
let script: string;
let reader: SourceReader | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-reader-'));
  script = join(folder, 'program.cjs');
  writeFileSync(script, program);
});

afterEach(async () => {
  await reader?.close();
  rmSync(folder, { recursive: true, force: true });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
}

it('indexes a file that its process dies of by its lines, and gives the others to the next process', async () => {
  reader = createProcessReader({ script, sha256 });
  const [before, deadly, after] = await Promise.all([
    reader.read('a.ts', 'a'),
    reader.read('b.ts', 'die'),
    reader.read('c.ts', 'c'),
  ]);
  expect(deadly.problem).toBe('the parser ended: exit code 3');
  expect(deadly.chunks.map(({ text }) => text)).toEqual(['die']);
  expect(after.problem).toBeUndefined();
  expect(after.language).not.toBe(before.language);
});

it('does not wait for ever for a file', async () => {
  reader = createProcessReader({ script, sha256, silenceMs: 2_000 });
  const [endless, next] = await Promise.all([reader.read('b.ts', 'hang'), reader.read('c.ts', 'c')]);
  expect(endless.problem).toBe('the parser ended: no answer for 2 s');
  expect(next.problem).toBeUndefined();
});

it('keeps no process when there is nothing to read, and starts another for the next file', async () => {
  reader = createProcessReader({ script, sha256, idleMs: 100 });
  const first = Number((await reader.read('a.ts', 'a')).language);
  await gone(first);
  const second = Number((await reader.read('a.ts', 'a')).language);
  expect(second).not.toBe(first);
  await reader.close();
  await gone(second);
  expect((await reader.read('d.ts', 'd')).problem).toBe('the reader is closed');
});

it('indexes by lines where the program is missing', async () => {
  reader = createProcessReader({ script: join(folder, 'missing.cjs'), sha256 });
  expect((await reader.read('a.ts', 'text')).problem).toMatch(/^the parser ended: exit code 1/);
});

it('gives each file its own answer, also after one that the reader in it failed of', async () => {
  const own = join(folder, 'own.ts');
  const serving = join(projectRoot, 'src', 'node', 'memory', 'treeSitter', 'serveReading.ts');
  writeFileSync(
    own,
    `import { serveOrders } from ${JSON.stringify(serving)};
     serveOrders({
       async read(path) {
         if (path === 'deep.ts') throw new RangeError('Maximum call stack size exceeded');
         return { kind: 'code', language: path, chunks: [], symbols: [], imports: [], calls: [] };
       },
       close: async () => undefined,
     });`,
  );
  const made = createProcessReader({ script: own, sha256 });
  reader = made;
  const paths = ['a.ts', 'deep.ts', 'b.ts', 'c.ts'];
  const read = await Promise.all(paths.map((path) => made.read(path, `text of ${path}`)));
  expect(read.map(({ language }) => language)).toEqual(['a.ts', 'typescript', 'b.ts', 'c.ts']);
  expect(read[1]?.problem).toBe('the parser failed: Maximum call stack size exceeded');
  expect(read[1]?.chunks.map(({ text }) => text)).toEqual(['text of deep.ts']);
});
