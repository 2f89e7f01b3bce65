import type Docker from 'dockerode';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { environmentKey } from '../../../core/environments/environmentPlan.ts';
import type {
  EnvironmentBuildFailure,
  EnvironmentRequest,
  Environments,
  ReadyEnvironment,
} from '../../../core/environments/environments.ts';
import type { EnvironmentFailure } from '../../../core/environments/environmentFailure.ts';
import { sandboxSpec } from '../../../core/sandbox/profiles.ts';
import type { Sandbox, SandboxEngine, SandboxFailure } from '../../../core/sandbox/sandbox.ts';
import type { Sha256 } from '../../../base/hash.ts';
import { versionAnswer } from '../engineAnswers.ts';
import type { EngineConnection } from '../engineConnection.ts';
import { layDependencies } from './dependencyLayer.ts';
import { EnvironmentFiles } from './environmentFiles.ts';
import { dependencyRepository, findDependencyImage, noteDependencyImage } from './environmentImages.ts';
import { runSetup, type TrustedCertificates } from './setupBox.ts';
import { SharedWork } from './sharedWork.ts';
import { attempt, buildFromDockerfile, fetchImage } from './sourceImage.ts';

export interface EnvironmentOptions {
  readonly engine: SandboxEngine;
  readonly connect: () => Result<EngineConnection, SandboxFailure>;
  readonly guestSource: string;
  /** Folder in the user's state home. */
  readonly folder: string;
  readonly sha256: Sha256;
  readonly certificates?: TrustedCertificates;
  /** The user's own wish. */
  readonly preferredRuntime?: 'runsc' | 'runc';
}

const answerMs = 10_000;
/** Milliseconds for a whole setup, and characters of its output that are kept. */
const layerMs = 10 * 60_000;
const maxOutput = 256 * 1024;

type Outcome = Result<ReadyEnvironment, EnvironmentBuildFailure>;

/** Environments as images of a Docker engine. None is removed here: housekeeping does that, which knows our images from others. */
export function createDockerEnvironments(options: EnvironmentOptions): Environments {
  const files = new EnvironmentFiles(options.folder);
  const building = new SharedWork<Outcome>();

  return {
    approvalOf: async (definition) => files.approvalOf(definition),
    approve: async (approval) => files.approve(approval),
    async ensure(request, signal) {
      const aborted = (): Outcome => fail(failure('aborted', 'The setup was cancelled.'));
      return building.run(workKey(request), signal, aborted, (ending) =>
        makeEnvironment({ ...options, made: files }, request, ending),
      );
    },
  };
}

/** What must be the same for one result to serve two who ask at once. */
function workKey({ plan, approval, requireGvisor }: EnvironmentRequest): string {
  return JSON.stringify([plan.definition, requireGvisor, approval.hosts.toSorted()]);
}

async function makeEnvironment(
  options: EnvironmentOptions & Pick<Work, 'made'>,
  request: EnvironmentRequest,
  signal: AbortSignal,
): Promise<Outcome> {
  const connection = options.connect();
  if (!connection.ok) {
    return fail(engineFailure(connection.error));
  }
  const log = new CappedText(maxOutput);
  const reached = new Set<string>();
  const work = { ...options, docker: connection.value.docker, signal, log, reached };
  const made = await findOrMake(work, request);
  const output = log.text();
  return made.ok
    ? ok({ ...made.value, reached: [...reached].toSorted(), output })
    : fail({ ...made.error, ...(output === '' ? {} : { output }) });
}

interface Work extends EnvironmentOptions {
  readonly made: EnvironmentFiles;
  readonly docker: Docker;
  readonly signal: AbortSignal;
  readonly log: CappedText;
  readonly reached: Set<string>;
}

type Made = Result<Pick<ReadyEnvironment, 'key' | 'image' | 'built'>, EnvironmentFailure>;

