import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { environmentKey, planEnvironment } from '../../../../src/core/environments/environmentPlan.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A tree whose regular files these are; `links` are in it and are none. */
function plan(files: Files) {
  const read = async (path: string): Promise<Uint8Array | null> => {
    const content = Object.hasOwn(files, path) ? files[path] : undefined;
    return content === undefined ? null : typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
  return planEnvironment({ paths: Object.keys(files), read }, sha256);
}

async function planned(files: Files) {
  const made = await plan(files);
  if (!made.ok) {
    throw new Error(made.error.message);
  }
  return made.value;
}

async function refusal(files: Files): Promise<string> {
  const made = await plan(files);
  return made.ok ? '' : made.error.message;
}

const manifest = (more: object = {}): string => JSON.stringify({ name: 'a', dependencies: { b: '1' }, ...more });
const npm = { 'package.json': manifest(), 'package-lock.json': '{}' };

describe('the environment of a tree', () => {
  it('is the base image where nothing asks for more, with nothing to agree to', async () => {
    for (const files of [{}, { 'README.md': 'x', 'src/a.js': '' }, { 'package.json': manifest() }]) {
      expect(await planned(files)).toMatchObject({ source: 'base', definition: '', steps: [], network: false });
    }
  });

  it('installs from a lockfile without the scripts of packages', async () => {
    expect(await planned(npm)).toMatchObject({
      source: 'lockfile',
      image: { kind: 'base' },
      steps: [{ argv: ['npm', 'ci', '--ignore-scripts'], because: 'package-lock.json' }],
      network: true,
      scripts: false,
    });
    const python = await planned({
      'requirements.txt': 'six==1.16.0\n',
      'requirements-dev.txt': '-r requirements.txt\n',
    });
    expect(python.steps).toHaveLength(1);
    expect(python.steps[0]?.argv).toEqual(
      expect.arrayContaining(['--only-binary', ':all:', '-r', 'requirements.txt', 'requirements-dev.txt']),
    );
  });

  it('says of a Dockerfile that no sandbox runs it, and which network its steps have', async () => {
    const docker = { '.nightshift/environment.yml': 'dockerfile: D\n', D: 'FROM a\nRUN x\n' };
    const { warnings } = await planned(docker);
    expect(warnings).toEqual([expect.stringMatching(/^D is not run in a sandbox: .*default rights.* without network/)]);
    const connected = await planned({ ...docker, '.nightshift/environment.yml': 'dockerfile: D\nnetwork: true\n' });
    expect(connected.warnings).toEqual([expect.stringContaining("the engine's own network, private addresses")]);
    const named = await planned({ ...docker, '.nightshift/environment.yml': 'dockerfile: D\nnetwork: [a.example]\n' });
    expect(named.warnings).toEqual([expect.stringContaining('without network')]);
    expect((await planned(npm)).warnings).toEqual([]);
  });

  it('follows no file that could run code of a package, unless scripts are allowed', async () => {
    const git = '{"packages":{"node_modules/b":{"version":"1.0.0","resolved":"git+ssh://host/b.git"}}}';
    const wrong: readonly Files[] = [
      { 'requirements.txt': 'evil @ https://host/evil.tar.gz\n' },
      { 'requirements.txt': '-r requirements/requirements-x.txt\n', 'requirements/requirements-x.txt': '-e .\n' },
      { 'requirements.txt': '', 'requirements-dev.txt': '--no-binary :all:\nsix\n' },
      { ...npm, 'package-lock.json': git },
      { ...npm, 'npm-shrinkwrap.json': git },
    ];
    for (const files of wrong) {
      expect(await refusal(files)).toContain('that needs "scripts: true"');
      for (const text of ['scripts: true\n', 'setup: [[make]]\n']) {
        expect(await refusal({ ...files, '.nightshift/environment.yml': text })).toBe('');
      }
    }
  });

  it('is as the environment file says, before a devcontainer and before lockfiles', async () => {
    const devcontainer = { '.devcontainer/devcontainer.json': '{"image": "other"}' };
    expect(await planned({ ...npm, ...devcontainer })).toMatchObject({
      source: 'devcontainer',
      image: { reference: 'other' },
    });
    const file = { '.nightshift/environment.yml': 'image: mine\nsetup: []\ntest: [make]\n' };
    expect(await planned({ ...npm, ...devcontainer, ...file })).toMatchObject({
      source: 'environment.yml',
      image: { reference: 'mine' },
      steps: [],
      network: false,
      testCommand: ['make'],
      fetches: ['mine'],
    });
  });

  it('asks again for exactly what decides what setup does', async () => {
    const { definition } = await planned(npm);
    const same = [
      { ...npm, 'src/a.js': 'other source' },
      { ...npm, 'package.json': manifest({ scripts: { test: 'evil' }, description: 'x', type: 'module' }) },
    ];
    for (const files of same) {
      expect((await planned(files)).definition).toBe(definition);
    }
    const other = [
      { ...npm, 'package-lock.json': '{ }' },
      { ...npm, 'package.json': manifest({ dependencies: { b: '2' } }) },
      { ...npm, 'packages/c/package.json': manifest() },
      { ...npm, '.nightshift/environment.yml': 'scripts: true\n' },
      { ...npm, '.nightshift/environment.yml': 'network: [a.example]\n' },
      { ...npm, '.nightshift/environment.yml': 'setup: [[npm, ci]]\n' },
      { ...npm, '.nightshift/environment.yml': 'image: node\n' },
      { ...npm, '.nightshift/environment.yml': 'dockerfile: D\n', D: 'FROM a\n' },
      { ...npm, '.nightshift/environment.yml': 'dockerfile: D\n', D: 'FROM a\nRUN x\n' },
    ];
    const definitions = await Promise.all(other.map(async (files) => (await planned(files)).definition));
    expect(new Set([definition, ...definitions]).size).toBe(other.length + 1);
  });

  it('has another image on another base image or platform, and the same approval', () => {
    const on = { baseImage: 'sha256:a', platform: 'linux/amd64' };
    const key = environmentKey('d', on, sha256);
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(environmentKey('d', { ...on, baseImage: 'sha256:b' }, sha256)).not.toBe(key);
    expect(environmentKey('d', { ...on, platform: 'linux/arm64' }, sha256)).not.toBe(key);
  });

  it('shows setup manifests and lockfiles, and no script, source or secret', async () => {
    const made = await planned({
      ...npm,
      'package.json': manifest({ scripts: { preinstall: 'curl evil', test: 'x' } }),
      'src/index.js': 'source',
      '.npmrc': '//registry/:_authToken=secret',
      '.env': 'A=1',
      'node_modules/x/package.json': '{"scripts":{"postinstall":"evil"}}',
      'a/b/c/d/e/f/g/package.json': '{}',
    });
    expect(made.files.map((file) => file.path)).toEqual(['package-lock.json', 'package.json']);
    expect(made.files[1]?.text).not.toMatch(/preinstall|scripts/);
    const scripted = await planned({
      ...npm,
      'package.json': manifest({ scripts: { preinstall: 'x', test: 'y' } }),
      '.nightshift/environment.yml': 'scripts: true\n',
    });
    expect(scripted.files[1]?.text).toContain('preinstall');
    expect(scripted.files[1]?.text).not.toContain('"test"');
    expect(scripted.steps[0]?.argv).toEqual(['npm', 'ci']);
  });

  it.each([
    [
      'a Dockerfile that is a link, or not there',
      { '.nightshift/environment.yml': 'dockerfile: D\n' },
      'D is no regular file of the repository; links are not followed.',
    ],
    [
      'a Dockerfile with a volume',
      { '.nightshift/environment.yml': 'dockerfile: D\n', D: 'FROM a\nVO\\\n# comment\nLUME /x\n' },
      'D:2 declares a volume',
    ],
    [
      'a Dockerfile that waits for later builds',
      { '.nightshift/environment.yml': 'dockerfile: D\n', D: 'from a\n  onbuild run x\n' },
      'D:2 leaves instructions for later builds',
    ],
    [
      'a Dockerfile that is none',
      { '.nightshift/environment.yml': 'dockerfile: D\n', D: '# nothing\n' },
      'D has no FROM',
    ],
    [
      'a huge Dockerfile',
      { '.nightshift/environment.yml': 'dockerfile: D\n', D: 'FROM a\n'.repeat(20_000) },
      'D has over 64 KiB',
    ],
    [
      'a huge lockfile',
      { ...npm, 'package-lock.json': new Uint8Array(33 * 2 ** 20) },
      'package-lock.json has over 32768 KiB',
    ],
    ['a lockfile that is no text', { ...npm, 'package-lock.json': new Uint8Array([0xff, 0xfe]) }, 'is no UTF-8 text'],
    ['a package.json that is none', { ...npm, 'package.json': '[]' }, 'package.json cannot be read as JSON'],
    [
      'a devcontainer whose Dockerfile leaves the repository',
      { '.devcontainer/devcontainer.json': '{"build":{"dockerfile":"../../Dockerfile"}}' },
      'outside of the repository',
    ],
    [
      'a devcontainer whose context leaves the repository',
      { '.devcontainer.json': '{"dockerFile":"D","context":".."}', D: 'FROM a' },
      'outside of the repository',
    ],
    [
      'a devcontainer whose image looks like an option',
      { '.devcontainer.json': '{"image":"--network=host"}' },
      'no image reference',
    ],
    [
      'a devcontainer that is no JSON',
      { '.devcontainer.json': '{\n "image": }' },
      '.devcontainer.json:2:11 is no JSON',
    ],
    [
      'a devcontainer with a false build argument',
      { '.devcontainer.json': '{"build":{"dockerfile":"D","args":{"A B":"x"}}}' },
      'has a wrong "build.args',
    ],
  ])('is refused with a reason for %s', async (_, files, message) => {
    expect(await refusal(files)).toContain(message);
  });

  it.each([
    ['ADD https://host/a /a'],
    ['ADD ["https://host/a", "/a"]'],
    ['ADD h\\\nttps://host/a /a'],
    ['ADD "http"://host/a /a'],
    ['ARG A=https://host/a\nADD $A /a'],
    ['ENV A=https://host/a\nADD ${A} /a'],
    ['ADD git@host:a.git /a'],
    ['ADD github.com/evil/a /a'],
    ['ADD --checksum=sha256:0a a /a'],
    ['RUN x \\\\\nADD https://host/a /a'],
    ['RUN x \\\uFEFF\nADD https://host/a /a'],
    ['RUN x\rADD https://host/a /a'],
    ['ADD https://host/a /a \\'],
    ['RUN --mount=target=/a true'],
    ['RUN --mount=type=bind,from=evil,target=/a true'],
    ['RUN --mount=type=cache,from=evil,target=/a true'],
    ['RUN --mount=type=secret,id=a true'],
    ['RUN --mount=type=ssh true'],
    ['RUN --mount=type=cache,target=/a --mount=type=secret,id=a true'],
    ['RUN --network=host true'],
    ['RUN --security=insecure true'],
    ['RUN <<EOF\ntrue\nEOF'],
    ['COPY <<-"EOF" /a\ntrue\nEOF'],
    ['COPY --fr"om"=evil /a /a'],
    ['COPY --from=$EVIL /a /a'],
    ['FROM $UNKNOWN'],
    ['FROM nightshift/deps:0a'],
    ['COPY --from=docker.io/nightshift/base:0a /a /a'],
  ])('is refused for a Dockerfile that says %j', async (line) => {
    const D = `FROM a\n${line}\n`;
    expect(await refusal({ '.nightshift/environment.yml': 'dockerfile: D\n', D })).toMatch(/^D:?/);
  });

  it('may be a Dockerfile that adds files and keeps caches', async () => {
    const D =
      'FROM a\nADD --chown=1:1 package.json *.lock /a/\nRUN --mount=type=cache,target=/c --mount=type=tmpfs,target=/t --network=none cat <<< x && y --mount=z\nRUN a && \\\n  # why\n  b';
    expect(await planned({ '.nightshift/environment.yml': 'dockerfile: D\n', D })).toMatchObject({ fetches: ['a'] });
  });

  it('names the images that the arguments of a Dockerfile choose, or refuses what it cannot tell', async () => {
    const of = (D: string, args: object = {}) => ({
      '.devcontainer.json': JSON.stringify({ build: { dockerfile: 'D', args } }),
      D,
    });
    const D = 'ARG BASE="node:24"\nARG TAG\nFROM $BASE AS one\nFROM r.example/a:${TAG}\nCOPY --from=one /a /a\n';
    expect((await planned(of(D, { TAG: '1' }))).fetches).toEqual(['node:24', 'r.example/a:1']);
    expect((await planned(of(D, { TAG: '1', BASE: 'evil' }))).fetches).toEqual(['evil', 'r.example/a:1']);
    for (const [text, args] of [
      [D, {}],
      [D, { TAG: '$BASE' }],
      ['ARG A=a\nARG A=b\nFROM $A\n', {}],
      ['ARG A=a\nFROM ${A:-b}\n', {}],
      ['ARG A="a b"\nFROM $A\n', {}],
      ['FROM a\nARG B=b\nFROM $B\n', {}],
      ['FROM \\$A\n', {}],
      ['ARG A=a\nFROM $A\n', { A: 'nightshift/deps:0a' }],
    ] as const) {
      expect(await refusal(of(text, args))).toMatch(/^D:\d+ starts from/);
    }
  });

  it.each([
    'nightshift/deps:0a',
    'nightshift/base@sha256:' + '0a'.repeat(32),
    'nightshift/base',
    'localhost/nightshift/base:0a',
    'docker.io/nightshift/base:0a',
    'index.docker.io/nightshift/deps:0a',
    'registry-1.docker.io/nightshift/other',
  ])('takes no image of its own names from a repository: %s', async (image) => {
    expect(await refusal({ '.nightshift/environment.yml': `image: ${image}\n` })).toContain('that are made here');
    expect(await refusal({ '.devcontainer.json': JSON.stringify({ image }) })).toContain('that are made here');
  });

  it('takes the base image by its exact name, and others that sound alike', async () => {
    for (const image of ['nightshift/base:0a', 'r.example/nightshift/base:0a', 'nightshifts/base', 'a/nightshift']) {
      expect((await planned({ '.nightshift/environment.yml': `image: ${image}\n` })).fetches).toEqual([image]);
    }
  });

  it('is refused where who agrees to it could not see all of it', async () => {
    const long = 'x'.repeat(400);
    const file = (more: object): Files => ({ '.nightshift/environment.yml': JSON.stringify(more), D: 'FROM a\n' });
    const built = (args: object, D = 'FROM a\n'): Files => ({
      '.devcontainer.json': JSON.stringify({ build: { dockerfile: 'D', args } }),
      D,
    });
    const many = Array.from({ length: 30 }, (_, index) => `registry${index}.example/a`);
    for (const [files, what] of [
      [file({ setup: [['true'], ['sh', '-c', `${' '.repeat(400)}evil`]] }), 'Setup step 2'],
      [file({ setup: [Array.from({ length: 100 }, () => 'word')] }), 'Setup step 1'],
      [file({ setup: [['sh', '-c', '"'.repeat(200)]] }), 'Setup step 1'],
      [file({ network: many.slice(0, 20).map((name) => `packages.${name.split('/')[0]}`) }), 'The list of hosts'],
      [built({ A: long }), 'The build argument A'],
      [built({ A: 'a\u202eb' }), 'The build argument A'],
      [built({ A: 'a\nb' }), 'The build argument A'],
      [built({}, many.map((name) => `FROM ${name}\n`).join('')), 'The list of images'],
    ] as const) {
      expect(await refusal(files)).toContain(what);
    }
    expect(await refusal(file({ setup: [['sh', '-c', 'x'.repeat(300)]] }))).toBe('');
  });

  it('names every image that a Dockerfile would fetch', async () => {
    const D =
      'FROM --platform=x node:24 AS build\nFROM build AS two\nCOPY --from=alpine:3 /a /b\nCOPY --from=build /a /b\nCOPY --from=0 /a /b\nCOPY --from=7 /a /b\n';
    const made = await planned({ '.nightshift/environment.yml': 'dockerfile: D\n', D });
    expect(made.fetches).toEqual(['node:24', 'alpine:3', '7']);
  });

  it('says what it does not follow', async () => {
    const compose = await planned({
      '.devcontainer/devcontainer.json': '{"dockerComposeFile":"compose.yml","service":"a"}',
    });
    expect(compose).toMatchObject({
      source: 'base',
      definition: '',
      warnings: [expect.stringContaining('Compose is not followed')],
    });
    const pnpm = await planned({ 'package.json': manifest(), 'pnpm-lock.yaml': '' });
    expect(pnpm).toMatchObject({
      definition: '',
      warnings: [expect.stringContaining('pnpm-lock.yaml: dependencies are not installed by themselves')],
    });
  });
});
