import { describe, expect, it } from 'vitest';
import { checkLockfile, checkRequirements } from '../../../../src/core/environments/packageSources.ts';

function requirements(text: string, others: Readonly<Record<string, string>> = {}): string {
  const files = Object.entries({ 'requirements.txt': text, ...others }).map(([path, content]) => ({
    path,
    text: content,
  }));
  const checked = checkRequirements(['requirements.txt'], files);
  return checked.ok ? '' : checked.error.message;
}

const hash = `sha256:${'0a'.repeat(32)}`;
const wayOut = '"scripts: true"';

describe('Python requirements without scripts', () => {
  it.each([
    ['', 'nothing'],
    ['six==1.16.0\n', 'a pinned package'],
    ['# comment\n\nsix >= 1.16, <2  # why\nrequests[socks, use-chardet-on-py3]~=2.0\n', 'comments, ranges, extras'],
    ["six==1.16.0 ; python_version < '3.9' and sys_platform == 'win32'\n", 'markers'],
    [`six==1.16.0 \\\n    --hash=${hash} \\\n    --hash=${hash}\n`, 'hashes on continued lines'],
    ['-i https://a.example/simple\n--extra-index-url=http://b.example/simple\n--trusted-host 127.0.0.1\n', 'indexes'],
    ['--require-hashes\n--prefer-binary\n--pre\n--only-binary :all:\n', 'options that only narrow'],
    ['# -*- coding: utf-8 -*-\nsix\n', 'the encoding that is read'],
    ['six (>=1.0)\r\nzope.interface\r\n', 'carriage returns'],
  ])('may say %j: %s', (text) => {
    expect(requirements(text)).toBe('');
  });

  it.each([
    ['evil @ https://host/evil.tar.gz'],
    ['evil@https://host/evil.tar.gz'],
    ['https://host/evil.tar.gz'],
    ['git+https://host/evil.git'],
    ['file:///workspace/repo'],
    ['-e .'],
    ['--editable=.'],
    ['.'],
    ['./evil'],
    ['evil/'],
    ['evil.tar.gz'],
    ['evil-1.0.zip'],
    ['--no-binary :all:'],
    ['--no-binary=evil'],
    ['--no-bin :all:'],
    ['--only-binary :none:'],
    ['-f https://host/links'],
    ['--find-links=https://host/links'],
    ['-ihttps://host/simple'],
    ['--index-url https://host/simple --no-binary :all:'],
    ['--index-url file:///workspace'],
    ['six==1.0 --global-option=x'],
    ['six==1.0 --config-settings a=b'],
    ["six==1.0 ; python_version > '3' --no-binary six"],
    ['six==1.0 ${EVIL}'],
    ['s\\\nix @ https://host/evil.tar.gz'],
    ['# comment \\\n--no-binary :all:'],
    ['# \u2028--no-binary :all:'],
    ['# \u0085--no-binary :all:'],
    ['# \f--no-binary :all:'],
    ['# \r--no-binary :all:'],
    ['# coding: utf-7\n+AC0--no-binary :all:'],
    ['\n# vim: set fileencoding=rot13 :\n'],
  ])('may not say %j', (line) => {
    expect(requirements(`six==1.16.0\n${line}\n`.replace(/^six==1\.16\.0\n(?=#|\n)/, ''))).toContain(wayOut);
  });

  it('name the line, and what has to be said to allow it', () => {
    expect(requirements('six\n\nevil @ https://host/e.tar.gz\n')).toBe(
      'requirements.txt:3 "evil @ https://host/e.tar.gz" could run code of a package while it is installed; that needs "scripts: true" in .nightshift/environment.yml.',
    );
  });

  it('include only files that are checked as well', () => {
    expect(requirements('-r sub/requirements-a.txt\n', { 'sub/requirements-a.txt': 'six\n' })).toBe('');
    expect(requirements('-c constraints.txt\n', { 'constraints.txt': '-r requirements.txt\nsix<2\n' })).toBe('');
    const bad = { 'sub/requirements-a.txt': '-r ../requirements-b.txt\n', 'requirements-b.txt': 'six\n-e .\n' };
    expect(requirements('-r sub/requirements-a.txt\n', bad)).toContain('requirements-b.txt:2 ');
    for (const name of [
      'other.txt',
      '../requirements.txt',
      '/etc/passwd',
      'https://host/requirements.txt',
      '$HOME/x',
    ]) {
      expect(requirements(`-r ${name}\n`)).toContain(wayOut);
    }
  });
});

describe('an npm lockfile without scripts', () => {
  const lock = (entry: object, rest: object = {}): string => {
    const checked = checkLockfile(
      'package-lock.json',
      JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'a' }, 'node_modules/b': entry }, ...rest }),
    );
    return checked.ok ? '' : checked.error.message;
  };

  it.each([
    [{ version: '1.0.0', resolved: 'https://registry.example/b/-/b-1.0.0.tgz' }],
    [{ version: '1.0.0-rc.1+x', resolved: 'http://127.0.0.1:4873/@s%2fb/-/b-1.0.0-rc.1.tgz' }],
    [{ version: '1.0.0' }],
    [{ version: '1.0.0', inBundle: true }],
    [{ resolved: 'packages/b', link: true }],
  ])('may say %j', (entry) => {
    expect(lock(entry)).toBe('');
  });

  it.each([
    [{ version: '1.0.0', resolved: 'git+ssh://git@host/b.git#0a' }],
    [{ version: '1.0.0', resolved: 'git://host/b.git' }],
    [{ version: '1.0.0', resolved: 'github:evil/b' }],
    [{ version: '1.0.0', resolved: 'https://host/b.tgz' }],
    [{ version: '1.0.0', resolved: 'https://bitbucket.org/evil/b/-/b.tgz' }],
    [{ version: '1.0.0', resolved: 'https://www.github.com/evil/-/b.tgz' }],
    [{ version: '1.0.0', resolved: 'file:b.tgz' }],
    [{ version: 'git+https://host/b.git' }],
    [{ version: 'github:evil/b' }],
    [{ resolved: '../b', link: true }],
    [{ resolved: 'file:/etc', link: true }],
    [{ version: '1.0.0', resolved: 7 }],
    [{ version: '1.0.0', hasShrinkwrap: true }],
  ])('may not say %j', (entry) => {
    expect(lock(entry)).toContain(`package-lock.json: node_modules/b `);
    expect(lock(entry)).toContain(wayOut);
  });

  it('is checked in its older form as well, to its depths', () => {
    const inner = { dependencies: { c: { version: 'git+https://host/c.git#0a' } } };
    const old = { lockfileVersion: 1, dependencies: { b: { version: '1.0.0', ...inner } } };
    expect(checkLockfile('package-lock.json', JSON.stringify(old))).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('package-lock.json: b/c ') },
    });
    // npm takes the older part where there is no other, whatever number the file bears.
    expect(checkLockfile('a', JSON.stringify({ ...old, packages: null, lockfileVersion: 3 })).ok).toBe(false);
    expect(checkLockfile('a', JSON.stringify({ dependencies: { b: { version: '1.0.0' } } })).ok).toBe(true);
    expect(lock({ version: '1.0.0' }, { dependencies: { b: { version: 'file:packages/b' } } })).toBe('');
  });

  it('has to be plain JSON: npm would resolve the conflicts of a merge in it', () => {
    expect(checkLockfile('a', '<<<<<<< x\n{}\n=======\n{}\n>>>>>>> y\n').ok).toBe(false);
    expect(checkLockfile('a', '[]').ok).toBe(false);
    expect(checkLockfile('a', '{}').ok).toBe(true);
  });
});
