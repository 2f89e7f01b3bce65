import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IncomingChange } from '../../../src/core/repository/repository.ts';
import type { GitTreeStore } from '../../../src/node/repository/gitTreeStore.ts';
import { fingerprint, must, signal, TemporaryRepository } from '../../integration/repository/temporaryRepository.ts';

/** Every hook that git knows, plus drivers and fsmonitor: each adds its name to the tripwire file when it runs. */
const hooks = [
  'applypatch-msg',
  'pre-applypatch',
  'post-applypatch',
  'pre-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'pre-rebase',
  'post-checkout',
  'post-merge',
  'pre-push',
  'pre-receive',
  'update',
  'post-receive',
  'post-update',
  'reference-transaction',
  'push-to-checkout',
  'pre-auto-gc',
  'post-rewrite',
  'post-index-change',
  'sendemail-validate',
  'fsmonitor-watchman',
];

let repository: TemporaryRepository;
let store: GitTreeStore;
let base: string;
let tripwire: string;

const tripped = (): string[] =>
  existsSync(tripwire)
    ? [
        ...new Set(
          readFileSync(tripwire, 'utf8')
            .split('\n')
            .filter((line) => line !== ''),
        ),
      ].toSorted()
    : [];

function plant(name: string): string {
  const script = join(repository.folder, `trip-${name}`);
  writeFileSync(script, `#!/bin/sh\necho ${name} >> ${tripwire}\ncat\n`);
  chmodSync(script, 0o755);
  return script;
}

