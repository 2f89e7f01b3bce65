import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IncomingChange } from '../../../src/core/repository/repository.ts';
import { takeOver, type TakeOverWish } from '../../../src/core/supervisor/takeOver.ts';
import { createGitWorktrees } from '../../../src/node/changes/gitWorktrees.ts';
import { describeRepository } from '../../../src/node/repository/describeRepository.ts';
import { MemoryTaskTrace } from '../../fakes/memoryTaskTrace.ts';
import { created, entry, move } from '../../fakes/traceEvents.ts';
import { fingerprint, must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => repository.remove());

function write(path: string, content: string, mode = '100644'): IncomingChange {
  return { path, op: 'write', mode, bytes: Buffer.from(content) };
}

function remove(path: string): IncomingChange {
  return { path, op: 'delete', mode: null, bytes: null };
}

/** A paused task whose agent has changed this; `takes` takes it over. */
async function paused(changes: readonly IncomingChange[]) {
  const store = await repository.open();
  const snapshot = must(await store.snapshot(signal));
  const { tree } = must(await store.importChanges(snapshot.tree, changes, signal));
  const excluded = snapshot.excluded.map((each) => ({ ...each }));
  const trace = new MemoryTaskTrace();
  for (const each of [
    created({ goal: 'Fix the sum' }),
    move('prepare'),
    entry('snapshot-taken', { ...snapshot, excluded }),
    move('work'),
    entry('run-started', { run: 'run-1', agent: 'implementer', tree: snapshot.tree }),
    entry('checkpoint-saved', { run: 'run-1', step: 1, tree, changes: changes.length }),
    move('pause'),
  ]) {
    await trace.record(each);
  }
  const worktrees = createGitWorktrees({ repository: must(await describeRepository(repository.root, signal)), store });
  return {
    trace,
    tree,
    takes: (wish: TakeOverWish = {}) => takeOver({ store, worktrees, trace }, wish, signal),
    /** Cancelled as soon as its folder is there. */
    turnsAway: async () => {
      const person = new AbortController();
      const follow = watch(repository.folder, () => {
        if (existsSync(besides())) {
          person.abort();
        }
      });
      const filled: typeof worktrees = {
        ...worktrees,
        open: async (place, end) => {
          const opened = await worktrees.open(place, end);
          person.abort();
          return opened;
        },
      };
      const taken = await takeOver({ store, worktrees: filled, trace }, {}, person.signal);
      follow.close();
      return taken;
    },
  };
}

const besides = (name = 'fix-the-sum'): string => `${repository.root}-${name}`;
const status = (directory: string): string => repository.gitIn(directory, 'status', '--porcelain', '-uall');

