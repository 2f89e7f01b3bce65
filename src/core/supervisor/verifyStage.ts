import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { failsOnlyAsOnBase, withOldFailures } from '../changes/proof/oldFailures.ts';
import type { Proof } from '../changes/proof/proof.ts';
import { prove } from '../changes/proof/runProof.ts';
import { cannotRunReport } from '../changes/proof/toReport.ts';
import { isReplaceable, maxReplacements, replacedInVain } from '../sandbox/sandboxReasons.ts';
import type { Task } from '../tasks/task.ts';
import { awaitEngine } from './engineReturn.ts';
import type { StageEnd } from './stageEnd.ts';
import {
  commandIn,
  environmentOf,
  isSameEnvironment,
  recordEnvironment,
  type TaskEnvironment,
  unmet,
} from './taskEnvironment.ts';
import type { Assignment } from './supervisorPorts.ts';
import { proofRun, testCommandOf, testRun } from './taskTests.ts';

/** Attempts after which a red proof is final: the first, and two that were told what failed. */
const maxAttempts = 3;

/** Proves exactly the imported changeset. A red proof sends the task back to work; what cannot be proved is said to be so. */
export async function verifyStage(assignment: Assignment): Promise<Result<StageEnd, Failure>> {
  const { trace } = assignment;
  const task = trace.task();
  if (task.changeset === undefined) {
    return fail(failure('no-changeset', 'There is no changeset to prove; delegate the task again.'));
  }
  const { hash } = task.changeset;
  // A host that was killed between the proof and the move finds the proof.
  if (task.proof?.hash === hash) {
    return afterProof(task, task.proof);
  }
  const outcome = await proofOf(assignment, task.changeset, task);
  if (!outcome.ok) {
    return outcome;
  }
  const proof = settled(task, outcome.value);
  await trace.record({ type: 'proof-ended', actor: 'host', data: { hash, proof } });
  return afterProof(task, proof);
}

/**
 * Failures that were there before may be what the task is about, so the agent is told of them once. After that they are no longer held
 * against a change that broke nothing.
 */
export function settled(task: Task, proof: Proof): Proof {
  const told = task.attempts > 1;
  return told && proof.verdict === 'red' && failsOnlyAsOnBase(proof) ? withOldFailures(proof) : proof;
}

function afterProof(task: Task, proof: Proof): Result<StageEnd, Failure> {
  if (proof.verdict !== 'red') {
    return ok({ move: 'review', by: 'host' });
  }
  if (task.attempts < maxAttempts) {
    return ok({ move: 'revise', by: 'host', reason: { code: 'tests-red', message: proof.reason } });
  }
  const message = `${proof.reason} The agent did not mend it in ${task.attempts} attempts; \`nightshift patch ${task.id}\` shows what it has.`;
  return fail(failure('tests-red', message));
}

/** Runs the tests on both sides of a changeset. `again` names the wish to have that done once more; then the base runs anew as well. */
export async function proofOf(
  assignment: Assignment,
  changeset: NonNullable<Task['changeset']>,
  task: Task,
  again?: string,
): Promise<Result<Proof, Failure>> {
  const command = await testCommandOf(assignment);
  if (!command.ok) {
    return command.error.reason === 'no-tests-found' ? ok(unproved(changeset.hash, command.error.message)) : command;
  }
  const { hash, baseTree, resultTree } = changeset;
  const environments = await environmentsOf(assignment, changeset);
  if (!environments.ok) {
    return environments;
  }
  const { base, patched } = environments.value;
  const lacking = unmet(base) ?? (patched === base || patched.problem === '' ? undefined : patched.problem);
  if (lacking !== undefined) {
    return ok(unproved(hash, lacking));
  }
  const { runner, argv } = command.value;
  const started = { hash, runner, command: [...argv], ...(again === undefined ? {} : { again }) };
  await assignment.trace.record({ type: 'proof-started', actor: 'host', data: started });
  for (let replacements = 0; ; replacements += 1) {
    const proof = await prove({
      ...testRun(assignment, commandIn(base, command.value), proofRun, (tree) =>
        tree === resultTree ? patched : base,
      ),
      hash,
      baseTree,
      patchedTree: resultTree,
      changed: changeset.files,
      // The base of a task never changes, so a second proof need not run its tests again.
      ...(task.baseline === undefined || again !== undefined ? {} : { knownBase: task.baseline }),
    });
    if (proof.ok || assignment.signal.aborted || !canBeTriedAgain(assignment, proof.error)) {
      return proof;
    }
    // Tests that use up a box's memory do so in the next one, too.
    if (proof.error.cause === 'out-of-memory') {
      return ok(unproved(hash, `The tests could not be run: ${proof.error.message}`));
    }
    if (replacements === maxReplacements) {
      return proof.error.reason === 'engine-unavailable'
        ? proof
        : ok(unproved(hash, `The tests could not be run: ${proof.error.message} ${replacedInVain}`));
    }
    const back = await awaitEngine(assignment);
    if (!back.ok) {
      return back;
    }
  }
}

/** An engine that is not there is waited for only where it was there before. */
function canBeTriedAgain({ trace }: Assignment, { reason }: Failure): boolean {
  return isReplaceable(reason) || (reason === 'engine-unavailable' && trace.task().runtime !== undefined);
}

/** The environments of both sides: the same one, unless the change touches what decides it. */
async function environmentsOf(
  assignment: Assignment,
  { baseTree, resultTree }: NonNullable<Task['changeset']>,
): Promise<Result<{ readonly base: TaskEnvironment; readonly patched: TaskEnvironment }, Failure>> {
  const base = await environmentOf(assignment, baseTree);
  if (!base.ok) {
    return base;
  }
  const patched = await environmentOf(assignment, resultTree);
  if (!patched.ok) {
    return patched;
  }
  if (base.value.chosen.source !== 'base' || patched.value.chosen.source !== 'base') {
    await recordEnvironment(assignment, base.value);
  }
  if (isSameEnvironment(base.value, patched.value)) {
    return ok({ base: base.value, patched: base.value });
  }
  await recordEnvironment(assignment, patched.value);
  return ok({ base: base.value, patched: patched.value });
}

/** Where no test ran nothing is proved, and the proof says why. */
function unproved(hash: string, reason: string): Proof {
  const report = cannotRunReport(reason);
  return {
    verdict: 'unverified',
    reason,
    hash,
    command: [],
    runner: 'none',
    runtime: 'none',
    base: report,
    patched: report,
  };
}
