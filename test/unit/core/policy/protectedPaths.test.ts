import { describe, expect, it } from 'vitest';
import { protectedByName } from '../../../../src/core/policy/protectedPaths.ts';
import { refusedByName } from '../../../../src/core/policy/refusedPaths.ts';
import { steersTests } from '../../../../src/core/policy/runnerSteering.ts';

/** Rule to the paths that it protects. */
const guarded: Readonly<Record<string, readonly string[]>> = {
  'P-CI': ['.travis.yaml', 'buildspec.yml', 'sub/buildspec.yaml'],
  'P-IDE': ['.dir-locals.el', 'sub/.dir-locals.el', '.exrc', '.nvim.lua', '.NVIM.LUA'],
  'P-HOOKS': ['.git-hooks/pre-commit', 'lefthook.yml'],
  'P-AGENT': ['.opencode/agent/x.md', 'opencode.json', '.junie/guidelines.md', '.goosehints'],
  'P-ENVIRONMENT': ['flake.nix', 'shell.nix', 'Vagrantfile', 'sub/vagrantfile'],
  'P-PACKAGE-MANAGER': [
    '.yarn/releases/yarn-4.0.0.cjs',
    'sub/.Yarn/plugins/x.cjs',
    '.pnp.cjs',
    '.pnp.loader.mjs',
    'pnpm-workspace.yaml',
    'node_modules/vitest/index.js',
    'packages/a/node_modules/.bin/jest',
    '.mvn/wrapper/maven-wrapper.properties',
    'gradle/wrapper/gradle-wrapper.jar',
    'android/Gradle/Wrapper/gradle-wrapper.properties',
    'gradlew',
    'gradlew.bat',
    'NuGet.Config',
  ],
  'P-BUILD': [
    '.cargo/config.toml',
    'crates/a/build.rs',
    'eslint.config.mjs',
    '.eslintrc',
    '.eslintrc.cjs',
    '.pylintrc',
    '.clangd',
    'CMakePresets.json',
    'gulpfile.js',
    'Gulpfile.babel.js',
    'Gruntfile.js',
    'Directory.Build.props',
    'src/Directory.Build.targets',
  ],
  'P-TESTS': [
    'conftest.py',
    'tests/unit/conftest.py',
    'sitecustomize.py',
    'usercustomize.py',
    'pytest.ini',
    'tox.ini',
    'vitest.config.ts',
    'packages/a/vite.config.mjs',
    'jest.config.js',
    'babel.config.json',
    '.mocharc.cjs',
    '.mocharc',
    'karma.conf.js',
    'unittest.py',
    'unittest/__init__.py',
    'unittest',
    'pytest.py',
    'pytest/__main__.py',
    '_pytest/runner.py',
    'Unittest/case.py',
    '_pytest.cpython-312-x86_64-linux-gnu.so',
  ],
  'P-DEPENDENCIES': [
    'requirements.txt',
    'requirements-dev.txt',
    'sub/requirements.lock.txt',
    'pyproject.toml',
    'setup.py',
    'setup.cfg',
    'go.mod',
    'crates/a/Cargo.toml',
    'Gemfile',
  ],
  'P-LOCKFILE': ['go.sum'],
};

const fine: readonly string[] = [
  'src/yarn/index.ts',
  'docs/node_modules.md',
  'gradle/libs.versions.toml',
  'src/wrapper/a.ts',
  'rebuild.rs',
  'src/build.rs.md',
  'src/eslint.ts',
  'tests/test_conftest.py',
  'src/unittest/case.py',
  'tests/unittest.py',
  'unittests/a.py',
  'pytest_helpers.py',
  'docs/pytest.md',
  'src/config.ts',
  'vitest.md',
  'docs/requirements.md',
  'src/requirements.ts',
  'directory.builder.ts',
  'src/gemfile.ts',
];

describe('a path that is protected by its name', () => {
  const rows = Object.entries(guarded).flatMap(([rule, paths]) => paths.map((path) => [path, rule] as const));

  it.each(rows)('%s is so by %s', (path, rule) => {
    expect(protectedByName(path)?.rule).toBe(rule);
  });

  it.each(fine)('%s is not one', (path) => {
    expect(protectedByName(path)).toBeUndefined();
  });

  it.each([
    '.hg/hgrc',
    'sub/.HG/store',
    '.svn/entries',
    '.jj/repo/config.toml',
    '.hg',
    '\uff0ehg/hgrc',
    '.h\u200cg/hgrc',
  ])('%s is refused, as data of a version control system', (path) => {
    expect(refusedByName(path, true)?.rule).toBe('P-REPOSITORY');
  });

  it.each(['.hgignore', '.svnignore', 'src/hg/a.ts', 'x.svn', '.jjconfig'])('%s is not refused', (path) => {
    expect(refusedByName(path, false)).toBeUndefined();
  });
});

describe('a path that steers the test runner', () => {
  it.each([
    ...(guarded['P-TESTS'] ?? []),
    'node_modules/jest/index.js',
    'package.json',
    'sub/Package.json',
    'build.rs',
    '.cargo/config.toml',
    'setup.cfg',
    'pyproject.toml',
  ])('%s is one', (path) => {
    expect(steersTests(path)).toBe(true);
    if (!/package\.json$/i.test(path)) {
      expect(protectedByName(path)).toBeDefined();
    }
  });

  it.each([
    'src/a.ts',
    'test/a.test.ts',
    'tests/test_a.py',
    'src/unittest/case.py',
    'src/package.json.ts',
    'Dockerfile',
  ])('%s is none', (path) => {
    expect(steersTests(path)).toBe(false);
  });
});
