import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FilePart } from '../../../src/core/changes/planFile.ts';
import type { AcceptPlace } from '../../../src/core/repository/history.ts';
import type { IncomingChange } from '../../../src/core/repository/repository.ts';
import { createCheckout } from '../../../src/node/changes/checkout.ts';
import { createGitHistory } from '../../../src/node/changes/gitHistory.ts';
import { describeRepository } from '../../../src/node/repository/describeRepository.ts';
import { fingerprint, must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => {
  repository.remove();
});

const message = 'Fix the sum\n\nNightshift-Task: task-1\n';
const lines = (...changed: readonly number[]): string =>
  Array.from({ length: 30 }, (_, index) => `line ${index}${changed.includes(index) ? ' changed' : ''}\n`).join('');

function write(path: string, content: string | Uint8Array, mode = '100644'): IncomingChange {
  return { path, op: 'write', mode, bytes: Buffer.from(content) };
}

async function prepare(changes: readonly IncomingChange[]) {
  const store = await repository.open();
  const base = must(await store.snapshot(signal)).tree;
  const { tree } = must(await store.importChanges(base, changes, signal));
  const changeset = must(await store.changeset(base, tree, signal));
  const found = must(await describeRepository(repository.root, signal));
  const history = createGitHistory({ repository: found, store });
  const checkout = createCheckout({ root: repository.root, store, history });
  const all = changeset.files.map(({ path }) => ({ path }));
  return {
    history,
    changeset,
    plan: (place: AcceptPlace, parts: readonly FilePart[] = all) =>
      history.plan(changeset, parts, { place, message }, signal),
    async place(place: AcceptPlace, parts: readonly FilePart[] = all) {
      const { placement, conflicts } = must(await history.plan(changeset, parts, { place, message }, signal));
      expect(conflicts).toEqual([]);
      must(await history.record(placement, signal));
      expect(must(await history.stands(placement, signal))).toBe(true);
      return placement;
    },
    async apply(parts: readonly FilePart[] = all): Promise<void> {
      const plan = must(await checkout.planApply(changeset, parts, signal));
      must(await checkout.apply(changeset, plan, 'apply-0000000001', signal));
    },
    hunks: async (path: string) => must(await checkout.hunks(changeset, path, signal)) ?? [],
  };
}

/** Makes every hook of the repository leave a mark. */
function markHooks(): string {
  const mark = join(repository.folder, 'hook-ran');
  const hooks = join(repository.root, '.git', 'hooks');
  mkdirSync(hooks, { recursive: true });
  const names = [
    'pre-commit',
    'commit-msg',
    'post-commit',
    'post-checkout',
    'post-index-change',
    'reference-transaction',
  ];
  for (const name of [...names, 'prepare-commit-msg', 'post-merge']) {
    writeFileSync(join(hooks, name), `#!/bin/sh\necho ${name} >> '${mark}'\n`);
    chmodSync(join(hooks, name), 0o755);
  }
  return mark;
}

/** All that is checked out and staged. */
function checkedOut(): unknown {
  const { git } = repository;
  const run = git.bind(repository);
  const files = Object.entries(fingerprint(repository.root)).filter(([path]) => !path.startsWith('.git'));
  return { files, index: run('ls-files', '-s'), head: run('symbolic-ref', 'HEAD'), at: run('rev-parse', 'HEAD') };
}

const places: readonly AcceptPlace[] = [{ kind: 'staged' }, { kind: 'commit' }, { kind: 'branch', name: 'topic' }];

