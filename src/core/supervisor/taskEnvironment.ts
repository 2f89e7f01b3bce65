import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { devcontainerPaths } from '../environments/devcontainer.ts';
import type { EnvironmentFailureReason } from '../environments/environmentFailure.ts';
import { environmentFilePath } from '../environments/environmentFile.ts';
import { type EnvironmentPlan, planEnvironment } from '../environments/environmentPlan.ts';
import type { TestCommand } from '../changes/proof/testCommand.ts';
import { dependencyVariables } from '../environments/setupSteps.ts';
import type { TraceEventData } from '../trace/traceEvent.ts';
import type { Assignment } from './supervisorPorts.ts';

/** What the tests of one tree run in. */
export interface TaskEnvironment {
  /** The files of the tree. */
  readonly paths: readonly string[];
  readonly chosen: Chosen;
  /** Absent for the base image. */
  readonly image?: string;
  /** Why it is not as the tree's files ask, with the way out; empty when it is. */
  readonly problem: string;
}

/** Stands for the id of a task where tests run without one. */
export const noTask = 'none';

type Chosen = TraceEventData<'environment-chosen'>;

/**
 * Chooses the environment of a tree and makes its image where a person agreed to that. Never fails for what a repository or a
 * registry does: then the base image is what is left, and the problem is said.
 */
export async function environmentOf(assignment: Assignment, tree: string): Promise<Result<TaskEnvironment, Failure>> {
  if (assignment.ports.environments === undefined) {
    return ok({ paths: [], chosen: nothing(tree), problem: '' });
  }
  const reading = await planOf(assignment, tree);
  if (!reading.ok) {
    return reading;
  }
  const { paths, planned } = reading.value;
  if (!planned.ok) {
    const problem = planned.error.message;
    const chosen = { ...nothing(tree), source: namedSource(paths), status: 'failed', problem } as const;
    return ok({ paths, chosen, problem });
  }
  const plan = planned.value;
  const known = assignment.trace.task().environment;
  if (
    plan.definition !== '' &&
    known?.definition === plan.definition &&
    known.status === 'failed' &&
    known.transient !== true
  ) {
    return ok({ paths, chosen: { ...known, tree }, problem: known.problem ?? '' });
  }
  const made = await ready(assignment, tree, plan);
  // What was cut short says nothing of the environment: nobody is to go on with it, or to record it.
  return assignment.signal.aborted ? fail(failure('aborted', 'The setup was cancelled.')) : ok({ paths, ...made });
}

/** Why a setup fails in the same way every time, until somebody changes something. */
const lastingReasons: ReadonlySet<EnvironmentFailureReason> = new Set([
  'setup-failed',
  'image-unusable',
  'bad-definition',
]);

/** What the files of a tree ask for, where they can be followed. */
async function planOf(
  { ports, signal }: Assignment,
  tree: string,
): Promise<Result<{ readonly paths: readonly string[]; readonly planned: Result<EnvironmentPlan, Failure> }, Failure>> {
  const listed = await ports.store.paths(tree, signal);
  if (!listed.ok) {
    return listed;
  }
  const read = async (path: string): Promise<Uint8Array | null> => {
    const bytes = await ports.store.read(tree, path, signal);
    return bytes.ok ? bytes.value : null;
  };
  const paths = listed.value;
  return ok({ paths, planned: await planEnvironment({ paths, read }, ports.sha256) });
}

async function ready(
  assignment: Assignment,
  tree: string,
  plan: EnvironmentPlan,
): Promise<Omit<TaskEnvironment, 'paths'>> {
  const { ports, trace, signal } = assignment;
  const task = trace.task();
  const chosen = (change: Partial<Chosen>): Chosen => ({ ...described(tree, plan), ...change });
  if (plan.definition === '' || ports.environments === undefined) {
    return { chosen: chosen({ status: 'base' }), problem: '' };
  }
  const approval = await ports.environments.approvalOf(plan.definition);
  if (approval === undefined) {
    const problem = lacking(plan, task.id, tree === task.snapshot?.tree);
    return { chosen: chosen({ status: 'needs-approval', problem }), problem };
  }
  const { hosts, approvedAt } = approval;
  const agreed = { approval: { hosts: [...hosts], approvedAt } };
  const made = await ports.environments.ensure(
    {
      plan,
      approval,
      owner: { workspace: task.workspace, task: task.id, run: 'setup', owner: ports.owner },
      requireGvisor: task.settings.requireGvisor,
    },
    signal,
  );
  const output = made.ok ? made.value.output : (made.error.output ?? '');
  const artifact = output === '' ? {} : { output: await trace.putArtifact(new TextEncoder().encode(output)) };
  if (!made.ok) {
    const problem = made.error.message;
    const transient = lastingReasons.has(made.error.reason) ? {} : { transient: true };
    return { chosen: chosen({ status: 'failed', problem, ...transient, ...agreed, ...artifact }), problem };
  }
  const { key, image, reached } = made.value;
  return {
    image,
    chosen: chosen({ status: 'ready', key, image, reached: [...reached], ...agreed, ...artifact }),
    problem: '',
  };
}

