import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryIndexing } from '../../../src/indexer/historyIndexing.ts';
import { Problems } from '../../../src/indexer/problems.ts';
import { commitTables, CommitStore } from '../../../src/node/memory/sqlite/commitTables.ts';
import { type MemoryDatabase, openMemoryDatabase } from '../../../src/node/memory/sqlite/openMemoryDatabase.ts';
import { must, TemporaryRepository } from '../repository/temporaryRepository.ts';

/** More than two parts. */
const count = 250;

let repository: TemporaryRepository;
let directory: string;
let database: MemoryDatabase;
let commits: CommitStore;
/** Commits that came or went in each transaction. */
let steps: number[];
/** Transactions after which the process is as if killed. */
let patience: number;

/** So many commits on top of the first one. */
function commitMany(branch: string): void {
  const input = Array.from(
    { length: count },
    (_, at) =>
      `commit refs/heads/${branch}\ncommitter A <a@example.invalid> ${1_700_000_000 + at} +0000\ndata 4\nmore\n` +
      `${at === 0 ? 'from refs/heads/main^0\n' : ''}M 644 inline ${branch}${at}.txt\ndata 1\nx\n`,
  );
  execFileSync('git', ['fast-import', '--quiet'], { cwd: repository.root, input: input.join('\n'), timeout: 60_000 });
}

function checkOut(branch: string): void {
  repository.git('symbolic-ref', 'HEAD', `refs/heads/${branch}`);
}

function index(): HistoryIndexing {
  return new HistoryIndexing({
    root: repository.root,
    database: {
      ...database,
      write: (work) => {
        if (steps.length === patience) throw new Error('killed');
        const before = commits.count();
        const written = database.write(work);
        steps.push(Math.abs(commits.count() - before));
        return written;
      },
    },
    commits,
    problems: new Problems(() => undefined),
    gate: async () => undefined,
    isForgotten: () => false,
    onWritten: () => undefined,
  });
}

beforeEach(async () => {
  repository = new TemporaryRepository();
  repository.commit({ 'first.txt': 'x' });
  commitMany('one');
  repository.git('branch', 'two', 'main');
  directory = mkdtempSync(join(tmpdir(), 'nightshift-history-'));
  database = must(await openMemoryDatabase(directory, [commitTables]));
  commits = new CommitStore(database);
  steps = [];
  patience = Infinity;
  checkOut('one');
  await index().update();
  expect(commits.count()).toBe(count + 1);
});

afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true, force: true });
  repository.remove();
});

describe('the history of a branch', () => {
  it('takes the commits of the branch before away in parts', async () => {
    steps = [];
    checkOut('two');
    await index().update();
    expect(commits.count()).toBe(1);
    expect(Math.max(...steps)).toBe(100);
    expect(commits.head()).toBe(repository.git('rev-parse', 'main').trim());
  });

  it('takes everything away in parts where it begins anew', async () => {
    steps = [];
    must(database.write(() => commits.setHead(undefined)));
    await index().update();
    expect(commits.count()).toBe(count + 1);
    expect(Math.max(...steps)).toBe(100);
    expect(commits.head()).toBe(repository.git('rev-parse', 'one').trim());
  });

  it.each([1, 2, 3, 4])(
    'is whole again where it was killed after %i parts, also on the branch before',
    async (parts) => {
      steps = [];
      patience = parts;
      checkOut('two');
      await expect(index().update()).rejects.toThrow('killed');
      expect(commits.count()).toBeLessThanOrEqual(count + 1);
      patience = Infinity;
      checkOut('one');
      await index().update();
      expect(commits.count()).toBe(count + 1);
      expect(commits.head()).toBe(repository.git('rev-parse', 'one').trim());
    },
  );
});
