import { describe, expect, it } from 'vitest';
import { cannotRunReason } from '../../../../src/core/changes/proof/cannotRun.ts';
import type { TestCommand } from '../../../../src/core/changes/proof/testCommand.ts';
import {
  commandIn,
  isSameEnvironment,
  type TaskEnvironment,
  unmet,
} from '../../../../src/core/supervisor/taskEnvironment.ts';

const command: TestCommand = {
  runner: 'unittest',
  argv: ['python3'],
  environment: { A: '1' },
  report: { format: 'none' },
};

function environment(
  change: Partial<TaskEnvironment['chosen']> = {},
  rest: Partial<TaskEnvironment> = {},
): TaskEnvironment {
  return {
    paths: ['sums/__init__.py', 'tests/test_sums.py', 'README.md'],
    problem: '',
    chosen: {
      tree: 't',
      source: 'lockfile',
      definition: 'd',
      status: 'base',
      key: null,
      image: null,
      network: false,
      reached: [],
      warnings: [],
      ...change,
    },
    ...rest,
  };
}

const run = (message: string, at: TestCommand) =>
  cannotRunReason({ exitCode: 1, output: '', tests: [{ name: 'a', status: 'failed', message }], command: at });

describe('tests in an environment', () => {
  it('learn where their dependencies are, and keep what the command says', () => {
    expect(commandIn(environment({}, { image: 'sha256:a' }), command).environment).toMatchObject({
      A: '1',
      PYTHONUSERBASE: '/deps/python',
    });
    expect(commandIn(environment(), command)).toEqual(command);
  });

  it('cannot run where a module is missing that is not the repository’s own and dependencies are known to lack', () => {
    const lacking = commandIn(environment({}, { problem: 'Approve it.' }), command);
    expect(run("ModuleNotFoundError: No module named 'six.moves'", lacking)).toBe(
      'The package six.moves is not installed in the sandbox. Approve it.',
    );
    expect(run("ModuleNotFoundError: No module named 'sums.other'", lacking)).toBeUndefined();
    expect(run("ModuleNotFoundError: No module named 'six'", command)).toBeUndefined();
    expect(run("Cannot find package 'left-pad' imported from /workspace/repo/a.js", lacking)).toContain('Approve it.');
  });

  it('are not run at all where the repository itself says what they need and that is not there', () => {
    expect(unmet(environment({ source: 'environment.yml' }, { problem: 'x' }))).toBe('x');
    expect(unmet(environment({ source: 'devcontainer' }, { problem: 'x' }))).toBe('x');
    expect(unmet(environment({ source: 'lockfile' }, { problem: 'x' }))).toBeUndefined();
    expect(unmet(environment({ source: 'environment.yml' }))).toBeUndefined();
  });

  it('are in the same environment on both sides unless the change touches what decides it', () => {
    expect(isSameEnvironment(environment(), environment({ tree: 'u' }))).toBe(true);
    expect(isSameEnvironment(environment(), environment({ definition: 'e' }))).toBe(false);
    const broken = environment({ definition: '' }, { problem: 'line 1' });
    expect(isSameEnvironment(broken, broken)).toBe(true);
    expect(isSameEnvironment(broken, environment({ definition: '' }, { problem: 'line 2' }))).toBe(false);
  });
});
