import { type Failure, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { detectNodeTests } from './detectNodeTests.ts';
import { detectPythonTests } from './detectPythonTests.ts';
import { instrument } from './instrument.ts';
import type { TestCommand } from './testCommand.ts';

/** The files of a tree, by path relative to the repository. */
export interface TreeView {
  has(path: string): boolean;
  read(path: string): Promise<string | null> | string | null;
  list(): readonly string[];
}

export type NoTestsFound = Failure<'no-tests-found'>;

/**
 * How the tests of a tree are run: as configured, else by the first of `package.json`, Python tests, `go.mod` and
 * `Cargo.toml`. Ask it of the base: a change that edits the test command must not decide how it is itself proved.
 */
export async function detectTests(
  files: TreeView,
  configured?: { readonly argv: readonly string[] },
): Promise<Result<TestCommand, NoTestsFound>> {
  const found =
    configuredCommand(configured?.argv ?? []) ??
    (await detectNodeTests(files)) ??
    (await detectPythonTests(files)) ??
    goCommand(files) ??
    cargoCommand(files);
  return found === undefined ? fail(failure('no-tests-found', noTestsMessage)) : ok(found);
}

const noTestsMessage =
  'No tests were found: there is no test script in package.json, no pytest or unittest file, no go.mod and no Cargo.toml; set the test command in the settings.';

/** Runners that are recognised are told to write a report; everything else runs exactly as configured. */
function configuredCommand(argv: readonly string[]): TestCommand | undefined {
  if (argv.length === 0) {
    return undefined;
  }
  const known = instrument(argv);
  return known === undefined
    ? { runner: 'configured', argv, environment: {}, report: { format: 'none' } }
    : { ...known, runner: 'configured' };
}

/** A box has no network; what `go` would fetch must be in the environment. Its cache is too large for `/tmp`. */
function goCommand(files: TreeView): TestCommand | undefined {
  if (!files.has('go.mod') || !files.list().some((path) => path.endsWith('_test.go'))) {
    return undefined;
  }
  return {
    runner: 'go',
    argv: ['go', 'test', '-json', './...'],
    environment: { GOPROXY: 'off', GOTOOLCHAIN: 'local', GOCACHE: '/workspace/.cache/go-build' },
    report: { format: 'go-json' },
  };
}

function cargoCommand(files: TreeView): TestCommand | undefined {
  return files.has('Cargo.toml')
    ? {
        runner: 'cargo',
        argv: ['cargo', 'test', '--offline', '--no-fail-fast'],
        environment: { CARGO_TERM_COLOR: 'never', RUST_BACKTRACE: '0' },
        report: { format: 'cargo-text' },
      }
    : undefined;
}
