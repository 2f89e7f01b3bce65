import { availableParallelism } from 'node:os';
import type Docker from 'dockerode';
import { Limiter } from '../../base/async.ts';
import { type Failure, failure } from '../../base/failure.ts';
import { type Logger, nullLogger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import { lacksEssentialLimits, limitsRefusal } from '../../core/sandbox/engineLimits.ts';
import { sandboxSpec } from '../../core/sandbox/profiles.ts';
import type { RuntimeInfo, SandboxEngine, SandboxFailure } from '../../core/sandbox/sandbox.ts';
import type { SandboxSpec } from '../../core/sandbox/sandboxSpec.ts';
import { describeEngine, type EngineFacts } from './describeEngine.ts';
import { imageAnswer, infoAnswer, versionAnswer } from './engineAnswers.ts';
import { engineCall } from './engineCall.ts';
import { connectEngine, type EngineConnection } from './engineConnection.ts';
import { NodeLender } from './nodeLender.ts';
import { currentOwner } from './owner.ts';
import { probeBox } from './probeBox.ts';
import { reapOrphans } from './reapOrphans.ts';
import { RuntimeChoice } from './runtimeChoice.ts';
import type { StartedSandbox } from './startSandbox.ts';

export interface BaseImage {
  readonly image: string;
  readonly id: string;
}

export interface DockerEngineOptions {
  /** The guest as one bundled CommonJS file. */
  readonly guestSource: string;
  /** Finds or makes the base image on the engine. */
  readonly ensureImage: (
    docker: Docker,
    options: { readonly signal: AbortSignal; readonly onProgress?: (line: string) => void },
  ) => Promise<Result<BaseImage, Failure>>;
  /** Address of the engine from the user's own settings; found as the Docker CLI finds it otherwise. */
  readonly endpoint?: string | undefined;
  /** The user's wish to speak with boxes through a socket of this machine, where their runtime lets it through; standard streams otherwise. */
  readonly channel?: 'socket' | undefined;
  readonly logger?: Logger;
  /** How the engine is reached; for tests that stand between. */
  readonly connect?: (previous?: EngineConnection) => Result<EngineConnection, SandboxFailure>;
}

export function createDockerEngine(options: DockerEngineOptions): SandboxEngine {
  const logger = options.logger ?? nullLogger;
  const connect = options.connect ?? ((previous) => connectEngine(options.endpoint, previous));
  const starts = new Limiter(availableParallelism());
  const runtimes = new RuntimeChoice(probeRuntime);
  const lender = new NodeLender((signal) => ensureBaseImage(signal));
  /** Ids of images, which never change what they name. */
  const checkedImages = new Set<string>();
  /** Runtimes whose probe box was spoken with through a socket. */
  const socketRuntimes = new Set<string>();
  let connection: EngineConnection | undefined;
  /** The engine may come back somewhere else, for example after a switch of contexts. */
  let lookAgain = true;
  let facts: EngineFacts | undefined;

  function connected(): Result<EngineConnection, SandboxFailure> {
    if (connection !== undefined && !lookAgain) {
      return ok(connection);
    }
    const attempt = connect(connection);
    if (attempt.ok && attempt.value.endpoint !== connection?.endpoint) {
      // What was learnt is of another engine.
      facts = undefined;
      runtimes.forget();
      lender.forget();
      socketRuntimes.clear();
      checkedImages.clear();
    }
    connection = attempt.ok ? attempt.value : undefined;
    lookAgain = !attempt.ok;
    return attempt;
  }

  async function info(signal: AbortSignal): Promise<Result<EngineFacts, SandboxFailure>> {
    const reached = connected();
    if (!reached.ok) {
      return reached;
    }
    const { docker, endpoint, remark } = reached.value;
    const answered = await engineCall(
      { what: 'Asking the engine', deadline: engineDeadlines.answer, signal, reason: 'engine-unavailable' },
      () => Promise.all([docker.info(), docker.version()]),
    );
    if (!answered.ok) {
      lookAgain = true;
      return answered;
    }
    const engine = infoAnswer.safeParse(answered.value[0]);
    const version = versionAnswer.safeParse(answered.value[1]);
    if (!engine.success || !version.success) {
      return fail(failure('engine-unavailable', `What answers at ${endpoint} is no Docker engine; set DOCKER_HOST.`));
    }
    facts = describeEngine(engine.data, version.data, { endpoint, remark });
    return ok(facts);
  }

  async function begin(
    spec: SandboxSpec,
    signal: AbortSignal,
    { replyDeadline, socket = socketRuntimes.has(spec.runtime) }: { replyDeadline?: number; socket?: boolean } = {},
  ): Promise<Result<StartedSandbox, SandboxFailure>> {
    const known = facts === undefined ? await info(signal) : ok(facts);
    if (!known.ok) {
      return known;
    }
    const reached = connected();
    if (!reached.ok) {
      return reached;
    }
    const usable = await checkImage(reached.value.docker, spec.image, signal);
    if (!usable.ok) {
      return usable;
    }
    return starts.run(() =>
      lender.start(spec, {
        docker: reached.value.docker,
        engineCpus: known.value.cpus,
        podman: known.value.podman,
        socket,
        guestSource: options.guestSource,
        logger,
        signal,
        ...(replyDeadline === undefined ? {} : { replyDeadline }),
      }),
    );
  }

  /** A volume that an image declares would be a folder of the host's disk in the box: without a size, and executable. */
  async function checkImage(docker: Docker, image: string, signal: AbortSignal): Promise<Result<void, SandboxFailure>> {
    if (checkedImages.has(image)) {
      return ok(undefined);
    }
    const inspected = await engineCall(
      { what: 'Looking at the image', deadline: engineDeadlines.answer, signal, reason: 'image-missing' },
      () => docker.getImage(image).inspect(),
    );
    if (!inspected.ok) {
      return inspected;
    }
    const volumes = Object.keys(imageAnswer.safeParse(inspected.value).data?.Config?.Volumes ?? {});
    if (volumes.length > 0) {
      const message = `The image declares the volume ${volumes[0]}, which a sandbox may not have; build it without VOLUME.`;
      return fail(failure('start-failed', message));
    }
    checkedImages.add(image);
    return ok(undefined);
  }

  async function ensureBaseImage(
    signal: AbortSignal,
    onProgress?: (line: string) => void,
  ): Promise<Result<BaseImage, SandboxFailure>> {
    const reached = connected();
    if (!reached.ok) {
      return reached;
    }
    const made = await options.ensureImage(reached.value.docker, { signal, ...(onProgress ? { onProgress } : {}) });
    if (made.ok) {
      return made;
    }
    const { reason, message } = made.error;
    const own =
      reason === 'engine-unavailable' || reason === 'timeout' || reason === 'aborted' ? reason : 'image-missing';
    return fail(failure(own, message));
  }

  /** With a socket first, where the user wished for one: what stands against it is told, and is no reason to refuse the runtime. */
  async function probeRuntime(
    name: RuntimeInfo['name'],
    signal: AbortSignal,
  ): Promise<Result<Omit<RuntimeInfo, 'name'>, SandboxFailure>> {
    socketRuntimes.delete(name);
    const withSocket = options.channel === 'socket' ? await probeOver(true, name, signal) : undefined;
    if (withSocket?.ok === true) {
      socketRuntimes.add(name);
      return ok({ ...withSocket.value, channel: { over: 'socket' } });
    }
    if (withSocket !== undefined) {
      logger.warn(`boxes of ${name} are spoken with through their standard streams: ${withSocket.error.message}`);
    }
    const probed = await probeOver(false, name, signal);
    if (!probed.ok) {
      logger.warn(`the runtime ${name} did not pass its probe: ${probed.error.message}`);
      return probed;
    }
    return ok({
      ...probed.value,
      ...(withSocket === undefined ? {} : { channel: { over: 'stdio', why: withSocket.error.message } }),
    });
  }

  async function probeOver(
    socket: boolean,
    name: RuntimeInfo['name'],
    signal: AbortSignal,
  ): Promise<Result<Omit<RuntimeInfo, 'name'>, SandboxFailure>> {
    const image = await ensureBaseImage(signal);
    if (!image.ok) {
      return image;
    }
    const owner = { workspace: 'probe', task: 'probe', run: 'probe', owner: currentOwner() };
    const spec = sandboxSpec('locked', { image: image.value.id, runtime: name, owner });
    const started = await begin(spec, signal, { replyDeadline: engineDeadlines.probe, socket });
    const reached = connected();
    if (!started.ok) {
      return started;
    }
    if (!reached.ok) {
      return reached;
    }
    const { sandbox, hello } = started.value;
    const judged = await probeBox(reached.value.docker, sandbox, facts?.cpus ?? 1, signal);
    await sandbox.destroy();
    if (!judged.ok) {
      return judged;
    }
    const { looser, unenforced } = judged.value;
    if (looser.length > 0) {
      const message = `The runtime ${name} made a box that is looser than its specification (${looser.join('; ')}), so it is not used.`;
      return fail(failure('runtime-unavailable', message));
    }
    const isolatedKernel = hello.isolatedKernel && hello.kernel !== facts?.kernel;
    return ok({ isolatedKernel, ...(unenforced.length === 0 ? {} : { unenforced }) });
  }

  return {
    info,
    ensureBaseImage,
    async chooseRuntime(wish, signal) {
      const known = await info(signal);
      if (!known.ok) {
        return known;
      }
      const unenforced = known.value.unenforced ?? [];
      // No box is started to learn what the engine says itself.
      return wish.allowUnlimited !== true && lacksEssentialLimits(unenforced)
        ? fail(limitsRefusal(unenforced))
        : runtimes.choose(wish, known.value.runtimes, signal);
    },
    async start(spec, signal) {
      const started = await begin(spec, signal);
      if (started.ok) {
        runtimes.recordStart(spec.runtime, true);
        return ok(started.value.sandbox);
      }
      if (started.error.reason === 'start-failed' || started.error.reason === 'timeout') {
        runtimes.recordStart(spec.runtime, false);
      }
      return started;
    },
    async reap(signal) {
      const reached = connected();
      return reached.ok ? reapOrphans(reached.value.docker, signal) : reached;
    },
  };
}
