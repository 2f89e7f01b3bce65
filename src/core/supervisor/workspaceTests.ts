import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { TestReport } from '../changes/proof/proof.ts';
import { runTestsOn } from '../changes/proof/runProof.ts';
import { defaultLimits } from '../guards/limits.ts';
import type { Task, TaskSettings } from '../tasks/task.ts';
import { foldTask } from '../tasks/taskReducer.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import type { TraceEntry, TraceEvent } from '../trace/traceEvent.ts';
import { chainStart } from '../trace/hashChain.ts';
import type { Assignment, SupervisorPorts } from './supervisorPorts.ts';
import { commandIn, environmentOf, noTask, unmet } from './taskEnvironment.ts';
import { proofRun, testCommandOf, testRun } from './taskTests.ts';

export interface WorkspaceTestReport {
  readonly command: readonly string[];
  readonly runner: string;
  readonly runtime: string;
  readonly report: TestReport;
}

/**
 * Runs the tests of the checkout as it is now, in a box of their own and with no agent: the same command, environment and reports as
 * for a proof. Nothing is kept of it. `onActivity` is told what is done, one line each.
 */
export async function runWorkspaceTests(
  ports: SupervisorPorts,
  wish: { readonly workspace: string; readonly settings: TaskSettings },
  signal: AbortSignal,
  onActivity: (activity: string) => void,
): Promise<Result<WorkspaceTestReport, Failure>> {
  onActivity('Copying the workspace');
  const taken = await ports.store.snapshot(signal);
  if (!taken.ok) {
    return taken;
  }
  const { excluded, ...snapshot } = taken.value;
  const trace = unkeptTrace(ports, onActivity);
  await trace.record({ type: 'task-created', actor: 'user', data: creation(wish) });
  const data = { ...snapshot, excluded: excluded.map((file) => ({ ...file })) };
  await trace.record({ type: 'snapshot-taken', actor: 'host', data });
  const tested = await runOn({ ports, trace, signal }, snapshot.tree);
  return signal.aborted ? fail(failure('aborted', 'The tests were cancelled.')) : tested;
}

async function runOn(assignment: Assignment, tree: string): Promise<Result<WorkspaceTestReport, Failure>> {
  const command = await testCommandOf(assignment);
  if (!command.ok) {
    return command;
  }
  const environment = await environmentOf(assignment, tree);
  if (!environment.ok) {
    return environment;
  }
  const lacking = unmet(environment.value);
  if (lacking !== undefined) {
    return fail(failure('environment-needed', lacking));
  }
  const tests = commandIn(environment.value, command.value);
  const report = await runTestsOn(
    tree,
    testRun(assignment, tests, proofRun, () => environment.value),
  );
  if (!report.ok) {
    return report;
  }
  const { argv, runner } = command.value;
  const runtime = assignment.trace.task().runtime?.name ?? 'none';
  return ok({ command: argv, runner, runtime, report: report.value });
}

function creation({
  workspace,
  settings,
}: {
  readonly workspace: string;
  readonly settings: TaskSettings;
}): (TraceEntry & { readonly type: 'task-created' })['data'] {
  return {
    task: noTask,
    goal: 'Run the tests',
    origin: { kind: 'api' },
    model: { driver: 'none', name: 'none' },
    replay: false,
    limits: defaultLimits,
    settings,
    workspace,
    product: '',
  };
}

/** Folds what is recorded and forgets it: what boxes and environments of a task are made with, where there is no task. */
function unkeptTrace({ clock, sha256 }: SupervisorPorts, onActivity: (activity: string) => void): TaskTrace {
  let folded: Task | undefined;
  let seq = 0;
  const task = (): Task => {
    if (folded === undefined) {
      throw new Error('Nothing was recorded yet.');
    }
    return folded;
  };
  return {
    task,
    async record(proposed) {
      const entry = typeof proposed === 'function' ? proposed(task()) : proposed;
      const ts = new Date(clock.now()).toISOString();
      const event: TraceEvent = { ...entry, v: 1, seq, ts, prev: chainStart };
      seq += 1;
      folded = foldTask(folded, event);
      const activity = activityOf(entry);
      if (activity !== undefined) {
        onActivity(activity);
      }
      return folded;
    },
    putArtifact: async (bytes) => ({ sha256: sha256(bytes), bytes: bytes.length }),
    async *history() {},
  };
}

function activityOf(entry: TraceEntry): string | undefined {
  return entry.type === 'sandbox-started' ? 'Running the tests' : undefined;
}
