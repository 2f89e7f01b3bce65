import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { dependencyVariables } from '../environments/setupSteps.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { BoxTerminal, TerminalSize } from '../sandbox/terminal.ts';
import { presentTree } from '../tasks/presentTree.ts';
import { openBox } from './taskBox.ts';
import { environmentOf } from './taskEnvironment.ts';
import type { Assignment } from './supervisorPorts.ts';

export interface TaskTerminal {
  /** The caller destroys it, which ends the terminal. */
  readonly box: Sandbox;
  readonly terminal: BoxTerminal;
  /** Why dependencies are not there, with the way out; empty when they are, or none are asked for. */
  readonly problem: string;
}

/** Stands for a run where a person looks around by themselves. */
const terminalRun = 'terminal';

/**
 * A shell in a box of its own, as the tests of the task have one: no network, the same limits, and a copy of what the agent has made so
 * far. Nothing that is done there comes back, and the box of an agent at work is never touched: a hand of a person in it would be in no
 * trace.
 */
export async function openTaskTerminal(
  assignment: Assignment,
  size: TerminalSize,
): Promise<Result<TaskTerminal, Failure>> {
  const { ports, trace, signal } = assignment;
  const task = trace.task();
  const tree = presentTree(task);
  if (tree === undefined || task.snapshot === undefined) {
    const message = `The task is ${task.state} and has no files yet to look at. Open the terminal when its agent has begun.`;
    return fail(failure('no-snapshot', message));
  }
  // What the agent wrote never decides what is installed.
  const environment = await environmentOf(assignment, task.snapshot.tree);
  if (!environment.ok) {
    return environment;
  }
  const { image, problem } = environment.value;
  const opened = await openBox(assignment, 'build', terminalRun, environment.value);
  if (!opened.ok) {
    return opened;
  }
  const box = opened.value;
  const filled = await box.putTree(ports.store.files(tree, signal), { signal });
  const variables = image === undefined ? {} : dependencyVariables;
  const terminal = filled.ok ? await box.openTerminal(size, variables, { signal }) : filled;
  if (!terminal.ok) {
    await box.destroy();
    return terminal;
  }
  try {
    await trace.record({ type: 'terminal-opened', actor: 'user', data: { sandbox: box.id, tree } });
  } catch (error) {
    await box.destroy();
    throw error;
  }
  return ok({ box, terminal: terminal.value, problem });
}
