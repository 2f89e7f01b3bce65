import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainedPathSchema, forgottenSchema, graphResultSchema } from '../../../src/protocol/memory.ts';
import type { Product } from './product.ts';
import { until } from './product.ts';
import {
  secretWord,
  hiddenPath,
  hiddenText,
  shop,
  lines,
  command,
  index,
  recall,
  pathsByWords,
  indexers,
  memoryFolder,
  filesHolding,
  expectOneLine,
} from './memoryShop.ts';

describe('the memory of a repository', () => {
  let product: Product;
  beforeAll(() => {
    product = shop();
  });
  afterAll(() => product.remove());

  it('indexes code, documents and decisions, finds them by words with their lines, and knows who calls whom', async () => {
    const status = await index(product, '--wait');
    expect(status).toMatchObject({
      state: 'ready',
      root: product.root,
      files: { known: 7, indexed: 7 },
      commits: 1,
      episodes: 0,
      vectors: { state: 'none' },
      watching: { by: 'chokidar' },
      problems: [],
    });
    expect(status.symbols).toBeGreaterThan(4);
    expect(status.edges).toBeGreaterThan(4);

    const [document] = await recall(product, 'when do parcels leave the warehouse');
    expect(document).toMatchObject({ kind: 'document', path: 'README.md', startLine: 1, endLine: 5 });
    expect(document?.snippet).toContain('Parcels leave the warehouse at noon.');
    const [python] = await recall(product, 'failure of the carrier');
    expect(python).toMatchObject({ kind: 'code', path: 'src/retry.py', startLine: 1, endLine: 7 });
    const decisions = await recall(product, 'money as cents', '--kind', 'decision');
    expect(decisions.map(({ path }) => path)).toEqual(['docs/decisions/0001-cents.md']);

    const related = await command(product, 'related', 'round', '--question', 'called-by');
    const callers = graphResultSchema.parse(lines(related).at(-1));
    expect(callers.center).toMatchObject({ kind: 'symbol', path: 'src/money.ts', startLine: 1 });
    expect(callers.entities.map(({ label, path }) => [label, path])).toEqual([['basketTotal', 'src/cart.ts']]);
    expect((await product.run(['related', 'nobodyHasThisName'])).code).toBe(1);
    expect(await recall(product, 'zzyzxnowhere')).toEqual([]);
  });

  it('finds what was saved within five seconds, follows the branch, and finds a commit by its message', async () => {
    product.write('src/voucher.ts', 'export const voucherRule = "gnarlwimp vouchers expire in spring";\n');
    await until(
      'the new file is found',
      async () => (await pathsByWords(product, 'gnarlwimp'))[0] === 'src/voucher.ts',
      5_000,
    );
    product.git('checkout', '-q', '-b', 'sale');
    product.git('add', '-A');
    product.git('commit', '-q', '-m', 'Let zimbolt expire with the season');
    await until('the commit is found', async () => (await pathsOfCommits('zimbolt')).length > 0, 5_000);
    expect(await pathsOfCommits('zimbolt')).toEqual(['Let zimbolt expire with the season']);
    const hits = await recall(product, 'zimbolt');
    expect(hits.map(({ path }) => path)).toContain('src/voucher.ts');

    product.git('checkout', '-q', 'main');
    await until(
      'the file of the other branch is gone',
      async () => (await recall(product, 'gnarlwimp')).length === 0,
      5_000,
    );
    await until('its commit is gone', async () => (await pathsOfCommits('zimbolt')).length === 0, 5_000);
    product.git('checkout', '-q', 'sale');
    await until('it is back', async () => (await pathsByWords(product, 'gnarlwimp'))[0] === 'src/voucher.ts', 5_000);
    product.git('checkout', '-q', 'main');
  });

  async function pathsOfCommits(query: string): Promise<string[]> {
    return (await recall(product, query, '--kind', 'commit')).map(({ title }) => title);
  }

  it('answers after its process was killed, and the agent host lives on', async () => {
    const host = product.hostPid();
    const [before, ...others] = indexers(product);
    expect(others).toEqual([]);
    expect(before).toBeDefined();
    process.kill(before ?? -1, 'SIGKILL');
    expect((await recall(product, 'parcels warehouse'))[0]?.path).toBe('README.md');
    expect(product.hostPid()).toBe(host);
    expect(indexers(product)).toHaveLength(1);
    expect(indexers(product)).not.toEqual([before]);
  });

  it('rests while it is paused, goes on where it stopped, and makes itself anew on request', async () => {
    expect(await index(product, '--pause')).toMatchObject({ state: 'paused', paused: 'user' });
    product.write('src/late.ts', 'export const late = "flimwright";\n');
    expect((await recall(product, 'parcels warehouse'))[0]?.path).toBe('README.md');
    expect(await recall(product, 'flimwright')).toEqual([]);
    expect((await index(product)).state).toBe('paused');
    expect(await index(product, '--resume', '--wait')).toMatchObject({ state: 'ready' });
    await until('it is found', async () => (await pathsByWords(product, 'flimwright'))[0] === 'src/late.ts', 5_000);
    expect(await index(product, '--rebuild', '--wait')).toMatchObject({
      state: 'ready',
      files: { known: 8, indexed: 8 },
      commits: 1,
      problems: [],
    });
  });

  it('says of each file why it is in the index, or why not', async () => {
    async function why(path: string) {
      const { state, text } = explainedPathSchema.parse(lines(await command(product, 'index', '--why', path)).at(-1));
      return { state, text };
    }
    expect(await why('src/cart.ts')).toEqual({ state: 'indexed', text: 'typescript, code.' });
    expect(await why('build/out.js')).toEqual({ state: 'skipped', text: 'Git or .nightshiftignore ignores it.' });
    expect(await why('logo.png')).toEqual({ state: 'skipped', text: 'It is binary.' });
    expect(await why('.env')).toEqual({ state: 'skipped', text: 'It may hold secrets, which are never indexed.' });
    expect(await why('src/none.ts')).toEqual({ state: 'skipped', text: 'There is no such file here.' });
    expectOneLine(await product.run(['index', '--why', '../outside.ts']), 2, /not in the repository/);
    expectOneLine(await product.run(['index', '--why', '.']), 2, /whole repository/);
    const here = { cwd: join(product.root, 'src') };
    for (const path of ['cart.ts', './cart.ts', '../src/cart.ts', join(product.root, 'src/cart.ts')]) {
      const told = await product.run(['index', '--why', path, '--json'], here);
      expect(lines(told).at(-1)).toMatchObject({ path: 'src/cart.ts', state: 'indexed' });
      const related = await product.run(['related', path, '--json'], here);
      expect(lines(related).at(-1)).toMatchObject({ center: { id: 'file:src/cart.ts' } });
    }
    expect(await pathsByWords(product, 'TOKEN')).toEqual([]);
  });

  it('forgets a file for good: no file of the memory has its words, and saving it again does not bring them back', async () => {
    const other = 'src/cart.ts';
    expect(await recall(product, 'grimfeldt')).not.toEqual([]);
    expect(filesHolding(product, secretWord)).not.toEqual([]);
    const nothing = await product.run(['memory', 'forget', '--path', 'src/none.ts', '--json']);
    expect(nothing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^nightshift: Nothing of src\/none.ts was /),
    });
    const here = { cwd: join(product.root, 'src') };
    const finished = await product.run(['memory', 'forget', '--path', './grimfeldt.ts', '--json'], here);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    const forgotten = lines(finished).at(-1);
    expect(forgottenSchema.parse(forgotten)).toEqual({ episodes: 0, files: 1, vectors: 0 });
    expect(filesHolding(product, secretWord)).toEqual([]);
    expect(await recall(product, `${secretWord}Name`)).toEqual([]);
    expect(await recall(product, 'grimfeldt')).toEqual([]);
    expect((await product.run(['related', `${secretWord}Name`])).code).toBe(1);

    product.write(hiddenPath, hiddenText('Again'));
    product.git('commit', '-q', '-m', 'Change what is forgotten', hiddenPath);
    product.write(other, `${product.read(other)}\nexport const marker = "dwarmsel";\n`);
    const found = async (): Promise<boolean> => (await pathsByWords(product, 'dwarmsel'))[0] === other;
    await until('a file that was saved later is found', found, 5_000);
    await until('the commit is known', async () => (await index(product)).commits === 2, 5_000);
    expect(await recall(product, `${secretWord}Again`)).toEqual([]);
    expect(await recall(product, 'grimfeldt')).toEqual([]);
    expect((await product.run(['related', `${secretWord}Again`])).code).toBe(1);
    const why = lines(await command(product, 'index', '--why', hiddenPath)).at(-1);
    expect(why).toMatchObject({ state: 'forgotten', chunks: 0 });
    expect(filesHolding(product, secretWord)).toEqual([]);
  });

  it('keeps forgotten what was, where the database was spoiled, and indexes nothing where that is not known', async () => {
    const folder = join(memoryFolder(product), 'index');
    const stopped = (): Promise<unknown> => product.run(['host', 'stop', '--force']);
    await stopped();
    writeFileSync(
      join(folder, 'memory.db'),
      'no database at all, but long enough to be taken for a damaged one'.repeat(80),
    );
    expect(await index(product, '--wait')).toMatchObject({ state: 'ready', files: { indexed: 7 } });
    expect(await recall(product, 'grimfeldt')).toEqual([]);
    await stopped();
    const list = join(folder, 'forgotten.json');
    const kept = readFileSync(list);
    writeFileSync(list, '[');
    const refused = await product.run(['index', '--wait']);
    expect(refused).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/database: .*forgotten\.json cannot be read/),
    });
    expectOneLine(await product.run(['recall', 'grimfeldt']), 3, /forgotten\.json cannot be read/);
    writeFileSync(list, kept);
    await stopped();
    expect(await index(product, '--wait')).toMatchObject({ state: 'ready', files: { indexed: 7 } });
  });

  it('forgets everything, and indexes anew what is there, but for what was forgotten before', async () => {
    const forgotten = forgottenSchema.parse(lines(await command(product, 'memory', 'forget', '--all')).at(-1));
    expect(forgotten.files).toBeGreaterThan(6);
    expect(await index(product, '--wait')).toMatchObject({ state: 'ready', files: { indexed: 7 } });
    const why = lines(await command(product, 'index', '--why', hiddenPath)).at(-1);
    expect(why).toMatchObject({ state: 'forgotten', chunks: 0 });
    expect(await recall(product, 'grimfeldt')).toEqual([]);
    expect(filesHolding(product, secretWord)).toEqual([]);
    expect(await index(product, '--rebuild', '--wait')).toMatchObject({ state: 'ready', files: { indexed: 8 } });
    expect(await recall(product, 'grimfeldt')).not.toEqual([]);
  });

  it('refuses what it cannot understand in one line, and takes short and long questions', async () => {
    expectOneLine(
      await product.run(['recall', 'parcels', '--kind', 'nonsense']),
      2,
      /no kind "nonsense"; there are code, /,
    );
    expectOneLine(await product.run(['recall', 'parcels', '--count', '0']), 2, /--count/);
    expectOneLine(await product.run(['recall', 'parcels', '--since', 'yesteryear']), 2, /yesteryear.*2026-01-31/);
    expectOneLine(await product.run(['recall', ' ']), 2, /nightshift recall "/);
    expectOneLine(await product.run(['related', 'round', '--question', 'why']), 2, /no question "why"/);
    expectOneLine(await product.run(['memory', 'forget']), 2, /exactly one/);
    expectOneLine(await product.run(['memory', 'forget', '--episode', 'none']), 1, /no episode.*memory show/i);
    expectOneLine(await product.run(['index', '--pause', '--resume']), 2, /do not go together/);
    expectOneLine(await product.run(['index', '--why', 'README.md', '--rebuild']), 2, /leave --rebuild out/);
    expectOneLine(await product.run(['index', '--vectors']), 2, /index --wait --vectors/);
    expectOneLine(
      await product.run(['recall', 'parcels', '--language', 'klingon']),
      2,
      /no language "klingon"; there are /,
    );
    expectOneLine(await product.run(['recall', 'parcels', '--path', '[']), 2, /no glob of paths/);
    const narrow = ['--path', 'src', '--language', 'Python'];
    expect((await recall(product, 'carrier', ...narrow)).map(({ path }) => path)).toContain('src/retry.py');
    expect(await recall(product, 'x')).toEqual([]);
    const long = `parcels warehouse ${'lorem ipsum '.repeat(8_400)}`;
    expect(long.length).toBeGreaterThan(100_000);
    expect(await pathsByWords(product, long)).toContain('README.md');
  });

  it('ends with its agent host when nobody needs it, and leaves no process', async () => {
    const running = indexers(product);
    expect(running).toHaveLength(1);
    expect((await product.run(['host', 'stop'])).code).toBe(0);
    // What an orderly end writes back.
    expect(readdirSync(join(memoryFolder(product), 'index'))).not.toContain('memory.db-wal');
    const idle = { variables: { NIGHTSHIFT_IDLE_SECONDS: '1' } };
    expect((await product.run(['recall', 'parcels warehouse'], idle)).code).toBe(0);
    const own = [...running, ...indexers(product)];
    expect(own.length).toBeGreaterThan(1);
    await until('the idle agent host has ended', () => product.hostProcesses().length === 0, 8_000);
    await until('its indexer has ended', () => own.every((pid) => !existsSync(`/proc/${pid}`)), 3_000);
  });
});

