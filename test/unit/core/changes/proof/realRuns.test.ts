import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { detectTests, type TreeView } from '../../../../../src/core/changes/proof/detectTests.ts';
import { judgeProof } from '../../../../../src/core/changes/proof/judgeProof.ts';
import type { TestReport } from '../../../../../src/core/changes/proof/proof.ts';
import type { TestCommand } from '../../../../../src/core/changes/proof/testCommand.ts';
import { toReport } from '../../../../../src/core/changes/proof/toReport.ts';
import { editText } from '../../../../../src/core/tools/editText.ts';

const scratch = mkdtempSync(join(tmpdir(), 'nightshift-runs-'));
const repositories = fileURLToPath(new URL('../../../../fixtures/repositories/', import.meta.url));
const demo = fileURLToPath(new URL('../../../../../media/demo/', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A copy of a project in which edits and caches of runners do no harm. */
function copyOf(folder: string, name: string): string {
  const copy = join(scratch, name);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

function viewOf(folder: string): TreeView {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return {
    has: (path) => paths.includes(path),
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    list: () => paths,
  };
}

async function commandFor(folder: string): Promise<TestCommand> {
  const found = await detectTests(viewOf(folder));
  if (!found.ok) {
    throw new Error(found.error.message);
  }
  return found.value;
}

/** Runs the command as the guest would, with a report folder of its own; only for projects of this repository. */
function run(folder: string, command: TestCommand): TestReport {
  const reports = mkdtempSync(join(scratch, 'report-'));
  const [program = '', ...args] = command.argv.map((word) => word.replace('/tmp/', `${reports}/`));
  const started = performance.now();
  const ended = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`, ...command.environment },
  });
  const file = command.report.format === 'none' ? undefined : command.report.file;
  const written = file === undefined ? null : readFileSync(file.replace('/tmp/', `${reports}/`), 'utf8');
  const { status: exitCode, signal, stdout, stderr } = ended;
  const milliseconds = performance.now() - started;
  return toReport(
    { exitCode, signal, timedOut: false, outOfMemory: false, stdout, stderr, omittedBytes: 0, milliseconds },
    written,
    command,
  );
}

function edit(folder: string, path: string, oldText: string, newText: string): void {
  const edited = editText(readFileSync(join(folder, path)), oldText, newText);
  if (!edited.ok) {
    throw new Error(edited.error.message);
  }
  writeFileSync(join(folder, path), edited.value.bytes);
}

const editsSchema = z.object({
  turns: z.array(
    z.object({
      calls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.string()) })).default([]),
    }),
  ),
});

describe('the tests of a real project', () => {
  it('with node --test are found, run, and green once the defect is mended', async () => {
    const folder = copyOf(join(repositories, 'node-counter'), 'node-counter');
    const command = await commandFor(folder);
    const base = run(folder, command);
    expect(base).toMatchObject({ passed: 2, failed: 1, total: 3, exitCode: 1 });
    expect(base.tests.find((test) => test.status === 'failed')?.message).toContain('-1 !== 0');
    edit(folder, 'src/counter.js', 'this.#value - step', 'Math.max(0, this.#value - step)');
    const patched = run(folder, command);
    expect(judgeProof({ hash: 'h', changed: [], base, patched, command, runtime: 'host' })).toMatchObject({
      verdict: 'green',
      reason: '3 of 3 tests pass; on the base 2 of 3 passed.',
    });
  });

  it.skipIf(!hasPython)('with unittest are found, run, and green once the defect is mended', async () => {
    const folder = copyOf(join(repositories, 'python-slugify'), 'python-slugify');
    const command = await commandFor(folder);
    const base = run(folder, command);
    expect(base).toMatchObject({ passed: 3, failed: 1, total: 4, exitCode: 1 });
    edit(folder, 'slugify/__init__.py', 'plain.lower())', 'plain.lower()).strip(separator)');
    const patched = run(folder, command);
    expect(judgeProof({ hash: 'h', changed: [], base, patched, command, runtime: 'host' })).toMatchObject({
      verdict: 'green',
    });
  });

  it('that has none are said to be missing, with the way out', async () => {
    expect(await detectTests(viewOf(join(repositories, 'no-tests')))).toMatchObject({
      ok: false,
      error: { reason: 'no-tests-found', message: expect.stringContaining('set the test command') },
    });
  });

  it('that are none although node --test ends well are unverified', async () => {
    const folder = join(scratch, 'empty');
    mkdirSync(join(folder, 'test'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"scripts":{"test":"node --test"}}');
    writeFileSync(join(folder, 'test/empty.test.js'), '// nothing yet\n');
    const command = await commandFor(folder);
    const report = run(folder, command);
    expect(report).toMatchObject({ total: 0, exitCode: 0 });
    expect(
      judgeProof({ hash: 'h', changed: [], base: report, patched: report, command, runtime: 'host' }).verdict,
    ).toBe('unverified');
  });

  it('of the demo have one failure, and the recorded edit mends it', async () => {
    const folder = copyOf(join(demo, 'project'), 'demo');
    const command = await commandFor(folder);
    const base = run(folder, command);
    expect(base).toMatchObject({ passed: 11, failed: 1, total: 12 });
    const script = editsSchema.parse(JSON.parse(readFileSync(join(demo, 'replay.json'), 'utf8')));
    const edits = script.turns.flatMap((turn) => turn.calls).filter((call) => call.name === 'edit_file');
    for (const { arguments: args } of edits) {
      edit(folder, args['path'] ?? '', args['oldText'] ?? '', args['newText'] ?? '');
    }
    const patched = run(folder, command);
    expect(judgeProof({ hash: 'h', changed: [], base, patched, command, runtime: 'host' })).toMatchObject({
      verdict: 'green',
      reason: '12 of 12 tests pass; on the base 11 of 12 passed.',
    });
  });
});