/** Whether two trees ask for the same. Trees that cannot be followed are the same where they say the same wrong thing. */
export function isSameEnvironment(left: TaskEnvironment, right: TaskEnvironment): boolean {
  const unfollowed = left.chosen.definition === '' && left.problem !== right.problem;
  return left.chosen.definition === right.chosen.definition && !unfollowed;
}

/** Records the choice, unless the trace says the same of this tree already. */
export async function recordEnvironment({ trace }: Assignment, { chosen }: TaskEnvironment): Promise<void> {
  const known = trace.task().environment;
  const same =
    known?.definition === chosen.definition &&
    known.status === chosen.status &&
    known.image === chosen.image &&
    known.approval?.approvedAt === chosen.approval?.approvedAt &&
    known.transient === chosen.transient;
  if (!same || known?.tree !== chosen.tree) {
    await trace.record({ type: 'environment-chosen', actor: 'host', data: chosen });
  }
}

/**
 * A test command in an environment: it learns where its dependencies are, and where they are not, what is missing then is known to
 * be missing in the sandbox and not in the code.
 */
export function commandIn({ image, problem, paths }: TaskEnvironment, command: TestCommand): TestCommand {
  if (image !== undefined) {
    return { ...command, environment: { ...dependencyVariables, ...command.environment } };
  }
  return problem === '' ? command : { ...command, lacking: { wayOut: problem, ownModules: pythonModules(paths) } };
}

/** First names by which Python can import what is in the tree itself. */
function pythonModules(paths: readonly string[]): ReadonlySet<string> {
  const names = paths
    .filter((path) => path.endsWith('.py'))
    .flatMap((path) => path.split('/'))
    .map((part) => part.replace(/\.py$/, ''));
  return new Set(names);
}

/**
 * Why tests cannot be run at all: the repository itself says what they need, and that is not there. Where only a lockfile asks,
 * tests may do without, so they are run.
 */
export function unmet({ chosen, problem }: TaskEnvironment): string | undefined {
  const declared = chosen.source === 'environment.yml' || chosen.source === 'devcontainer';
  return declared && problem !== '' ? problem : undefined;
}

function lacking(plan: EnvironmentPlan, task: string, ofSnapshot: boolean): string {
  const whose = task === noTask ? '' : ` --task ${task}`;
  const look = `\`nightshift environment${whose}\` shows it, with the command that agrees to it.`;
  if (!ofSnapshot) {
    return `Dependencies changed: rebuild needs approval. ${look}`;
  }
  const what =
    plan.source === 'lockfile'
      ? `The dependencies of ${[...new Set(plan.steps.map((step) => step.because))].join(', ')} are not installed in the sandbox`
      : `The environment of ${plan.source} is not set up`;
  return `${what}: that needs your approval. ${look}`;
}

function namedSource(paths: readonly string[]): Chosen['source'] {
  if (paths.includes(environmentFilePath)) {
    return 'environment.yml';
  }
  return devcontainerPaths.some((path) => paths.includes(path)) ? 'devcontainer' : 'lockfile';
}

function nothing(tree: string): Chosen {
  return {
    tree,
    source: 'base',
    definition: '',
    status: 'base',
    key: null,
    image: null,
    network: false,
    reached: [],
    warnings: [],
  };
}

function described(tree: string, plan: EnvironmentPlan): Chosen {
  return {
    ...nothing(tree),
    source: plan.source,
    definition: plan.definition,
    network: typeof plan.network === 'boolean' ? plan.network : [...plan.network],
    warnings: [...plan.warnings],
    ...(plan.testCommand === undefined ? {} : { testCommand: [...plan.testCommand] }),
  };
}
