import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeRepository } from '../../../src/node/repository/describeRepository.ts';
import { openGitTreeStore } from '../../../src/node/repository/gitTreeStore.ts';
import { filesOf, fingerprint, must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => {
  repository.remove();
});

describe('a snapshot', () => {
  it('holds what is committed, staged, dirty and untracked, and not what is ignored or deleted', async () => {
    repository.commit({
      'kept.txt': 'kept\n',
      'edited.txt': 'old\n',
      'gone.txt': 'gone\n',
      'staged.txt': 'old\n',
      '.gitignore': '*.log\n',
    });
    repository.write('edited.txt', 'new\n');
    repository.write('staged.txt', 'staged\n');
    repository.git('add', 'staged.txt');
    repository.write('both.txt', 'staged\n');
    repository.git('add', 'both.txt');
    repository.write('both.txt', 'staged, then edited\n');
    repository.write('new/file.txt', 'untracked\n');
    repository.write('noise.log', 'ignored\n');
    unlinkSync(join(repository.root, 'gone.txt'));
    const store = await repository.open();
    const snapshot = must(await store.snapshot(signal));
    expect(await filesOf(store, snapshot.tree)).toEqual({
      '.gitignore': '100644 *.log\n',
      'both.txt': '100644 staged, then edited\n',
      'edited.txt': '100644 new\n',
      'kept.txt': '100644 kept\n',
      'new/file.txt': '100644 untracked\n',
      'staged.txt': '100644 staged\n',
    });
    expect(snapshot).toMatchObject({ branch: 'main', files: 6, bytes: 52, uncommitted: 4, excluded: [] });
    expect(snapshot.head).toBe(repository.git('rev-parse', 'HEAD').trim());
  });

  it('leaves every byte of the repository as it was, the index and the object store included', async () => {
    repository.commit({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'sub/c.txt': 'c\n' });
    repository.write('a.txt', 'dirty\n');
    repository.write('staged.txt', 'staged\n');
    repository.git('add', 'staged.txt');
    repository.write('untracked.txt', 'u\n');
    // A stat-dirty file is what makes a plain `git status` rewrite the index.
    utimesSync(join(repository.root, 'b.txt'), 1, 1);
    const before = fingerprint(repository.root);
    const store = await repository.open();
    const first = must(await store.snapshot(signal));
    const changes = [{ path: 'a.txt', op: 'write', mode: '100644', bytes: Buffer.from('agent\n') }] as const;
    const imported = must(await store.importChanges(first.tree, changes, signal));
    must(await store.changeset(first.tree, imported.tree, signal));
    must(await store.patch(first.tree, imported.tree, signal));
    must(await store.keep('run-1', imported.tree, signal));
    expect(fingerprint(repository.root)).toEqual(before);
    repository.git('status');
    expect(fingerprint(repository.root), 'the control: a plain status does rewrite the index').not.toEqual(before);
  });

  it('takes the executable bit, links that stay inside, and names with spaces, newlines, quotes and other scripts', async () => {
    const names = [
      'with space.txt',
      'new\nline.txt',
      'tab\tand "quote" \\ back.txt',
      'ünï/日本語.txt',
      '-dash.txt',
      ':colon',
    ];
    repository.commit(Object.fromEntries(names.map((name) => [name, 'committed\n'])));
    for (const name of names) {
      repository.write(name, `edited ${name}\n`);
      repository.write(`untracked ${name.replace('/', '-')}`, 'new\n');
    }
    repository.write('run.sh', '#!/bin/sh\n', 0o755);
    symlinkSync('run.sh', join(repository.root, 'inside'));
    symlinkSync('/etc/passwd', join(repository.root, 'outside'));
    symlinkSync('../../x', join(repository.root, 'up'));
    const store = await repository.open();
    const snapshot = must(await store.snapshot(signal));
    const files = await filesOf(store, snapshot.tree);
    for (const name of names) {
      expect(files[name]).toBe(`100644 ${Buffer.from(`edited ${name}\n`).toString('latin1')}`);
      expect(files[`untracked ${name.replace('/', '-')}`]).toBe('100644 new\n');
    }
    expect(files['run.sh']).toBe('100755 #!/bin/sh\n');
    expect(files['inside']).toBe('120000 run.sh');
    expect(snapshot.excluded).toEqual([
      { path: 'outside', reason: 'link-outside' },
      { path: 'up', reason: 'link-outside' },
    ]);
    expect(must(await store.read(snapshot.tree, 'new\nline.txt', signal))).toEqual(
      Buffer.from('edited new\nline.txt\n'),
    );
    expect(must(await store.read(snapshot.tree, 'nowhere', signal))).toBeNull();
  });

  it('leaves secrets out, tracked or not, and says so; a changeset never shows them as deleted', async () => {
    repository.commit({ '.env': 'A=1\n', 'keys/server.pem': 'x\n', 'src/a.js': '1\n', '.env.example': 'A=\n' });
    repository.write('id_rsa', 'private\n');
    repository.write('.env.local', 'B=2\n');
    repository.write('keys/server.pem', 'changed\n');
    const store = await repository.open();
    const snapshot = must(await store.snapshot(signal));
    expect(Object.keys(await filesOf(store, snapshot.tree))).toEqual(['.env.example', 'src/a.js']);
    expect(snapshot.excluded).toEqual(
      ['.env', '.env.local', 'id_rsa', 'keys/server.pem'].map((path) => ({ path, reason: 'secret' })),
    );
    const changes = [{ path: 'src/a.js', op: 'write', mode: '100644', bytes: Buffer.from('2\n') }] as const;
    const { tree } = must(await store.importChanges(snapshot.tree, changes, signal));
    expect(must(await store.changeset(snapshot.tree, tree, signal)).files.map((file) => file.path)).toEqual([
      'src/a.js',
    ]);
  });

  it('does not read a 1 GB untracked file, nor a socket, nor a pipe', async () => {
    repository.commit({ 'a.txt': 'a\n', 'piped.txt': 'p\n' });
    repository.write('huge.bin', '');
    truncateSync(join(repository.root, 'huge.bin'), 2 ** 30);
    unlinkSync(join(repository.root, 'piped.txt'));
    execFileSync('mkfifo', [join(repository.root, 'piped.txt')]);
    const server = createServer().listen(join(repository.root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const store = await repository.open();
    const started = performance.now();
    const snapshot = must(await store.snapshot(signal));
    server.close();
    expect(performance.now() - started).toBeLessThan(5000);
    expect(Object.keys(await filesOf(store, snapshot.tree))).toEqual(['a.txt']);
    expect(snapshot.excluded).toContainEqual({ path: 'huge.bin', reason: 'too-large' });
    expect(snapshot.excluded).toContainEqual({ path: 'piped.txt', reason: 'special' });
  });

  it('leaves out submodules and repositories inside the repository', async () => {
    const inner = join(repository.folder, 'inner');
    mkdirSync(inner);
    repository.gitIn(inner, 'init', '-q');
    repository.gitIn(inner, 'commit', '-q', '--allow-empty', '-m', 'x');
    repository.commit({ 'a.txt': 'a\n' });
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'vendor/inner');
    repository.commit();
    mkdirSync(join(repository.root, 'nested'));
    repository.gitIn(join(repository.root, 'nested'), 'init', '-q');
    repository.write('nested/file.txt', 'x');
    const store = await repository.open();
    const snapshot = must(await store.snapshot(signal));
    expect(Object.keys(await filesOf(store, snapshot.tree))).toEqual(['.gitmodules', 'a.txt']);
    expect(snapshot.excluded).toEqual([
      { path: 'nested', reason: 'nested-repository' },
      { path: 'vendor/inner', reason: 'nested-repository' },
    ]);
  });

  it('sees an unchanged checkout with autocrlf as unchanged, and a changed file with the bytes that are on disk', async () => {
    repository.git('config', 'core.autocrlf', 'true');
    repository.commit({ 'a.txt': 'one\r\ntwo\r\n', 'b.txt': 'x\r\n' });
    utimesSync(join(repository.root, 'a.txt'), 5, 5);
    repository.write('b.txt', 'y\r\n');
    const store = await repository.open();
    const snapshot = must(await store.snapshot(signal));
    expect(await filesOf(store, snapshot.tree)).toEqual({ 'a.txt': '100644 one\ntwo\n', 'b.txt': '100644 y\r\n' });
    expect(snapshot.uncommitted).toBe(1);
  });

  it("honours autocrlf and excludes of the user's own configuration", async () => {
    writeFileSync(join(repository.home, 'ignored'), '*.swp\n');
    repository.gitIn(repository.home, 'config', '--global', 'core.excludesFile', join(repository.home, 'ignored'));
    repository.gitIn(repository.home, 'config', '--global', 'core.autocrlf', 'true');
    repository.commit({ 'a.txt': 'one\r\n' });
    utimesSync(join(repository.root, 'a.txt'), 5, 5);
    repository.write('x.swp', 'x');
    const store = await repository.open();
    const snapshot = must(await store.snapshot(signal));
    expect(await filesOf(store, snapshot.tree)).toEqual({ 'a.txt': '100644 one\n' });
    expect(snapshot.uncommitted).toBe(0);
  });

  it('sees a change of the same size made in the same instant as the last add', async () => {
    for (let round = 0; round < 10; round += 1) {
      repository.write('a.txt', `a${round}\n`);
      repository.git('add', 'a.txt');
      repository.write('a.txt', `b${round}\n`);
      const store = await repository.open();
      expect(await filesOf(store, must(await store.snapshot(signal)).tree)).toEqual({ 'a.txt': `100644 b${round}\n` });
    }
  });

  it('works before the first commit, with a detached head, in a linked worktree, in a merge and with a split index', async () => {
    repository.write('a.txt', 'a\n');
    const store = await repository.open();
    const first = must(await store.snapshot(signal));
    expect(first).toMatchObject({ head: null, branch: 'main', files: 1, uncommitted: 1 });
    repository.commit({ 'a.txt': 'a\n' });
    repository.git('update-index', '--split-index');
    repository.git('checkout', '-q', '--detach');
    repository.write('b.txt', 'b\n');
    expect(must(await store.snapshot(signal))).toMatchObject({ branch: null, files: 2, uncommitted: 1 });
    const linked = join(repository.folder, 'linked');
    repository.git('worktree', 'add', '-q', '-b', 'side', linked);
    writeFileSync(join(linked, 'a.txt'), 'linked\n');
    const other = await repository.open(linked);
    const snapshot = must(await other.snapshot(signal));
    expect(snapshot).toMatchObject({ branch: 'side', uncommitted: 1 });
    expect(await filesOf(other, snapshot.tree)).toEqual({ 'a.txt': '100644 linked\n' });
    repository.gitIn(linked, 'commit', '-q', '-am', 'side');
    repository.commit({ 'a.txt': 'ours\n' });
    expect(() => repository.git('merge', '-q', 'side')).toThrow();
    const merging = await filesOf(store, must(await store.snapshot(signal)).tree);
    expect(merging['a.txt']).toMatch(/^100644 <<<<<<< HEAD\nours\n=======\nlinked\n>>>>>>> side\n$/);
  });

  it('takes a directory in place of a file and a file in place of a directory', async () => {
    repository.commit({ a: 'file\n', 'b/c': 'file\n' });
    unlinkSync(join(repository.root, 'a'));
    repository.write('a/x', 'inside\n');
    rmSync(join(repository.root, 'b'), { recursive: true });
    repository.write('b', 'file now\n');
    const store = await repository.open();
    expect(await filesOf(store, must(await store.snapshot(signal)).tree)).toEqual({
      'a/x': '100644 inside\n',
      b: '100644 file now\n',
    });
  });

  it('is not bent by export attributes, and follows no alternate of the repository into writing', async () => {
    repository.commit({
      'a.txt': '$Format:%H$\n',
      'b.txt': 'b\n',
      '.gitattributes': 'a.txt export-subst\nb.txt export-ignore\n',
    });
    const clone = join(repository.folder, 'clone');
    repository.gitIn(repository.folder, 'clone', '-q', '--shared', repository.root, clone);
    const before = fingerprint(clone);
    const store = await repository.open(clone);
    const snapshot = must(await store.snapshot(signal));
    expect(await filesOf(store, snapshot.tree)).toMatchObject({
      'a.txt': '100644 $Format:%H$\n',
      'b.txt': '100644 b\n',
    });
    expect(fingerprint(clone)).toEqual(before);
  });

  it('takes the files that a sparse checkout leaves out, and says which ones a partial clone does not have', async () => {
    repository.commit({ 'in/a.txt': 'a\n', 'out/b.txt': 'b\n', 'c.txt': 'c\n' });
    repository.git('config', 'uploadpack.allowFilter', 'true');
    const clone = join(repository.folder, 'clone');
    repository.gitIn(repository.folder, 'clone', '-q', `file://${repository.root}`, clone);
    repository.gitIn(clone, 'sparse-checkout', 'set', '--sparse-index', 'in');
    const store = await repository.open(clone);
    const whole = must(await store.snapshot(signal));
    expect(whole).toMatchObject({ uncommitted: 0, excluded: [] });
    expect(Object.keys(await filesOf(store, whole.tree))).toEqual(['c.txt', 'in/a.txt', 'out/b.txt']);
    const partial = join(repository.folder, 'partial');
    const words = ['clone', '-q', '--filter=blob:none', '--sparse', `file://${repository.root}`, partial];
    repository.gitIn(repository.folder, ...words);
    const before = fingerprint(partial);
    const other = await repository.open(partial);
    const some = must(await other.snapshot(signal));
    expect(some.excluded).toEqual([
      { path: 'in/a.txt', reason: 'unreadable' },
      { path: 'out/b.txt', reason: 'unreadable' },
    ]);
    expect(Object.keys(await filesOf(other, some.tree))).toEqual(['c.txt']);
    expect(fingerprint(partial), 'nothing was fetched').toEqual(before);
  });

  it('works on a repository with SHA-256 names', async () => {
    const other = new TemporaryRepository('--object-format=sha256');
    other.commit({ 'a.txt': 'a\n' });
    other.write('b.txt', 'b\n');
    const store = await other.open();
    const snapshot = must(await store.snapshot(signal));
    expect(snapshot.tree).toHaveLength(64);
    expect(await filesOf(store, snapshot.tree)).toEqual({ 'a.txt': '100644 a\n', 'b.txt': '100644 b\n' });
    other.remove();
    process.env['HOME'] = repository.home;
  });

  it('leaves out a file whose name is no UTF-8, and says so', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    repository.write('bytes\u{fffd}', 'x');
    writeFileSync(Buffer.concat([Buffer.from(`${repository.root}/latin-`), Buffer.from([0xe9])]), 'x');
    const store = await repository.open();
    const snapshot = must(await store.snapshot(signal));
    expect(snapshot.excluded).toEqual([{ path: 'latin-\u{fffd}', reason: 'special' }]);
  });

  it.skipIf(process.getuid?.() !== 0)('leaves out a file that another user closed, seen as that user', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    repository.write('closed.txt', 'x', 0o000);
    repository.write('closed/x.txt', 'x');
    chmodSync(join(repository.root, 'closed'), 0o000);
    chmodSync(repository.folder, 0o777);
    const user = 65_534;
    execFileSync('chown', ['-R', String(user), repository.folder]);
    process.seteuid?.(user);
    try {
      const store = await repository.open();
      const { excluded, files } = must(await store.snapshot(signal));
      expect({ excluded, files }).toEqual({
        excluded: [
          { path: 'closed', reason: 'unreadable' },
          { path: 'closed.txt', reason: 'unreadable' },
        ],
        files: 1,
      });
    } finally {
      process.seteuid?.(0);
    }
  });
});

