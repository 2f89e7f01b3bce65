import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeRepository } from '../../../src/node/repository/describeRepository.ts';
import { findGit } from '../../../src/node/repository/findGit.ts';
import { runGit } from '../../../src/node/repository/git.ts';
import { openGitTreeStore } from '../../../src/node/repository/gitTreeStore.ts';
import { must, signal, TemporaryRepository } from '../../integration/repository/temporaryRepository.ts';

let repository: TemporaryRepository;
let tripwire: string;

const tripped = (): string => (existsSync(tripwire) ? readFileSync(tripwire, 'utf8').trim() : '');

/** A program that tells when it ran. */
function plant(file: string, name: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho ${name} >> '${tripwire}'\nexit 1\n`);
  chmodSync(file, 0o755);
  return file;
}

beforeEach(() => {
  repository = new TemporaryRepository();
  tripwire = join(repository.folder, 'tripwire');
});

afterEach(() => {
  repository.remove();
});

describe('a repository that is a partial clone of a promisor remote of its own making', () => {
  const missing = '1234567890123456789012345678901234567890';

  const variants: readonly { readonly name: string; readonly configure: () => Readonly<Record<string, string>> }[] = [
    {
      name: 'remote.origin.uploadpack',
      configure: () => ({
        'remote.origin.url': repository.home,
        'remote.origin.uploadpack': plant(join(repository.folder, 'trip'), 'ran'),
        'protocol.file.allow': 'always',
      }),
    },
    {
      name: 'core.sshCommand',
      configure: () => ({
        'remote.origin.url': 'ssh://example.invalid/x',
        'core.sshCommand': plant(join(repository.folder, 'trip'), 'ran'),
        'protocol.ssh.allow': 'always',
      }),
    },
    {
      name: 'an ext:: address',
      configure: () => ({
        'remote.origin.url': `ext::${plant(join(repository.folder, 'trip'), 'ran')}`,
        'protocol.ext.allow': 'always',
      }),
    },
  ];

  function build(configuration: Readonly<Record<string, string>>): void {
    repository.commit({ 'a.txt': 'a\n' });
    repository.write('b.txt', 'b\n');
    repository.git('update-index', '--add', '--cacheinfo', `100644,${missing},b.txt`);
    const all = {
      'core.repositoryFormatVersion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.promisor': 'true',
      'remote.origin.partialclonefilter': 'blob:none',
      ...configuration,
    };
    for (const [key, value] of Object.entries(all)) {
      repository.git('config', key, value);
    }
    writeFileSync(join(repository.root, '.git', 'refs', 'heads', 'main'), `${missing}\n`);
  }

  it.each(variants)('starts nothing by $name when it is described and its snapshot is taken', async ({ configure }) => {
    build(configure());
    const described = must(await describeRepository(repository.root, signal));
    expect(tripped(), 'after describing').toBe('');
    const store = must(await openGitTreeStore(described, repository.state, signal));
    const snapshot = await store.snapshot(signal);
    expect(tripped(), 'after the snapshot').toBe('');
    expect(snapshot).toMatchObject({ ok: true, value: { head: null } });
  });

  it.each(variants)('starts nothing by $name for any question about a missing object', async ({ configure }) => {
    build(configure());
    for (const words of [
      ['rev-parse', 'HEAD^{commit}'],
      ['cat-file', '-p', missing],
      ['fetch', 'origin'],
    ]) {
      for (const userConfiguration of [false, true]) {
        await runGit({ arguments: words, directory: repository.root, userConfiguration }, signal);
        expect(tripped(), words.join(' ')).toBe('');
      }
    }
  });

  it.each(variants)('would run its program by $name under plain git', ({ configure }) => {
    build(configure());
    expect(() => repository.git('rev-parse', 'HEAD^{commit}')).toThrow();
    expect(tripped()).toContain('ran');
  });
});

describe('a repository that says where its files are', () => {
  it('is refused when its configuration moves them to a folder that is not its own', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    writeFileSync(join(repository.home, 'diary.txt'), 'private\n');
    for (const elsewhere of [repository.home, repository.folder, '../..']) {
      repository.git('config', 'core.worktree', elsewhere);
      expect(await describeRepository(repository.root, signal), elsewhere).toMatchObject({ ok: false });
    }
    repository.git('config', 'core.worktree', repository.folder);
    expect(await describeRepository(repository.root, signal)).toMatchObject({
      error: { reason: 'unreadable', message: expect.stringMatching(/^[^\n]* moved to [^\n]*fresh clone\.$/) },
    });
    // The control: Git itself goes there.
    expect(repository.git('rev-parse', '--show-toplevel').trim()).toBe(repository.folder);
  });

  it('passes when they are its own: linked working trees, submodules, gitfiles and a link as .git', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    const linked = join(repository.folder, 'linked');
    repository.git('worktree', 'add', '-q', linked);
    expect(must(await describeRepository(linked, signal)).root).toBe(linked);
    const parent = join(repository.folder, 'parent');
    execFileSync('git', ['init', '-q', parent]);
    repository.gitIn(parent, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', repository.root, 'sub');
    expect(must(await describeRepository(join(parent, 'sub'), signal)).root).toBe(join(parent, 'sub'));
    const separate = join(repository.folder, 'separate');
    repository.git('init', '-q', `--separate-git-dir=${join(repository.folder, 'data')}`, separate);
    expect(must(await describeRepository(separate, signal)).root).toBe(separate);
    const byLink = join(repository.folder, 'by-link');
    mkdirSync(byLink);
    symlinkSync(join(repository.folder, 'data'), join(byLink, '.git'));
    expect(must(await describeRepository(byLink, signal)).root).toBe(byLink);
    repository.git('config', 'core.worktree', repository.root);
    expect(must(await describeRepository(repository.root, signal)).root).toBe(repository.root);
  });
});

describe('a repository that holds a program named git', () => {
  const path = process.env['PATH'] ?? '';
  const cwd = process.cwd();

  afterEach(() => {
    process.env['PATH'] = path;
    process.chdir(cwd);
  });

  it('does not have it run, whatever relative entries the PATH has', async () => {
    plant(join(repository.root, 'git'), 'git');
    plant(join(repository.root, 'bin', 'git'), 'bin/git');
    process.chdir(repository.root);
    const relative = ['', '.', 'bin', './bin', '../repository'].join(delimiter);
    process.env['PATH'] = `${relative}${delimiter}${path}`;
    must(await runGit({ arguments: ['--version'], directory: repository.root }, signal));
    expect(tripped()).toBe('');
    // Nor does Git find it there for a part of itself.
    const alias = ['-c', 'alias.path=!echo "$PATH"', 'path'];
    const seen = must(await runGit({ arguments: alias, directory: repository.root }, signal)).stdout.toString();
    expect(
      seen
        .trim()
        .split(delimiter)
        .every((entry) => entry.startsWith('/')),
    ).toBe(true);
    process.env['PATH'] = relative;
    expect(findGit()).toBeUndefined();
    expect(await runGit({ arguments: ['--version'], directory: repository.root }, signal)).toMatchObject({
      ok: false,
      error: { reason: 'git-missing', message: expect.stringMatching(/not found\. Install/) },
    });
    expect(tripped()).toBe('');
    // The control: by its bare name it is the repository's.
    expect(() => execFileSync('git', ['--version'], { cwd: repository.root, stdio: 'ignore' })).toThrow();
    expect(tripped()).not.toBe('');
  });
});