beforeAll(async () => {
  repository = new TemporaryRepository();
  tripwire = join(repository.folder, 'tripwire');
  repository.commit({
    'README.md': 'hello\n',
    'src/a.js': '1\n',
    'src/aux.c': 'int x;\n',
    'caf\u00e9.txt': 'composed\n',
    'package.json': '{"name":"x","version":"1.0.0","scripts":{"test":"node --test"}}',
    '.gitattributes': '* filter=trip diff=trip\n*.process filter=server\n',
    'x.process': 'x\n',
  });
  execFileSync('ln', ['-s', 'src', join(repository.root, 'link')]);
  repository.commit();
  for (const hook of hooks) {
    const file = join(repository.root, '.git', 'hooks', hook);
    mkdirSync(join(repository.root, '.git', 'hooks'), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho hook-${hook} >> ${tripwire}\n`);
    chmodSync(file, 0o755);
  }
  for (const [key, value] of [
    ['core.fsmonitor', plant('fsmonitor')],
    ['filter.trip.clean', plant('clean')],
    ['filter.trip.smudge', plant('smudge')],
    ['filter.trip.required', 'true'],
    ['diff.trip.textconv', plant('textconv')],
    ['diff.trip.command', plant('external-diff')],
    ['core.pager', plant('pager')],
    ['core.editor', plant('editor')],
    ['core.sshCommand', plant('ssh')],
    ['gc.auto', '1'],
  ] as const) {
    repository.git('config', key, value);
  }
  // The same from the user's own configuration.
  repository.gitIn(repository.home, 'config', '--global', 'filter.server.process', plant('process'));
  repository.gitIn(repository.home, 'config', '--global', 'diff.external', plant('diff-external'));
  // Stat-dirty and dirty files are what make Git call filters.
  utimesSync(join(repository.root, 'README.md'), 1, 1);
  appendFileSync(join(repository.root, 'x.process'), 'y\n');
  appendFileSync(join(repository.root, 'src', 'a.js'), '2\n');
  store = await repository.open();
  base = must(await store.snapshot(signal)).tree;
});

afterAll(() => {
  repository.remove();
});

function write(path: string, mode = '100644', content = 'hostile\n'): IncomingChange {
  return { path, op: 'write', mode, bytes: Buffer.from(content) };
}

/** Each must be refused by the rule named; none may reach the tree. */
const refused: readonly (readonly [rule: string, title: string, change: IncomingChange])[] = [
  ['P-SEGMENT', 'climbs out', write('../../escape.txt')],
  ['P-SEGMENT', 'climbs out from inside', write('src/../../escape.txt')],
  ['P-SEGMENT', 'has a dot segment', write('./src/a.js')],
  ['P-SEGMENT', 'has an empty segment', write('src//a.js')],
  ['P-SEGMENT', 'ends with a slash', write('src/new/')],
  ['P-SEGMENT', 'climbs with full-width dots', write('src/\uff0e\uff0e/x')],
  ['P-SEGMENT', 'hides dots between invisible characters', write('.\u200c./x')],
  ['P-EMPTY', 'is empty', write('')],
  ['P-ABSOLUTE', 'is absolute', write('/etc/cron.d/x')],
  ['P-ABSOLUTE', 'has a drive', write('C:/Windows/x')],
  ['P-ABSOLUTE', 'has a drive and a backslash', write('C:\\x')],
  ['P-ABSOLUTE', 'is a UNC path', write('\\\\server\\share\\x')],
  ['P-ABSOLUTE', 'is a file URI', write('file:///etc/passwd')],
  ['P-BACKSLASH', 'climbs with backslashes', write('..\\..\\evil.txt')],
  ['P-CONTROL', 'holds a zero byte', write('src/a\0.js')],
  ['P-CONTROL', 'holds a newline', write('src/a\nb.js')],
  ['P-CONTROL', 'holds an escape', write('src/\u001b[2J.js')],
  ['P-ENCODING', 'holds half a character', write('src/\ud800.js')],
  ['P-GIT', 'is a hook', write('.git/hooks/pre-commit', '100755')],
  ['P-GIT', 'is the configuration', write('.git/config')],
  ['P-GIT', 'spells .git in capitals', write('.GIT/config')],
  ['P-GIT', 'is .git below a folder', write('src/.git/config')],
  ['P-GIT', 'is a .git file', write('src/.git')],
  ['P-GIT', 'uses the short name of .git', write('git~1/config')],
  ['P-GIT', 'uses the short name of .git in capitals', write('GIT~1/config')],
  ['P-GIT', 'ends .git with a space', write('.git /config')],
  ['P-GIT', 'ends .git with a dot', write('.git./config')],
  ['P-GIT', 'ends .git with dots and spaces', write('.git . ./config')],
  ['P-GIT', 'hides a joiner in .git', write('.g\u200cit/config')],
  ['P-GIT', 'hides a byte order mark in .git', write('.git\ufeff/config')],
  ['P-GIT', 'hides a variation selector in .git', write('.gi\ufe0ft/config')],
  ['P-GIT', 'spells .git full-width', write('\uff0egit/config')],
  ['P-GIT', 'uses a stream of .git', write('.git::$INDEX_ALLOCATION/config')],
  ['P-GIT', 'joins by a full-width slash', write('.git\uff0fconfig')],
  ['P-GIT', 'is .gitmodules', write('.gitmodules', '100644', '[submodule "x"]\n\tpath = x\n\turl = -u./x\n')],
  ['P-GIT', 'is .gitmodules below a folder, in capitals', write('src/.GitModules')],
  ['P-GIT', 'is the short name of .gitmodules', write('GITMOD~1')],
  ['P-REPOSITORY', 'is the configuration of Mercurial', write('.hg/hgrc')],
  ['P-REPOSITORY', 'is data of Subversion', write('sub/.SVN/wc.db')],
  ['P-REPOSITORY', 'is the configuration of Jujutsu', write('.jj/repo/config.toml')],
  ['P-SHORT-NAME', 'is the short name of another folder', write('VSCODE~1/settings.json')],
  ['P-INVISIBLE', 'turns the direction of reading', write('src/\u202egnp.js')],
  ['P-INVISIBLE', 'isolates the direction of reading', write('src/\u2066a.js')],
  ['P-INVISIBLE', 'holds tag characters', write('src/a\u{e0041}.js')],
  ['P-INVISIBLE', 'holds a zero-width space', write('src/a\u200b.js')],
  ['P-STREAM', 'is a stream of a file', write('src/a.txt:evil')],
  ['P-WINDOWS-NAME', 'is a device', write('CON')],
  ['P-WINDOWS-NAME', 'is a device with an ending', write('src/aux.txt')],
  ['P-WINDOWS-NAME', 'is a port', write('com1.log')],
  ['P-WINDOWS-NAME', 'is a device as a folder', write('nul/x')],
  ['P-WINDOWS-CHARACTER', 'holds a wildcard', write('src/*.js')],
  ['P-TRAILING', 'ends with a dot', write('foo.')],
  ['P-TRAILING', 'ends with a space', write('foo ')],
  ['P-COLLISION', 'differs from a file by case', write('readme.MD')],
  ['P-COLLISION', 'differs from a folder by case', write('SRC/new.js')],
  ['P-COLLISION', 'differs from a file by composition', write('cafe\u0301.txt')],
  ['P-COLLISION', 'writes through a link', write('link/x.js')],
  ['P-COLLISION', 'writes below a file', write('README.md/x')],
  ['P-COLLISION', 'replaces a folder by a file', write('src')],
  ['P-LINK', 'is a link', write('passwd', '120000', '/etc/passwd')],
  ['P-LINK', 'is a link inside', write('inside', '120000', 'src/a.js')],
  ['P-LINK', 'replaces a link', write('link')],
  ['P-LINK', 'deletes a link', { path: 'link', op: 'delete', mode: null, bytes: null }],
  ['P-SUBMODULE', 'is a submodule', write('vendor', '160000', '0123456789012345678901234567890123456789')],
  ['P-MODE', 'sets the user id', write('src/run', '104755')],
  ['P-MODE', 'is a folder', write('src/run', '040000')],
  ['P-MODE', 'puts a line into the mode', write('src/run', '100644 0\t.git/x\u0000100644')],
  ['P-MODE', 'has no mode', { path: 'src/run', op: 'write', mode: null, bytes: Buffer.from('x') }],
  ['P-CONTENT', 'has no content', { path: 'src/run', op: 'write', mode: '100644', bytes: null }],
  ['P-MISSING', 'deletes what is not there', { path: 'src/nothing', op: 'delete', mode: null, bytes: null }],
  ['P-LENGTH', 'is long', write('a'.repeat(401))],
  ['P-DEPTH', 'is deep', write('a/'.repeat(40) + 'a')],
  ['P-CAP-FILE', 'is large', write('large.txt', '100644', 'x'.repeat(5 * 1024 * 1024 + 1))],
];

/** Each is let through only for a person to approve it alone. */
const guarded: readonly (readonly [rule: string, path: string, content?: string, mode?: string])[] = [
  ['P-VSCODE', '.vscode/tasks.json', '{"tasks":[{"runOptions":{"runOn":"folderOpen"}}]}'],
  ['P-VSCODE', '.VSCODE/Settings.JSON'],
  ['P-VSCODE', '\uff0evscode/settings.json'],
  ['P-VSCODE', 'sub/.vscode/launch.json'],
  ['P-VSCODE', 'x.code-workspace'],
  ['P-IDE', '.idea/workspace.xml'],
  ['P-DEVCONTAINER', '.devcontainer/devcontainer.json'],
  ['P-CI', '.github/workflows/ci.yml'],
  ['P-CI', '.gitlab-ci.yml'],
  ['P-CI', '.circleci/config.yml'],
  ['P-CI', 'Jenkinsfile'],
  ['P-CI', 'azure-pipelines.yml'],
  ['P-HOOKS', '.husky/pre-commit'],
  ['P-HOOKS', '.githooks/pre-commit'],
  ['P-HOOKS', '.pre-commit-config.yaml'],
  ['P-NIGHTSHIFT', '.nightshift/workflows/x.yml'],
  ['P-AGENT', 'AGENTS.md'],
  ['P-AGENT', 'sub/claude.md'],
  ['P-AGENT', '.cursor/rules/x.mdc'],
  ['P-AGENT', '.cursorrules'],
  ['P-AGENT', '.clinerules-code'],
  ['P-AGENT', '.mcp.json'],
  ['P-ATTRIBUTES', '.gitattributes', '* filter=evil\n'],
  ['P-ATTRIBUTES', 'src/.gitattributes'],
  ['P-ENVIRONMENT', '.npmrc'],
  ['P-ENVIRONMENT', '.yarnrc.yml'],
  ['P-ENVIRONMENT', '.envrc'],
  ['P-ENVIRONMENT', '.env.production'],
  ['P-CONTAINER', 'Dockerfile'],
  ['P-CONTAINER', 'docker-compose.override.yml'],
  ['P-PACKAGE-MANAGER', '.yarn/releases/yarn.cjs'],
  ['P-PACKAGE-MANAGER', 'node_modules/node/index.js'],
  ['P-BUILD', '.cargo/config.toml'],
  ['P-TESTS', 'sub/conftest.py'],
  ['P-TESTS', 'unittest/__init__.py'],
  ['P-DEPENDENCIES', 'requirements.txt'],
  ['P-OWNERS', 'docs/CODEOWNERS'],
  ['P-LOCKFILE', 'package-lock.json'],
  [
    'P-PACKAGE',
    'package.json',
    '{"name":"x","version":"1.0.0","scripts":{"test":"node --test","postinstall":"curl x"}}',
  ],
  ['P-PACKAGE', 'sub/package.json', '{"dependencies":{"evil":"1"}}'],
  ['P-EXECUTABLE', 'src/a.js', '1\n', '100755'],
  ['P-EXECUTABLE', 'new.sh', '#!/bin/sh\n', '100755'],
];

describe('a hostile change', () => {
  it.each(refused)('is refused by %s when it %s', async (rule, _title, change) => {
    const good = write('src/good.js', '100644', 'good\n');
    const imported = must(await store.importChanges(base, [change, good], signal));
    expect(imported.judgement.refused).toEqual([
      { path: change.path, rule, message: expect.stringMatching(/^"[^\p{C}]*$/u) },
    ]);
    const changeset = must(await store.changeset(base, imported.tree, signal));
    expect(changeset.files.map((file) => file.path)).toEqual(['src/good.js']);
  });

  const cases = guarded.map(([rule, path, content = 'x\n', mode = '100644']) => ({ rule, path, content, mode }));

  it.each(cases)('is protected by $rule at $path', async ({ rule, path, content, mode }) => {
    const imported = must(await store.importChanges(base, [write(path, mode, content)], signal));
    expect(imported.judgement).toEqual({
      refused: [],
      protected: [{ path, rule, message: expect.any(String) }],
    });
    expect(must(await store.judge(base, imported.tree, signal))).toEqual(imported.judgement);
  });

  it('passes when it is harmless: a version in the manifest, a file that had a device name before, an edit', async () => {
    const changes = [
      write(
        'package.json',
        '100644',
        '{"version":"1.0.1","description":"y","name":"x","scripts":{"test":"node --test"}}',
      ),
      write('src/aux.c', '100644', 'int y;\n'),
      write('src/a.js', '100644', '3\n'),
    ];
    const imported = must(await store.importChanges(base, changes, signal));
    expect(imported.judgement).toEqual({ refused: [], protected: [] });
    expect(must(await store.changeset(base, imported.tree, signal)).files).toHaveLength(3);
  });

  it('is refused above the caps of files and of bytes, and twice on one path', async () => {
    const many = Array.from({ length: 501 }, (_, index) => write(`many/${index}.txt`));
    const files = must(await store.importChanges(base, many, signal));
    expect(files.judgement.refused.map((one) => `${one.rule} ${one.path}`)).toEqual(['P-CAP-FILES many/500.txt']);
    const big = Array.from({ length: 5 }, (_, index) =>
      write(`big/${index}.txt`, '100644', String(index).repeat(4.5 * 1024 * 1024)),
    );
    const total = must(await store.importChanges(base, big, signal));
    expect(total.judgement.refused.map((one) => `${one.rule} ${one.path}`)).toEqual(['P-CAP-TOTAL big/4.txt']);
    const twice = must(
      await store.importChanges(base, [write('x.txt', '100644', 'a'), write('x.txt', '100644', 'b')], signal),
    );
    expect(twice.judgement.refused.map((one) => one.rule)).toEqual(['P-DUPLICATE']);
    const pair = must(await store.importChanges(base, [write('new/x.txt'), write('NEW/y.txt')], signal));
    expect(pair.judgement.refused.map((one) => `${one.rule} ${one.path}`)).toEqual(['P-COLLISION NEW/y.txt']);
  });

  it('runs no hook, filter, driver or fsmonitor of the repository or its user, and changes none of their bytes', async () => {
    const before = fingerprint(repository.root);
    const all = [
      ...refused.map(([, , change]) => change),
      ...guarded.map(([, path, content]) => write(path, '100644', content)),
    ];
    const snapshot = must(await store.snapshot(signal));
    const imported = must(await store.importChanges(snapshot.tree, all, signal));
    must(await store.changeset(snapshot.tree, imported.tree, signal));
    must(await store.patch(snapshot.tree, imported.tree, signal));
    must(await store.judge(snapshot.tree, imported.tree, signal));
    must(await store.keep('attack', imported.tree, signal));
    for await (const file of store.files(imported.tree, signal)) {
      expect(file.path).not.toMatch(/\.git\//i);
    }
    expect(tripped(), 'what ran').toEqual([]);
    expect(fingerprint(repository.root)).toEqual(before);
    expect(readdirSync(join(repository.state, 'store.git', 'hooks').replace(/hooks$/, ''))).not.toContain('hooks');
    expect(existsSync(join(repository.folder, 'escape.txt'))).toBe(false);
  });

  it('leaves no object of a refused change in the store', async () => {
    const secret = `only in a refused change ${'x'.repeat(50)}\n`;
    must(await store.importChanges(base, [write('.git/config', '100644', secret)], signal));
    const id = execFileSync('git', ['hash-object', '--stdin'], { input: secret }).toString().trim();
    expect(existsSync(join(repository.state, 'store.git', 'objects', id.slice(0, 2), id.slice(2)))).toBe(false);
  });

  it('would have tripped the wires under plain git', () => {
    repository.git('status');
    repository.git('diff', '--no-ext-diff');
    repository.git('add', '-A');
    repository.git('commit', '-q', '-m', 'control');
    const ran = tripped();
    for (const wire of [
      'fsmonitor',
      'clean',
      'process',
      'textconv',
      'hook-pre-commit',
      'hook-post-index-change',
      'hook-reference-transaction',
    ]) {
      expect(ran).toContain(wire);
    }
  });
});