describe('taking a task over', () => {
  it('gives the agent’s work as uncommitted changes on a branch of its own, and touches nothing of the user’s', async () => {
    repository.commit({ 'a.txt': 'a\n', 'gone.txt': 'gone\n', 'run.sh': '#!/bin/sh\n' });
    const { trace, tree, takes } = await paused([
      write('a.txt', 'changed\n'),
      write('new/b.txt', 'b\n'),
      write('run.sh', '#!/bin/sh\n', '100755'),
      remove('gone.txt'),
    ]);
    const before = fingerprint(repository.root);
    const taken = must(await takes({ protected: 'write' }));
    expect(taken).toEqual({ directory: besides(), branch: 'nightshift/fix-the-sum', files: 4, left: [] });
    expect(status(besides())).toBe(' M a.txt\n D gone.txt\n M run.sh\n?? new/b.txt\n');
    expect(repository.gitIn(besides(), 'diff', '--summary')).toContain('mode change 100644 => 100755 run.sh');
    expect(repository.gitIn(besides(), 'symbolic-ref', '--short', 'HEAD')).toBe('nightshift/fix-the-sum\n');
    const after = fingerprint(repository.root);
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.filter((path) => !/^\.git(\/(worktrees|refs\/heads|logs)(\/.*)?)?$/.test(path))).toEqual([]);
    expect(repository.git('branch', '--format=%(refname:short)')).toBe('main\nnightshift/fix-the-sum\n');
    expect(trace.task()).toMatchObject({ state: 'paused', takenOver: { tree, directory: besides(), files: 4 } });
  });

  it('has what was uncommitted when the agent began, which its work may rest on', async () => {
    repository.commit({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    repository.write('b.txt', 'mine\n');
    repository.write('new.txt', 'mine too\n');
    const { takes } = await paused([write('a.txt', 'changed\n')]);
    repository.git('checkout', '-q', 'b.txt');
    must(await takes());
    expect(readFileSync(join(besides(), 'b.txt'), 'utf8')).toBe('mine\n');
    expect(status(besides())).toBe(' M a.txt\n M b.txt\n?? new.txt\n');
  });

  it('stands on the commit where the task began, whatever was committed since', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    const head = repository.git('rev-parse', 'HEAD');
    const { takes } = await paused([write('a.txt', 'changed\n')]);
    repository.commit({ 'a.txt': 'something else\n' });
    must(await takes());
    expect(repository.gitIn(besides(), 'rev-parse', 'HEAD')).toBe(head);
    expect(readFileSync(join(besides(), 'a.txt'), 'utf8')).toBe('changed\n');
  });

  it('takes files that the agent was not given for what they are: not deleted', async () => {
    repository.commit({ 'a.txt': 'a\n', '.env': 'SECRET=1\n' });
    const { trace, takes } = await paused([write('a.txt', 'changed\n')]);
    expect(trace.task().snapshot?.excluded.map(({ path }) => path)).toContain('.env');
    must(await takes());
    expect(readFileSync(join(besides(), '.env'), 'utf8')).toBe('SECRET=1\n');
    expect(status(besides())).toBe(' M a.txt\n');
  });

  it('keeps the line ends that a checkout has', async () => {
    repository.git('config', 'core.autocrlf', 'true');
    repository.write('a.txt', 'one\r\ntwo\r\n');
    repository.commit();
    const { takes } = await paused([write('a.txt', 'one\r\n2\r\n')]);
    must(await takes());
    expect(readFileSync(join(besides(), 'a.txt'), 'utf8')).toBe('one\r\n2\r\n');
    expect(repository.gitIn(besides(), 'diff', '--numstat')).toBe('1\t1\ta.txt\n');
  });

  it('asks what becomes of protected files, leaves them out or writes them', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    const { takes } = await paused([write('a.txt', 'changed\n'), write('.vscode/tasks.json', '{}\n')]);
    expect(await takes()).toMatchObject({
      ok: false,
      error: { reason: 'protected-files', message: expect.stringContaining('.vscode/tasks.json') },
    });
    expect(existsSync(besides())).toBe(false);
    expect(must(await takes({ protected: 'leave' }))).toMatchObject({ files: 1, left: ['.vscode/tasks.json'] });
    expect(existsSync(join(besides(), '.vscode'))).toBe(false);
    expect(must(await takes({ protected: 'write' }))).toMatchObject({ directory: besides('fix-the-sum-2'), left: [] });
    expect(existsSync(join(besides('fix-the-sum-2'), '.vscode/tasks.json'))).toBe(true);
  });

  it('runs no hook of the repository', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    const mark = join(repository.folder, 'hook-ran');
    mkdirSync(join(repository.root, '.git', 'hooks'), { recursive: true });
    for (const name of ['post-checkout', 'reference-transaction', 'post-index-change']) {
      writeFileSync(join(repository.root, '.git', 'hooks', name), `#!/bin/sh\necho ran >> '${mark}'\n`, {
        mode: 0o755,
      });
    }
    const { takes } = await paused([write('a.txt', 'changed\n')]);
    must(await takes());
    expect(existsSync(mark)).toBe(false);
  });

  it('writes through no link that the commit has', async () => {
    const outside = join(repository.folder, 'outside');
    mkdirSync(outside);
    repository.commit({ 'a.txt': 'a\n' });
    symlinkSync(outside, join(repository.root, 'folder'));
    repository.commit();
    const { takes } = await paused([write('a.txt', 'changed\n'), write('folder/b.txt', 'escaped\n')]);
    expect(must(await takes())).toMatchObject({ files: 1, left: ['folder/b.txt'] });
    expect(readdirSync(outside)).toEqual([]);
    expect(lstatSync(join(besides(), 'folder')).isSymbolicLink()).toBe(true);
  });

  it.each([
    ['a folder that has something in it', { directory: 'taken' }, 'name-taken'],
    ['a branch that is there', { branch: 'main' }, 'name-taken'],
    ['no name of a branch', { branch: 'a..b' }, 'bad-name'],
  ])('refuses %s, and leaves nothing behind', async (_, wish, reason) => {
    repository.commit({ 'a.txt': 'a\n' });
    const taken = join(repository.folder, 'taken');
    mkdirSync(taken);
    writeFileSync(join(taken, 'mine.txt'), 'mine');
    const { takes, trace } = await paused([write('a.txt', 'changed\n')]);
    const named = 'directory' in wish ? { directory: taken } : wish;
    expect(await takes(named)).toMatchObject({ ok: false, error: { reason } });
    expect(repository.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
    expect(trace.task().takenOver).toBeUndefined();
  });

  it('that is cancelled leaves neither folder nor branch, and can be made again', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    const { takes, turnsAway, trace } = await paused([write('a.txt', 'changed\n')]);
    expect(await turnsAway()).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(existsSync(besides())).toBe(false);
    expect(repository.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
    expect(repository.git('branch', '--list', 'nightshift/*')).toBe('');
    expect(trace.task().takenOver).toBeUndefined();
    expect(must(await takes())).toMatchObject({ directory: besides(), files: 1 });
  });

  it('has nothing to give where nothing was changed, or where there is no commit yet', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    const idle = await paused([]);
    expect(await idle.takes()).toMatchObject({ ok: false, error: { reason: 'nothing-to-take-over' } });
    const fresh = new TemporaryRepository();
    const first = repository;
    repository = fresh;
    try {
      repository.write('a.txt', 'a\n');
      const { takes } = await paused([write('a.txt', 'changed\n')]);
      expect(await takes()).toMatchObject({ ok: false, error: { reason: 'no-commit' } });
    } finally {
      fresh.remove();
      repository = first;
    }
  });
});