describe('describing a repository', () => {
  const reasonOf = async (path: string): Promise<string> => {
    const described = await describeRepository(path, signal);
    return described.ok ? 'ok' : `${described.error.reason}: ${described.error.message}`;
  };

  it('says in one line what is wrong and what to do', async () => {
    const bare = join(repository.folder, 'bare.git');
    repository.gitIn(repository.folder, 'init', '-q', '--bare', bare);
    expect(await reasonOf(join(repository.folder, 'nowhere'))).toMatch(
      /^not-a-repository: .*Name an existing folder\.$/,
    );
    expect(await reasonOf(repository.folder)).toMatch(/^not-a-repository: .*git init/);
    expect(await reasonOf(bare)).toMatch(/^bare-repository: .*Clone it/);
    expect(await reasonOf(join(repository.root, '.git'))).toMatch(
      /^not-a-repository: .*Use the folder that holds the files/,
    );
    const path = process.env['PATH'];
    process.env['PATH'] = repository.home;
    expect(await reasonOf(repository.root)).toMatch(/^git-missing: .*Install Git/);
    process.env['PATH'] = path;
  });

  it.skipIf(process.getuid?.() !== 0)(
    'respects that Git does not trust the repository of another user, until the user does',
    async () => {
      execFileSync('chown', ['-R', '4321', repository.root]);
      expect(await reasonOf(repository.root)).toMatch(/^unreadable: .*git config --global --add safe\.directory/);
      repository.gitIn(repository.home, 'config', '--global', '--add', 'safe.directory', repository.root);
      expect(await reasonOf(repository.root)).toBe('ok');
      const store = await repository.open();
      expect((await store.snapshot(signal)).ok).toBe(true);
    },
  );

  it('gives the root from a folder inside, through links', async () => {
    repository.commit({ 'sub/a.txt': 'a\n' });
    const link = join(repository.folder, 'link');
    symlinkSync(repository.root, link);
    const described = must(await describeRepository(join(link, 'sub'), signal));
    expect(described).toMatchObject({
      root: repository.root,
      gitDirectory: join(repository.root, '.git'),
      branch: 'main',
    });
    expect(statSync(described.root).isDirectory()).toBe(true);
  });

  it('ends at once when it is cancelled', async () => {
    const described = must(await describeRepository(repository.root, signal));
    const store = must(await openGitTreeStore(described, repository.state, signal));
    const aborted = await store.snapshot(AbortSignal.abort());
    expect(aborted).toMatchObject({ ok: false, error: { reason: 'aborted' } });
  });
});
