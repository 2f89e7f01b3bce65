import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { installedCli } from './bundles.ts';
import { mendingTurns } from './counterScript.ts';
import { expectOneLine, hiddenPath, index, lines, memoryFolder, recall, secretWord, shop } from './memoryShop.ts';
import { Product } from './product.ts';
import { takeSqlite, withoutSqlite } from './withoutSqlite.ts';

/** What is missing, and the way out. */
const stated = /This Node \(v\d[^)]*\) has no SQLite \(node:sqlite\).*Node 22\.22 or later.*VS Code/;

const solved = {
  version: 1,
  id: 'episode-7h2k9m4q1x',
  task: 'task-7h2k9m4q1x',
  events: 40,
  goal: 'Let the trolley hold no fewer than none',
  time: '2026-11-20T10:00:00.000Z',
  decision: 'open',
  files: [],
  approach: 'Started the sum at zero.',
  signature: ['error RangeError: fewer than none', 'Trolley.down'],
  proof: '12 passed',
  standing: { reverted: false, changedSince: [] },
};

describe('the memory under a Node that has no SQLite', () => {
  let product: Product;
  let giveBack: () => void;
  beforeAll(() => {
    product = shop(withoutSqlite);
    product.write('.nightshiftignore', 'docs/\n');
    const episodes = join(memoryFolder(product), 'episodes');
    mkdirSync(episodes, { recursive: true });
    writeFileSync(join(episodes, `${solved.task}.json`), JSON.stringify(solved));
    mkdirSync(join(memoryFolder(product), 'index'));
    writeFileSync(join(memoryFolder(product), 'index', 'forgotten.json'), JSON.stringify([hiddenPath]));
    giveBack = takeSqlite();
  });
  afterAll(async () => {
    giveBack();
    await product.remove();
  });

  it('is imported by no program of the product, so that each starts and can say so', () => {
    const folder = dirname(installedCli());
    const programs = readdirSync(folder).filter((name) => /\.c?js$/.test(name));
    expect(programs).toEqual(expect.arrayContaining(['extension.cjs', 'agentHost.cjs', 'cli.cjs', 'trueIndexer.cjs']));
    const importing = /(?:require|import)\(["'](?:node:)?sqlite["']\)/;
    expect(programs.filter((name) => importing.test(readFileSync(join(folder, name), 'utf8')))).toEqual([]);
  });

  it('says so in one line with the way out wherever its state is shown', async () => {
    const problem = { part: 'database', message: expect.stringMatching(stated) };
    for (const words of [['index'], ['index', '--wait']]) {
      const shown = await product.run([...words, '--json']);
      expect(shown).toMatchObject({ code: 3, stderr: '' });
      expect(lines(shown).at(-1)).toMatchObject({ state: 'failed', root: product.root, problems: [problem] });
    }
    const shown = await product.run(['memory', 'show']);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain(solved.goal);
    expect(shown.stdout.match(/^ {2}database: .*$/gm)).toEqual([expect.stringMatching(stated)]);
  });

  it.each([
    ['related', 'src/cart.ts'],
    ['memory', 'model'],
    ['recall', 'zzyzxnowhere'],
  ])('ends with the exit code of a machine that lacks something, in that one line: %s %s', async (...words) => {
    expectOneLine(await product.run(words), 3, stated);
  });

  it('still finds what was solved, by its error', async () => {
    const [hit] = await recall(product, 'RangeError: fewer than none\n    at Trolley.down (src/trolley.ts:20:11)');
    expect(hit).toMatchObject({ kind: 'episode', title: solved.goal, episode: { task: solved.task, outcome: 'open' } });
    expect(hit?.reasons).toContainEqual({ by: 'trace', text: 'its error was RangeError: fewer than none' });
  });

  it('finds files by the words that Git sees in them, and says that it was in that way', async () => {
    const asked = await product.run(['recall', 'when do parcels leave the warehouse', '--json']);
    const [hit] = lines(asked);
    expect(hit).toMatchObject({ kind: 'document', path: 'README.md', snippet: expect.stringContaining('at noon') });
    expect(hit?.['reasons']).toMatchObject([{ text: expect.stringMatching(/"parcels".*found by git grep/) }]);
    expect(lines(asked).at(-1)).toMatchObject({ missing: [expect.stringMatching(/^names, commits.* has no SQLite/)] });
    expect((await product.run(['recall', 'parcels warehouse'])).stdout).toMatch(/not searched: names, commits.*SQLite/);
  });

  it.each([
    ['what Git ignores or may hold secrets', 'parcels', ['README.md']],
    ['what was forgotten', secretWord, []],
    ['what is not to be indexed', 'money amounts cents decision', ['src/cart.ts', 'src/money.ts']],
  ])('does not find %s', async (_what, query, paths) => {
    const found = lines(await product.run(['recall', query, '--json'])).flatMap(({ path }) => path ?? []);
    expect(new Set(found)).toEqual(new Set(paths));
  });

  it('forgets what was solved for good', async () => {
    expect(await product.run(['memory', 'forget', '--task', solved.task])).toMatchObject({ code: 0, stderr: '' });
    expectOneLine(await product.run(['recall', 'trolley']), 3, stated);
  });

  it('works again as soon as there is one', async () => {
    expect((await product.run(['host', 'stop'])).code).toBe(0);
    giveBack();
    expect(await index(product, '--wait')).toMatchObject({ state: 'ready', files: { indexed: 6 }, problems: [] });
    const [hit] = await recall(product, 'when do parcels leave the warehouse');
    expect(hit).toMatchObject({ path: 'README.md' });
    expect(JSON.stringify(hit)).not.toContain('git grep');
    giveBack = takeSqlite();
  });
});

const { skip, why } = requireEngine();

describe.skipIf(skip)(`a task under a Node that has no SQLite ${why}`, () => {
  it('runs to its end, and is remembered', async () => {
    const variables = { NIGHTSHIFT_MEMORY: 'on', NIGHTSHIFT_SANDBOX_RUNTIME: 'runc', ...withoutSqlite };
    const product = new Product({ fixture: 'node-counter', variables });
    const fake = await startFakeOllama({ script: mendingTurns });
    const giveBack = takeSqlite();
    try {
      const model = ['--model', 'ollama:scripted', '--ollama-host', fake.url];
      const { code, task } = await product.task(['run', 'Mend Counter.down, which goes below zero', ...model]);
      expect({ code, state: task.state, verdict: task.proof?.verdict }).toEqual({
        code: 0,
        state: 'ready',
        verdict: 'green',
      });
      const solvedNow = (await recall(product, 'Counter.down below zero', '--kind', 'episode'))[0];
      expect(solvedNow).toMatchObject({ kind: 'episode', episode: { task: task.id } });
    } finally {
      giveBack();
      await fake.close();
      await product.remove();
    }
  });
});
