import { type Failure, failure } from '../../base/failure.ts';
import { fail, type Result } from '../../base/result.ts';
import { detectTests } from '../changes/proof/detectTests.ts';
import type { TestReport } from '../changes/proof/proof.ts';
import { runTestsOn, type TestRun } from '../changes/proof/runProof.ts';
import type { TestCommand } from '../changes/proof/testCommand.ts';
import { commandSecondsLeft } from '../guards/commands.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Assignment } from './supervisorPorts.ts';
import { commandIn, environmentOf, type TaskEnvironment, unmet } from './taskEnvironment.ts';
import { openBox } from './taskBox.ts';
import { exportTree } from './treeExport.ts';

/** How the tests of the user's snapshot are run: never asked of a patched tree, which could answer what it likes. */
export async function testCommandOf({ ports, trace, signal }: Assignment): Promise<Result<TestCommand, Failure>> {
  const { snapshot, settings, environment } = trace.task();
  if (snapshot === undefined) {
    return fail(failure('no-snapshot', 'The task has no snapshot to test; delegate it again.'));
  }
  const listed = await ports.store.paths(snapshot.tree, signal);
  if (!listed.ok) {
    return listed;
  }
  const paths = new Set(listed.value);
  const decoder = new TextDecoder();
  const view = {
    has: (path: string) => paths.has(path),
    list: () => listed.value,
    read: async (path: string) => {
      const bytes = await ports.store.read(snapshot.tree, path, signal);
      return bytes.ok && bytes.value !== null ? decoder.decode(bytes.value) : null;
    },
  };
  const configured = settings.testCommand ?? environment?.testCommand;
  return detectTests(view, configured === undefined ? undefined : { argv: configured });
}

/** Stands for a run where the host itself proves a changeset. */
export const proofRun = 'proof';

/**
 * What a run of the tests needs, with each box recorded in the task's trace. The command is as found in the snapshot; each tree
 * may have an environment of its own.
 */
export function testRun(
  assignment: Assignment,
  command: TestCommand,
  run: string,
  environmentFor: (tree: string) => TaskEnvironment,
): TestRun {
  const { ports, trace, signal } = assignment;
  return {
    startBox: (_, tree) => openBox(assignment, 'build', run, environmentFor(tree)),
    files: (tree) => ports.store.files(tree, signal),
    command,
    redactor: ports.redactor,
    signal,
    commandSeconds: run === proofRun ? trace.task().limits.commandSeconds : commandSecondsLeft(trace.task()),
  };
}

/** Runs the tests on what the agent's box holds now, in a box of their own. What keeps them from running is said as text. */
export async function runTestsForAgent(
  assignment: Assignment,
  box: Sandbox,
  { run, tree }: { readonly run: string; readonly tree: string },
): Promise<TestReport | { readonly unavailable: string }> {
  const command = await testCommandOf(assignment);
  if (!command.ok) {
    return { unavailable: command.error.message };
  }
  // What the agent wrote never decides what is installed: its tests run in what the snapshot asked for.
  const environment = await environmentOf(assignment, assignment.trace.task().snapshot?.tree ?? tree);
  if (!environment.ok) {
    return { unavailable: environment.error.message };
  }
  const lacking = unmet(environment.value);
  if (lacking !== undefined) {
    return { unavailable: lacking };
  }
  const exported = await exportTree(assignment, box, tree);
  if (!exported.ok) {
    return { unavailable: exported.error.message };
  }
  const tests = commandIn(environment.value, command.value);
  const report = await runTestsOn(
    exported.value.tree,
    testRun(assignment, tests, run, () => environment.value),
  );
  return report.ok ? report.value : { unavailable: report.error.message };
}