describe('a memory whose files are spoiled', () => {
  let product: Product;
  beforeAll(() => {
    product = shop();
  });
  afterAll(() => product.remove());
  const database = (): string => join(memoryFolder(product), 'index', 'memory.db');

  it.each([
    { how: 'overwritten', spoil: () => writeFileSync(database(), Buffer.alloc(300_000, 'spoiled ')) },
    { how: 'cut short', spoil: () => truncateSync(database(), 5_000) },
    { how: 'empty', spoil: () => truncateSync(database(), 0) },
  ])('makes an index that is $how anew, says so, and finds everything', async ({ spoil, how }) => {
    await index(product, '--wait');
    expect((await product.run(['host', 'stop'])).code).toBe(0);
    spoil();
    expect((await recall(product, 'parcels warehouse'))[0]?.path).toBe('README.md');
    const status = await index(product, '--wait');
    expect(status).toMatchObject({ state: 'ready', files: { indexed: 7 } });
    const told = status.problems.map(({ message }) => message);
    if (how !== 'empty') {
      expect(told).toEqual([
        expect.stringMatching(
          /^The index that was here is (damaged|a database of another program).*made anew.*memory\.db/,
        ),
      ]);
    }
  });

  /** An episode that is garbage is kept under another name, and that is said. */
  const setAside = {
    part: 'episodes',
    message: expect.stringMatching(/could not be read as an episode and was set aside/),
  };

  it('lives with settings, vectors and episodes that are garbage', async () => {
    expect((await product.run(['host', 'stop'])).code).toBe(0);
    const folder = memoryFolder(product);
    writeFileSync(join(folder, 'settings.json'), '{"embedding":');
    mkdirSync(join(folder, 'index', 'vectors', 'nonsense'), { recursive: true });
    writeFileSync(join(folder, 'index', 'vectors', 'garbage.bin'), Buffer.alloc(5_000, 7));
    mkdirSync(join(folder, 'episodes'), { recursive: true });
    writeFileSync(join(folder, 'episodes', 'task-0123456789.json'), 'garbage');
    expect((await recall(product, 'parcels warehouse'))[0]?.path).toBe('README.md');
    const shown = await product.run(['memory', 'show', '--json']);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(lines(shown).map(({ type }) => type)).toEqual(['memory']);
    const settings = { part: 'settings', message: expect.stringMatching(/settings\.json cannot be read.*--resume/) };
    expect(await index(product)).toMatchObject({ state: 'paused', problems: expect.arrayContaining([settings]) });
    expect(await index(product, '--resume', '--wait')).toMatchObject({ state: 'ready', problems: [setAside] });
  });

  it('says that its folder cannot be written, and works once it can', async () => {
    expect((await product.run(['host', 'stop'])).code).toBe(0);
    if (process.getuid?.() === 0) {
      // Nothing is closed to root.
      product.become(12_345);
    }
    const folder = join(memoryFolder(product), 'index');
    execFileSync('chmod', ['-R', 'a-w', folder]);
    for (const words of [
      ['recall', 'zzyzxnowhere'],
      ['memory', 'model'],
    ]) {
      expectOneLine(await product.run(words), 3, /cannot be written: give your user write access/);
    }
    const [hit] = await recall(product, 'parcels warehouse');
    expect(hit).toMatchObject({ path: 'README.md', reasons: [{ text: expect.stringMatching(/found by git grep/) }] });
    execFileSync('chmod', ['-R', 'u+w', folder]);
    expect((await recall(product, 'parcels warehouse'))[0]?.path).toBe('README.md');
  });

  it('whose rebuild fails tells so for as long as that is so, and works once it can', async () => {
    expect((await product.run(['index', '--resume', '--wait', '--json'])).code).toBe(0);
    const host = product.hostPid();
    const folder = join(memoryFolder(product), 'index');
    const closed = /cannot be written: give your user write access/;
    execFileSync('chmod', ['-R', 'a-w', folder]);
    expectOneLine(await product.run(['index', '--rebuild']), 3, closed);
    const waited = await product.run(['index', '--wait', '--json']);
    expect(waited.code).toBe(3);
    expect(lines(waited).at(-1)).toMatchObject({
      state: 'failed',
      problems: expect.arrayContaining([{ part: 'database', message: expect.stringMatching(closed) }]),
    });
    expectOneLine(await product.run(['recall', 'zzyzxnowhere']), 3, closed);
    execFileSync('chmod', ['-R', 'u+w', folder]);
    expect((await recall(product, 'parcels warehouse'))[0]?.path).toBe('README.md');
    expect(await index(product, '--wait')).toMatchObject({
      state: 'ready',
      files: { indexed: 7 },
      problems: [setAside],
    });
    expect(product.hostPid()).toBe(host);
  });
});
