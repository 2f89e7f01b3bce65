import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { linkDependencies } from '../environments/linkDependencies.ts';
import { sandboxSpec } from '../sandbox/profiles.ts';
import type { Sandbox, SandboxFailure } from '../sandbox/sandbox.ts';
import type { ProfileName } from '../sandbox/sandboxSpec.ts';
import type { Assignment } from './supervisorPorts.ts';
import type { TaskEnvironment } from './taskEnvironment.ts';

/**
 * Starts a box for a task and records it. The caller owns the box and destroys it, which records its end.
 * Runtime and image are asked for each time: both are cached by the engine and may have changed since the last box.
 */
export async function openBox(
  assignment: Assignment,
  profile: ProfileName,
  run: string,
  environment?: TaskEnvironment,
): Promise<Result<Sandbox, SandboxFailure>> {
  const { ports, trace, signal } = assignment;
  const task = trace.task();
  const { requireGvisor } = task.settings;
  const preferred = ports.preferredRuntime;
  const wish = { requireGvisor, ...(preferred === undefined ? {} : { preferred }) };
  const runtime = await ports.engine.chooseRuntime(wish, signal);
  if (!runtime.ok) {
    return runtime;
  }
  const own = environment?.image;
  const image = own === undefined ? await ports.engine.ensureBaseImage(signal) : ok({ id: own });
  if (!image.ok) {
    return image;
  }
  const spec = sandboxSpec(profile, {
    runtime: runtime.value.name,
    image: image.value.id,
    owner: { workspace: task.workspace, task: task.id, run, owner: ports.owner },
  });
  const started = await ports.engine.start(spec, signal);
  if (!started.ok) {
    return fail(started.error);
  }
  const box = started.value;
  const recording = trace.record({
    type: 'sandbox-started',
    actor: 'host',
    data: {
      run,
      sandbox: box.id,
      profile,
      runtime: runtime.value.name,
      isolatedKernel: runtime.value.isolatedKernel,
      image: image.value.id,
      specHash: ports.sha256(JSON.stringify(spec)),
      startMs: box.startMs,
    },
  });
  // A box that the trace does not know of must not live.
  await recording.catch(async (error: unknown) => {
    await box.destroy();
    throw error;
  });
  return ok(recordedBox(assignment, own === undefined ? box : linkedBox(box)));
}

/** Links our own make into a tree, once, after the tree is there: milliseconds. */
const linkMs = 60_000;

/** The same box, whose tree gets its dependencies with it. */
function linkedBox(box: Sandbox): Sandbox {
  return {
    id: box.id,
    spec: box.spec,
    startMs: box.startMs,
    died: box.died,
    request: (method, params, options) => box.request(method, params, options),
    destroy: () => box.destroy(),
    putTree: async (files, options) => {
      const put = await box.putTree(files, options);
      if (!put.ok) {
        return put;
      }
      const linked = await box.request(
        'run_command',
        { argv: [...linkDependencies], environment: {}, timeoutMs: linkMs, maxOutputBytes: 4_096 },
        { signal: options.signal, deadlineMs: linkMs + 10_000 },
      );
      if (!linked.ok) {
        return linked;
      }
      const { exitCode, stderr } = linked.value;
      return exitCode === 0
        ? put
        : fail(failure('start-failed', `The dependencies could not be linked into the sandbox: ${stderr.slice(-500)}`));
    },
  };
}

/** The same box, whose end is recorded once. */
function recordedBox({ trace }: Pick<Assignment, 'trace'>, box: Sandbox): Sandbox {
  let cause = 'its work was done';
  let ended = false;
  const watch = async (): Promise<void> => {
    const failure = await box.died;
    cause = ended ? cause : failure.message;
  };
  void watch();
  return {
    id: box.id,
    spec: box.spec,
    startMs: box.startMs,
    died: box.died,
    request: (method, params, options) => box.request(method, params, options),
    putTree: (files, options) => box.putTree(files, options),
    destroy: async () => {
      if (!ended) {
        ended = true;
        await box.destroy();
        await trace.record({ type: 'sandbox-ended', actor: 'host', data: { sandbox: box.id, cause } });
      }
    },
  };
}