async function findOrMake(work: Work, request: EnvironmentRequest): Promise<Made> {
  const { docker, signal, sha256 } = work;
  const { plan } = request;
  const engine = await attempt(answerMs, signal, 'Asking the engine', () => docker.version());
  const version = engine.ok ? versionAnswer.safeParse(engine.value).data : undefined;
  if (!engine.ok || version === undefined) {
    return fail(failure('engine-unavailable', engine.ok ? 'What answers is no Docker engine.' : engine.error.message));
  }
  const platform = `${version.Os ?? ''}/${version.Arch ?? ''}`;
  const source = await sourceImage(work, request, platform);
  if (!source.ok) {
    return source;
  }
  const key = environmentKey(plan.definition, { baseImage: source.value, platform }, sha256);
  if (plan.steps.length === 0) {
    const carries = await startBox(work, request, source.value);
    await (carries.ok ? carries.value.destroy() : undefined);
    return carries.ok ? ok({ key, image: source.value, built: false }) : carries;
  }
  const known = await attempt(answerMs, signal, 'Looking for the dependencies', () =>
    findDependencyImage(docker, work.made, key),
  );
  if (!known.ok) {
    return known;
  }
  return known.value === undefined
    ? makeLayer(work, request, { key, base: source.value })
    : ok({ key, image: known.value.id, built: false });
}

async function sourceImage(
  work: Work,
  { plan }: EnvironmentRequest,
  platform: string,
): Promise<Result<string, EnvironmentFailure>> {
  const { docker, signal, log, sha256, made } = work;
  const ensureBaseImage = async (ending: AbortSignal) => {
    const base = await work.engine.ensureBaseImage(ending);
    return base.ok ? base : fail(engineFailure(base.error));
  };
  const context = { docker, signal, onOutput: (text: string) => log.push(text), made, ensureBaseImage };
  if (plan.image.kind === 'image') {
    return fetchImage(plan.image, context);
  }
  if (plan.image.kind === 'dockerfile') {
    const key = environmentKey(plan.definition, { baseImage: plan.image.path, platform }, sha256);
    return buildFromDockerfile(plan.image, plan, key, context);
  }
  const base = await ensureBaseImage(signal);
  return base.ok ? ok(base.value.id) : base;
}

async function makeLayer(
  work: Work,
  request: EnvironmentRequest,
  { key, base }: { readonly key: string; readonly base: string },
): Promise<Made> {
  const { docker, signal, log, reached } = work;
  const started = await startBox(work, request, base);
  if (!started.ok) {
    return started;
  }
  const box = started.value;
  try {
    const ran = await runSetup(box, request, {
      docker,
      guestSource: work.guestSource,
      signal,
      ...(work.certificates === undefined ? {} : { certificates: work.certificates }),
      onOutput: (text) => log.push(text),
      onReached: (hosts) => hosts.forEach((host) => reached.add(host)),
    });
    if (!ran.ok) {
      return ran;
    }
    const laid = await attempt(layerMs, signal, 'Keeping the dependencies as an image', async (ending) => {
      const { files, bytes } = await layDependencies({ docker, box: box.id, base, key, signal: ending });
      log.push(`${files} files, ${Math.round(bytes / 1e6)} MB\n`);
      return noteDependencyImage(docker, work.made, key);
    });
    if (!laid.ok) {
      return laid;
    }
    return laid.value === undefined
      ? fail(failure('setup-failed', `The engine does not have ${dependencyRepository}:${key} after all; try again.`))
      : ok({ key, image: laid.value.id, built: true });
  } finally {
    await box.destroy();
  }
}

/** A box as tests get it: what runs in it has no network, no right and no file of this machine. */
async function startBox(
  { engine, signal, preferredRuntime }: Work,
  { owner, requireGvisor }: EnvironmentRequest,
  image: string,
): Promise<Result<Sandbox, EnvironmentFailure>> {
  const runtime = await engine.chooseRuntime(
    { requireGvisor, ...(preferredRuntime === undefined ? {} : { preferred: preferredRuntime }) },
    signal,
  );
  if (!runtime.ok) {
    return fail(engineFailure(runtime.error));
  }
  const started = await engine.start(sandboxSpec('build', { image, runtime: runtime.value.name, owner }), signal);
  return started.ok ? started : fail(engineFailure(started.error));
}

function engineFailure({ reason, message }: SandboxFailure): EnvironmentFailure {
  const own =
    reason === 'engine-unavailable' || reason === 'timeout' || reason === 'aborted' ? reason : 'image-unusable';
  return failure(own, message);
}

/** Text of which the beginning is kept, and how much more there was. */
class CappedText {
  private readonly limit: number;
  private readonly pieces: string[] = [];
  private length = 0;
  private omitted = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  push(text: string): void {
    const room = Math.max(0, this.limit - this.length);
    this.pieces.push(text.slice(0, room));
    this.length += Math.min(room, text.length);
    this.omitted += Math.max(0, text.length - room);
  }

  text(): string {
    const more = this.omitted === 0 ? '' : `\n… ${this.omitted} characters more were not kept\n`;
    return `${this.pieces.join('')}${more}`;
  }
}
