import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Proof, TestReport } from '../changes/proof/proof.ts';
import { prove } from '../changes/proof/runProof.ts';
import type { Task } from '../tasks/task.ts';
import type { StageEnd } from './stageEnd.ts';
import type { Assignment } from './supervisorPorts.ts';
import { testCommandOf, testRun } from './taskTests.ts';

/** Runs after which a red proof is final: the first attempt and two more that were told what failed. */
const maxRuns = 3;

/** Proves exactly the imported changeset. A red proof sends the task back to work; what cannot be proved is said to be so. */
export async function verifyStage(assignment: Assignment): Promise<Result<StageEnd, Failure>> {
  const { trace } = assignment;
  const task = trace.task();
  if (task.changeset === undefined) {
    return fail(failure('no-changeset', 'There is no changeset to prove; delegate the task again.'));
  }
  const proof = await proofOf(assignment, task.changeset, task);
  if (!proof.ok) {
    return proof;
  }
  await trace.record({
    type: 'proof-ended',
    actor: 'host',
    data: { hash: task.changeset.hash, proof: proof.value },
  });
  if (proof.value.verdict !== 'red') {
    return ok({ move: 'review', by: 'host' });
  }
  const reason = { code: 'tests-red', message: proof.value.reason };
  return task.runs < maxRuns
    ? ok({ move: 'revise', by: 'host', reason })
    : fail(
        failure(
          reason.code,
          `${reason.message} The agent could not mend it in ${maxRuns} attempts; its patch is kept.`,
        ),
      );
}

async function proofOf(
  assignment: Assignment,
  changeset: NonNullable<Task['changeset']>,
  task: Task,
): Promise<Result<Proof, Failure>> {
  const command = await testCommandOf(assignment);
  if (!command.ok) {
    return command.error.reason === 'no-tests-found'
      ? ok(withoutTests(changeset.hash, command.error.message))
      : command;
  }
  const { hash, baseTree, resultTree } = changeset;
  const { runner, argv } = command.value;
  await assignment.trace.record({ type: 'proof-started', actor: 'host', data: { hash, runner, command: [...argv] } });
  // The base of a task never changes, so a second proof need not run its tests again.
  const knownBase = task.proof?.base;
  return prove({
    ...testRun(assignment, command.value, 'proof'),
    hash,
    baseTree,
    patchedTree: resultTree,
    ...(knownBase === undefined ? {} : { knownBase }),
  });
}

const noReport: TestReport = {
  passed: 0,
  failed: 0,
  skipped: 0,
  total: 0,
  exitCode: null,
  timedOut: false,
  milliseconds: 0,
  tests: [],
  outputTail: '',
};

/** Zero tests prove nothing, and the proof says so. */
function withoutTests(hash: string, reason: string): Proof {
  const report = { ...noReport, cannotRun: reason };
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
