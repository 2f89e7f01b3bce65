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
  const { requireGvisor, allowUnlimited } = task.settings;
  const preferred = ports.preferredRuntime;
  const wish = {
    requireGvisor,
    ...(preferred === undefined ? {} : { preferred }),
    ...(allowUnlimited === undefined ? {} : { allowUnlimited }),
  };
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
      ...(runtime.value.unenforced === undefined ? {} : { unenforced: [...runtime.value.unenforced] }),
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
    openTerminal: (size, variables, options) => box.openTerminal(size, variables, options),
    destroy: () => box.destroy(),
    putTree: async (files, options) => {
      const put = await box.putTree(files, options);
      if (!put.ok) {
        return put;
      }
      const linked = await box.request(
        'run_command',
        { argv: linkDependencies(box.spec), environment: {}, timeoutMs: linkMs, maxOutputBytes: 4_096 },
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

/** The same box, whose end is recorded when it ends, of itself or by its owner; who destroys it waits for the record. */
function recordedBox({ trace }: Pick<Assignment, 'trace'>, box: Sandbox): Sandbox {
  const record = async (): Promise<void> => {
    const end = await box.died;
    const reason = { code: end.cause ?? end.reason, message: end.message };
    const data = wasDestroyed(end) ? { cause: 'its work was done' } : { cause: end.message, reason };
    await trace.record({ type: 'sandbox-ended', actor: 'host', data: { sandbox: box.id, ...data } });
  };
  const recorded = record();
  // Thrown on to the owner, who destroys the box whatever happens.
  recorded.catch(() => undefined);
  return {
    id: box.id,
    spec: box.spec,
    startMs: box.startMs,
    died: box.died,
    request: (method, params, options) => box.request(method, params, options),
    openTerminal: (size, variables, options) => box.openTerminal(size, variables, options),
    putTree: (files, options) => box.putTree(files, options),
    destroy: async () => {
      await box.destroy();
      await recorded;
    },
  };
}

function wasDestroyed({ reason, cause }: SandboxFailure): boolean {
  return reason === 'sandbox-died' && cause === undefined;
}
