import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ok } from '../../../src/base/result.ts';
import { detectTests } from '../../../src/core/changes/proof/detectTests.ts';
import { prove, runTestsOn, type TestRun } from '../../../src/core/changes/proof/runProof.ts';
import { testProtection } from '../../fakes/traceProtection.ts';
import { requireEngine } from '../requirements.ts';
import { never, openBoxes, runtimes, treeOf, value } from '../sandbox/boxes.ts';

const { skip, why } = requireEngine();
const repositories = fileURLToPath(new URL('../../fixtures/repositories/', import.meta.url));

type Files = Readonly<Record<string, string>>;

function filesOf(name: string): Files {
  const folder = join(repositories, name);
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  );
}

/** The files with one piece of text in one of them replaced. */
function mended(files: Files, path: string, oldText: string, newText: string): Files {
  const before = files[path] ?? '';
  expect(before).toContain(oldText);
  return { ...files, [path]: before.replace(oldText, () => newText) };
}

describe.skipIf(skip).each(runtimes)(`a proof in fresh boxes under %s ${why}`, (runtime) => {
  const boxes = openBoxes(`proof-${runtime}`);
  afterEach(async () => expect(await boxes.remaining()).toEqual([]));
  afterAll(() => boxes.destroyAll());

  async function testRun(trees: Readonly<Record<string, Files>>, commandSeconds = 60): Promise<TestRun> {
    const base = trees['base'] ?? {};
    const view = {
      has: (path: string) => Object.hasOwn(base, path),
      read: (path: string) => base[path] ?? null,
      list: () => Object.keys(base),
    };
    return {
      startBox: async () => ok(await boxes.start('build', runtime)),
      files: (tree) => treeOf(Object.entries(trees[tree] ?? {})),
      command: value(await detectTests(view)),
      redactor: testProtection().redactor,
      signal: never,
      commandSeconds,
    };
  }

  async function proofOf(base: Files, patched: Files) {
    const run = await testRun({ base, patched });
    const paths = [...new Set([...Object.keys(base), ...Object.keys(patched)])].filter(
      (path) => base[path] !== patched[path],
    );
    const changed = paths.map((path) => ({ path, status: path in base ? ('modified' as const) : ('added' as const) }));
    return value(await prove({ ...run, hash: 'change', baseTree: 'base', patchedTree: 'patched', changed }));
  }

  it('is green for a mended Node project', async () => {
    const base = filesOf('node-counter');
    const patched = mended(base, 'src/counter.js', 'this.#value - step', 'Math.max(0, this.#value - step)');
    expect(await proofOf(base, patched)).toMatchObject({
      verdict: 'green',
      reason: '3 of 3 tests pass; on the base 2 of 3 passed.',
      runtime,
      base: { failed: 1, exitCode: 1 },
      patched: { passed: 3, exitCode: 0 },
    });
  });

  it('is green for a mended Python project', async () => {
    const base = filesOf('python-slugify');
    const patched = mended(base, 'slugify/__init__.py', 'plain.lower())', 'plain.lower()).strip(separator)');
    expect(await proofOf(base, patched)).toMatchObject({
      verdict: 'green',
      runner: 'unittest',
      patched: { passed: 4 },
    });
  });

  it('is red, and says which test, for a change that mends nothing', async () => {
    const base = filesOf('node-counter');
    expect(await proofOf(base, base)).toMatchObject({
      verdict: 'red',
      reason: '1 of 3 tests fail: "counts down to zero and no further"; all of them fail on the base too.',
      patched: { tests: expect.arrayContaining([expect.objectContaining({ file: 'test/counter.test.js' })]) },
    });
  });

  it('is unverified for a change that deletes the failing test', async () => {
    const base = filesOf('node-counter');
    const tests = base['test/counter.test.js'] ?? '';
    const patched = { ...base, 'test/counter.test.js': tests.slice(0, tests.indexOf("test('counts down")) };
    expect(await proofOf(base, patched)).toMatchObject({
      verdict: 'unverified',
      reason: '1 test of the base did not run any more: "counts down to zero and no further".',
    });
  });

  it('is red for a change that needs a package nobody has, where the base ran', async () => {
    const base = filesOf('node-counter');
    const patched = { ...base, 'src/counter.js': `import 'no-such-package';\n${base['src/counter.js'] ?? ''}` };
    expect(await proofOf(base, patched)).toMatchObject({
      verdict: 'red',
      reason: expect.stringContaining('The tests ran on the base and cannot run with the change: The package no-such'),
    });
  });

  it('is unverified for a change that brings its own runner configuration', async () => {
    const base = filesOf('node-counter');
    const patched = {
      ...mended(base, 'src/counter.js', 'this.#value - step', 'Math.max(0, this.#value - step)'),
      'conftest.py': '',
    };
    expect(await proofOf(base, patched)).toMatchObject({
      verdict: 'unverified',
      reason: expect.stringContaining('the change edits conftest.py, which steers the tests'),
    });
  });

  it('says that tests cannot run where the runner is not installed', async () => {
    const projects: readonly Files[] = [
      { 'test_a.py': 'import pytest\n\ndef test_a():\n    pass\n' },
      { 'package.json': '{"scripts":{"test":"vitest run"}}' },
      { 'package.json': '{"scripts":{"test":"tsc -p . && jest"}}' },
      { 'go.mod': 'module a\n', 'a_test.go': 'package a\n' },
    ];
    for (const base of projects) {
      const report = value(await runTestsOn('base', await testRun({ base })));
      expect(report.cannotRun).toMatch(/not installed/);
      expect(report.total).toBe(0);
    }
  });

  it('ends tests that never end', async () => {
    const base = {
      'package.json': '{"scripts":{"test":"node --test"}}',
      'a.test.js': "require('node:test').test('hangs', () => { for (;;); });",
    };
    const report = value(await runTestsOn('base', await testRun({ base }, 3)));
    expect(report).toMatchObject({ timedOut: true, exitCode: null });
  });
});