describe('accepting as', () => {
  it('staged puts just the accepted changes into the index, beside what the user has changed in the same file', async () => {
    repository.commit({ 'a.txt': lines(), 'gone.txt': 'gone\n' });
    const task = await prepare([
      write('a.txt', lines(3)),
      write('run.sh', '#!/bin/sh\n', '100755'),
      { path: 'gone.txt', op: 'delete', mode: null, bytes: null },
    ]);
    repository.write('a.txt', lines(25));
    await task.apply();
    await task.place({ kind: 'staged' });
    expect(repository.git('show', ':a.txt')).toBe(lines(3));
    expect(repository.read('a.txt').toString()).toBe(lines(3, 25));
    expect(repository.git('status', '--porcelain')).toBe('MM a.txt\nD  gone.txt\nA  run.sh\n');
    expect(repository.git('ls-files', '-s', 'run.sh')).toMatch(/^100755 /);
  });

  it('a commit has the user’s name, just the accepted changes, and leaves staged what was staged', async () => {
    repository.commit({ 'a.txt': lines(), 'b.txt': 'b\n' });
    const head = repository.git('rev-parse', 'HEAD').trim();
    repository.write('b.txt', 'staged\n');
    repository.git('add', 'b.txt');
    const task = await prepare([write('a.txt', lines(3)), write('deep/new.txt', 'new\n')]);
    await task.apply();
    await task.place({ kind: 'commit' });
    expect(repository.git('log', '-1', '--format=%an <%ae> %P%n%B').trim()).toBe(
      `Test <test@example.invalid> ${head}\n${message}`.trim(),
    );
    expect(repository.git('show', '--name-only', '--format=', 'HEAD')).toBe('a.txt\ndeep/new.txt\n');
    expect(repository.git('symbolic-ref', 'HEAD').trim()).toBe('refs/heads/main');
    expect(repository.git('status', '--porcelain')).toBe('M  b.txt\n');
    expect(repository.git('reflog', '-1')).toContain('nightshift');
    expect(repository.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  it('the first commit of all has no parent', async () => {
    const task = await prepare([write('a.txt', 'a\n')]);
    await task.apply();
    await task.place({ kind: 'commit' });
    expect(repository.git('log', '--format=%P|%s').trim()).toBe('|Fix the sum');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('a branch leaves working tree, index and HEAD exactly as they are', async () => {
    repository.commit({ 'a.txt': lines(), 'b.txt': 'b\n' });
    repository.write('b.txt', 'dirty\n');
    const task = await prepare([write('a.txt', lines(3))]);
    const before = checkedOut();
    await task.place({ kind: 'branch', name: 'nightshift/sum' });
    expect(checkedOut()).toEqual(before);
    expect(repository.git('show', 'nightshift/sum:a.txt')).toBe(lines(3));
    expect(repository.git('show', 'nightshift/sum:b.txt')).toBe('b\n');
    expect(repository.git('rev-parse', 'nightshift/sum^')).toBe(repository.git('rev-parse', 'main'));
  });

  it('a worktree is a new branch in a new folder, and leaves the user’s own as it is', async () => {
    repository.commit({ 'a.txt': lines() });
    const task = await prepare([write('a.txt', lines(3))]);
    const before = checkedOut();
    const directory = join(repository.folder, 'sum-tree');
    await task.place({ kind: 'worktree', directory });
    expect(checkedOut()).toEqual(before);
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe(lines(3));
    expect(repository.gitIn(directory, 'status', '--porcelain', '-b')).toBe('## sum-tree\n');
  });

  it('runs no hook, no filter and no program of the repository', async () => {
    repository.commit({ 'a.txt': lines(), '.gitattributes': '* filter=evil\n' });
    const mark = markHooks();
    repository.git('config', 'filter.evil.clean', `echo clean >> '${mark}'; cat`);
    repository.git('config', 'filter.evil.smudge', `echo smudge >> '${mark}'; cat`);
    repository.git('config', 'commit.gpgSign', 'true');
    repository.git('config', 'gpg.program', `echo gpg >> '${mark}'; false`);
    const task = await prepare([write('a.txt', lines(3)), write('new.txt', 'new\n')]);
    await task.place({ kind: 'branch', name: 'topic' });
    await task.place({ kind: 'worktree', directory: join(repository.folder, 'tree') });
    await task.apply();
    await task.place({ kind: 'commit' });
    expect(existsSync(mark) ? readFileSync(mark, 'utf8') : '').toBe('');
  });

  it.each(places)('$kind takes chosen hunks alone, and then the others', async (place) => {
    repository.commit({ 'a.txt': lines() });
    const task = await prepare([write('a.txt', lines(3, 15, 27))]);
    const [first, second, third] = await task.hunks('a.txt');
    if (first === undefined || second === undefined || third === undefined) throw new Error('no three hunks');
    const where = place.kind === 'staged' ? ':a.txt' : place.kind === 'commit' ? 'HEAD:a.txt' : 'topic:a.txt';
    await task.place(place, [{ path: 'a.txt', to: [first, third] }]);
    expect(repository.git('show', where)).toBe(lines(3, 27));
    if (place.kind !== 'branch') {
      await task.place(place, [{ path: 'a.txt', from: [first, third] }]);
      expect(repository.git('show', where)).toBe(lines(3, 15, 27));
    }
  });

  it('keeps the line ends of a file that is known, and adds a new one as Git would', async () => {
    repository.git('config', 'core.autocrlf', 'false');
    repository.commit({ 'crlf.txt': 'a\r\nb\r\n' });
    repository.git('config', 'core.autocrlf', 'true');
    const task = await prepare([write('crlf.txt', 'a\r\nB\r\n'), write('new.txt', 'x\r\ny\r\n')]);
    await task.place({ kind: 'branch', name: 'topic' });
    expect(repository.git('cat-file', 'blob', 'topic:crlf.txt')).toBe('a\r\nB\r\n');
    expect(repository.git('cat-file', 'blob', 'topic:new.txt')).toBe('x\ny\n');
  });
});

describe('an accept that does not fit', () => {
  it('is a conflict where it rests on changes that are not committed, and nothing is written', async () => {
    repository.commit({ 'a.txt': 'one\n' });
    repository.write('a.txt', 'two\n');
    const task = await prepare([write('a.txt', 'three\n')]);
    const before = checkedOut();
    const refs = repository.git('for-each-ref');
    for (const place of places) {
      const { conflicts } = must(await task.plan(place));
      expect(conflicts).toMatchObject([{ path: 'a.txt', reason: 'changed-meanwhile' }]);
    }
    expect(checkedOut()).toEqual(before);
    expect(repository.git('for-each-ref')).toBe(refs);
  });

  it.each([
    ['is there already', 'main', 'name-taken'],
    ['no branch can have', 'a..b', 'bad-name'],
    ['looks like an option', '-f', 'bad-name'],
  ])('to a branch whose name %s is refused', async (_, name, reason) => {
    repository.commit({ 'a.txt': 'one\n' });
    const task = await prepare([write('a.txt', 'two\n')]);
    expect(await task.plan({ kind: 'branch', name })).toMatchObject({ ok: false, error: { reason } });
  });

  it('to a folder that is there, in the middle of a merge, or in nobody’s name is refused', async () => {
    repository.commit({ 'a.txt': 'one\n' });
    const task = await prepare([write('a.txt', 'two\n')]);
    const there = await task.plan({ kind: 'worktree', directory: repository.root });
    expect(there).toMatchObject({ ok: false, error: { reason: 'name-taken' } });
    writeFileSync(join(repository.root, '.git', 'MERGE_HEAD'), repository.git('rev-parse', 'HEAD'));
    expect(await task.plan({ kind: 'commit' })).toMatchObject({ ok: false, error: { reason: 'merge-open' } });
    writeFileSync(join(repository.home, '.gitconfig'), '');
    const nobody = await task.plan({ kind: 'branch', name: 'topic' });
    expect(nobody).toMatchObject({ ok: false, error: { reason: 'no-identity' } });
  });

  it('any more is not recorded: the branch or the index has moved on, or another Git is at work', async () => {
    repository.commit({ 'a.txt': lines() });
    const task = await prepare([write('a.txt', lines(3))]);
    const plans = [];
    for (const place of places) plans.push(must(await task.plan(place)).placement);
    writeFileSync(join(repository.root, '.git', 'index.lock'), '');
    const [first, second, third] = plans;
    if (first === undefined || second === undefined || third === undefined) throw new Error('no plans');
    expect(await task.history.record(first, signal)).toMatchObject({ ok: false, error: { reason: 'index-locked' } });
    expect(await task.history.record(second, signal)).toMatchObject({ ok: false, error: { reason: 'index-locked' } });
    repository.git('update-ref', 'refs/heads/topic', 'HEAD');
    expect(await task.history.record(third, signal)).toMatchObject({ ok: false, error: { reason: 'git-failed' } });
    expect(must(await task.history.stands(third, signal))).toBe(false);
  });

  it('is done at most once', async () => {
    repository.commit({ 'a.txt': lines() });
    const task = await prepare([write('a.txt', lines(3))]);
    // A commit comes last: nothing of the task is new after it.
    for (const place of places.toSorted(
      (one, other) => Number(one.kind === 'commit') - Number(other.kind === 'commit'),
    )) {
      const placement = await task.place(place);
      const refs = repository.git('for-each-ref');
      expect((await task.history.record(placement, signal)).ok).toBe(false);
      expect(repository.git('for-each-ref')).toBe(refs);
      repository.git('reset', '-q', '--hard');
    }
  });
});

describe('unstaging', () => {
  it('restores the index exactly, over two accepts of one file, and leaves what was staged since', async () => {
    repository.commit({ 'a.txt': lines(), 'b.txt': 'b\n' });
    const task = await prepare([write('a.txt', lines(3, 27)), write('b.txt', 'B\n')]);
    const before = repository.git('ls-files', '-s');
    const [first] = await task.hunks('a.txt');
    if (first === undefined) throw new Error('no hunk');
    const one = await task.place({ kind: 'staged' }, [{ path: 'a.txt', to: [first] }]);
    const two = await task.place({ kind: 'staged' }, [{ path: 'a.txt', from: [first] }, { path: 'b.txt' }]);
    const edits = [...two.index, ...one.index];
    expect(must(await task.history.unstage(edits, signal))).toEqual([]);
    expect(repository.git('ls-files', '-s')).toBe(before);
    await task.place({ kind: 'staged' }, [{ path: 'b.txt' }]);
    repository.write('b.txt', 'mine\n');
    repository.git('add', 'b.txt');
    const other = two.index.filter(({ path }) => path === 'b.txt');
    expect(must(await task.history.unstage(other, signal))).toEqual(['b.txt']);
    expect(repository.git('show', ':b.txt')).toBe('mine\n');
  });
});
