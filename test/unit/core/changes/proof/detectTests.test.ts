import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectTests, type TreeView } from '../../../../../src/core/changes/proof/detectTests.ts';
import { shellWords } from '../../../../../src/core/changes/proof/shellWords.ts';

function tree(files: Readonly<Record<string, string>>): TreeView {
  const all = new Map(Object.entries(files));
  return { has: (path) => all.has(path), read: (path) => all.get(path) ?? null, list: () => [...all.keys()] };
}

async function found(files: Readonly<Record<string, string>>, configured?: { argv: string[] }) {
  const result = await detectTests(tree(files), configured);
  if (!result.ok) {
    throw new Error(result.error.message);
  }
  return result.value;
}

const scripts = (entries: Readonly<Record<string, string>>) => ({
  'package.json': JSON.stringify({ scripts: entries }),
});
const tapArguments = [
  '--test-reporter=spec',
  '--test-reporter-destination=stdout',
  '--test-reporter=tap',
  '--test-reporter-destination=/tmp/nightshift-report.tap',
];

describe('detectTests', () => {
  it('makes node --test write TAP beside what it prints, and keeps its own arguments', async () => {
    expect(await found(scripts({ test: 'NODE_ENV=test node --test --test-reporter dot "test/**/*.test.js"' }))).toEqual(
      {
        runner: 'node-test',
        argv: ['node', '--test', ...tapArguments, 'test/**/*.test.js'],
        environment: { CI: 'true', NO_COLOR: '1', FORCE_COLOR: '0', NODE_ENV: 'test' },
        report: { format: 'tap', file: '/tmp/nightshift-report.tap' },
      },
    );
  });

  it.each([
    [
      'vitest',
      [
        'node_modules/.bin/vitest',
        'run',
        '--reporter=default',
        '--reporter=json',
        '--outputFile.json=/tmp/nightshift-report.json',
      ],
    ],
    [
      'vitest run --reporter=dot unit',
      [
        'node_modules/.bin/vitest',
        'run',
        'unit',
        '--reporter=default',
        '--reporter=json',
        '--outputFile.json=/tmp/nightshift-report.json',
      ],
    ],
    [
      'vitest watch',
      [
        'node_modules/.bin/vitest',
        'run',
        '--reporter=default',
        '--reporter=json',
        '--outputFile.json=/tmp/nightshift-report.json',
      ],
    ],
    ['jest --watch -i', ['node_modules/.bin/jest', '-i', '--json', '--outputFile=/tmp/nightshift-report.json']],
    ['cross-env TZ=UTC jest', ['node_modules/.bin/jest', '--json', '--outputFile=/tmp/nightshift-report.json']],
    [
      'mocha -R dot spec',
      [
        'node_modules/.bin/mocha',
        'spec',
        '--reporter',
        'xunit',
        '--reporter-option',
        'output=/tmp/nightshift-report.xml',
      ],
    ],
    [
      'npx --yes mocha',
      ['node_modules/.bin/mocha', '--reporter', 'xunit', '--reporter-option', 'output=/tmp/nightshift-report.xml'],
    ],
  ])('makes %s write a report, without a shell and without npm', async (test, argv) => {
    expect((await found(scripts({ test }))).argv).toEqual(argv);
  });

  it('runs any other script in a shell as npm would', async () => {
    expect(await found(scripts({ test: 'sh run.sh "a b" | tee log' }))).toMatchObject({
      runner: 'npm-script',
      argv: ['sh', '-c', 'PATH="$PWD/node_modules/.bin:$PATH"; sh run.sh "a b" | tee log'],
      report: { format: 'none' },
    });
  });

  it('follows scripts that call scripts and makes the one known runner among them report', async () => {
    const command = await found(
      scripts({ test: 'npm run build && npm run -s unit -- -i', build: 'tsc -p .', unit: 'jest' }),
    );
    expect(command).toMatchObject({ runner: 'jest', report: { format: 'jest-json' } });
    expect(command.argv[2]).toBe(
      'PATH="$PWD/node_modules/.bin:$PATH"; tsc -p . && node_modules/.bin/jest -i --json --outputFile=/tmp/nightshift-report.json',
    );
  });

  it('ends for scripts that call themselves', async () => {
    expect(await found(scripts({ test: 'npm test && npm test' }))).toMatchObject({ runner: 'npm-script' });
  });

  it('says that scripts before and after are not run', async () => {
    expect((await found(scripts({ pretest: 'tsc', test: 'node --test' }))).notes).toEqual([
      'The script "pretest" of package.json is not run.',
    ]);
  });

  it('takes the placeholder of npm init for no tests', async () => {
    const files = scripts({ test: 'echo "Error: no test specified" && exit 1' });
    expect(await detectTests(tree(files))).toMatchObject({
      ok: false,
      error: { reason: 'no-tests-found', message: expect.stringContaining('set the test command') },
    });
    expect(await found({ ...files, 'lib/a.test.mjs': "import test from 'node:test';" })).toMatchObject({
      runner: 'node-test',
    });
  });

  it('survives a package.json that is no JSON or has scripts of another shape', async () => {
    for (const text of ['{', '[]', 'null', '{"scripts":[]}', '{"scripts":{"test":5}}', '{"scripts":null}']) {
      expect((await detectTests(tree({ 'package.json': text }))).ok).toBe(false);
    }
  });

  it.each([
    ['settings', { 'pyproject.toml': '[tool.pytest.ini_options]\n', 'tests/test_a.py': '' }],
    ['a conftest', { 'tests/conftest.py': '', 'tests/test_a.py': 'import unittest' }],
    ['an import', { 'test_a.py': 'import pytest\n' }],
    ['plain test functions', { 'test_a.py': 'def test_a():\n    assert 1\n' }],
  ])('runs pytest for %s', async (_title, files) => {
    expect(await found(files)).toMatchObject({
      runner: 'pytest',
      argv: ['python3', '-m', 'pytest', '-p', 'no:cacheprovider', '-q', '--junitxml=/tmp/nightshift-report.xml'],
    });
  });

  const unit = 'import unittest\n';

  it.each([
    ['at the root', { 'test_a.py': unit }, ['discover', '-v']],
    ['in a package', { 'tests/__init__.py': '', 'tests/test_a.py': unit }, ['discover', '-v']],
    ['in a plain folder', { 'tests/test_a.py': unit, 'tests/deep/test_b.py': unit }, ['discover', '-v', '-s', 'tests']],
    ['named at the end', { 'a_test.py': unit }, ['discover', '-v', '-p', '*_test.py']],
  ])('runs unittest for tests %s', async (_title, files, args) => {
    expect(await found(files)).toMatchObject({ runner: 'unittest', argv: ['python3', '-m', 'unittest', ...args] });
  });

  it('finds packages below src and ignores virtual environments', async () => {
    expect((await found({ 'src/a/b.py': '', 'tests/test_a.py': unit })).environment).toMatchObject({
      PYTHONPATH: '/workspace/repo/src',
    });
    expect((await detectTests(tree({ 'venv/lib/test_a.py': unit, '.tox/test_b.py': unit }))).ok).toBe(false);
  });

  it('runs go and cargo', async () => {
    expect(await found({ 'go.mod': '', 'a_test.go': '' })).toMatchObject({
      runner: 'go',
      argv: ['go', 'test', '-json', './...'],
    });
    expect((await detectTests(tree({ 'go.mod': '', 'a.go': '' }))).ok).toBe(false);
    expect(await found({ 'Cargo.toml': '' })).toMatchObject({ runner: 'cargo', report: { format: 'cargo-text' } });
  });

  it('prefers what is configured, and lets a known runner report', async () => {
    const files = scripts({ test: 'jest' });
    expect(await found(files, { argv: ['make', 'check'] })).toMatchObject({
      runner: 'configured',
      argv: ['make', 'check'],
    });
    expect(await found(files, { argv: ['node', '--test', 'x'] })).toMatchObject({
      runner: 'configured',
      argv: ['node', '--test', ...tapArguments, 'x'],
    });
    expect(await found(files, { argv: [] })).toMatchObject({ runner: 'jest' });
  });

  it('never throws and never calls npm, for any test script', async () => {
    const word = fc.constantFrom(
      'npm',
      'run',
      'test',
      'npx',
      'node',
      '--test',
      '&&',
      '|',
      '"',
      "'",
      'a',
      '$(x)',
      'X=1',
      '__proto__',
      '\n',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 8 }), fc.string(), async (words, other) => {
        const result = await detectTests(tree(scripts({ test: words.join(' '), a: other })));
        expect(result.ok && ['npm', 'npx'].includes(result.value.argv[0] ?? '')).toBe(false);
      }),
    );
  });
});

describe('shellWords', () => {
  it('splits words and quotes', () => {
    expect(shellWords(` a 'b c' "d"e '' `)).toEqual(['a', 'b c', 'de', '']);
  });

  it.each(['a | b', 'a; b', 'a > b', '$A', '"$A"', 'a `b`', 'a && b', '"open', '(a)', 'a\nb'])(
    'leaves %j to a shell',
    (line) => {
      expect(shellWords(line)).toBeUndefined();
    },
  );
});
