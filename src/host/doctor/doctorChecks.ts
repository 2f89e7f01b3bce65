import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { errorText, type Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import { canWork } from '../../core/models/canWork.ts';
import { lacksEssentialLimits, limitsRefusal } from '../../core/sandbox/engineLimits.ts';
import type { EngineInfo, RuntimeInfo, SandboxEngine } from '../../core/sandbox/sandbox.ts';
import { judgeStorage, type StoragePolicy, type StoredItem } from '../../core/sandbox/housekeeping.ts';
import type { DoctorCheck } from '../../protocol/doctorCheck.ts';
import { formatBytes } from '../../protocol/storage.ts';
import type { MendablePart } from './mendingCommand.ts';

/** A model that answers questions, and its grade where it was tried out. */
export interface DoctorModel {
  readonly name: string;
  readonly tools: boolean;
  /** Why it is plainly unfit. */
  readonly other?: string;
  readonly level?: 'strong' | 'capable' | 'weak' | 'unfit';
}

/** What the checks ask; everything that reaches out of the process is given, so that each answer can be played. */
export interface DoctorOptions {
  /** Undefined when this installation is not complete enough to make one; the checks say so. */
  readonly engine: SandboxEngine | undefined;
  /** What the user wishes for boxes: nothing, a runtime, or a word that is none. */
  readonly preferredRuntime: Result<RuntimeInfo['name'] | undefined, Failure>;
  /** How boxes are spoken with: as the user wishes, or a word that is no way. */
  readonly channel: Result<'socket' | undefined, Failure>;
  readonly repository: () => Promise<
    Result<{ readonly root: string; readonly head: string | null; readonly branch: string | null }, Failure>
  >;
  readonly gitVersion: () => Promise<string>;
  /** As the user gave it; the default address when absent. */
  readonly ollamaHost?: string;
  /** Base address of the server of `openai:` models, as the user gave it. */
  readonly openaiBaseUrl?: string;
  /** Asks that server what it has; undefined where none is set. */
  readonly modelServer: (
    address: string | undefined,
    signal: AbortSignal,
  ) => Promise<Result<string, Failure> | undefined>;
  readonly models: (host: string | undefined, signal: AbortSignal) => Promise<Result<readonly DoctorModel[], Failure>>;
  /** The model to get on a machine with this memory. */
  readonly recommended: string;
  /** Asks the receiver of traces that the user set; undefined where none is set. */
  readonly traceReceiver: (signal: AbortSignal) => Promise<Result<string, Failure> | undefined>;
  /** Settings that cannot be read, one line each. */
  readonly ignoredSettings: readonly string[];
  /** What the engine keeps for us, and what is in the folder of the state. */
  readonly storage: {
    readonly engine: (signal: AbortSignal) => Promise<Result<readonly StoredItem[], Failure>>;
    readonly stateBytes: () => Promise<number>;
    readonly policy: StoragePolicy;
  };
  readonly stateHome: string;
  readonly nodeVersion: string;
  /** The command that a person mends a part with on this machine; undefined where it has to be installed first. */
  readonly mend: (part: MendablePart) => string | undefined;
  /** Only what tasks cannot do without, asked quickly: nothing is started or made. */
  readonly brief?: boolean;
  readonly signal: AbortSignal;
}

/** As `engines.node` has it. */
const nodeFloor = [22, 22] as const;
const gitFloor = [2, 31] as const;
const modelMs = 3_000;
/** Room for a base image, its boxes and traces, bytes. */
const comfortableBytes = 2 * 1024 ** 3;
const leastBytes = 256 * 1024 ** 2;

/** Each check by itself, in the order in which a newcomer would fix them. */
export async function* runChecks(options: DoctorOptions): AsyncGenerator<DoctorCheck> {
  if (options.brief === true) {
    yield* briefChecks(options);
    return;
  }
  yield nodeCheck(options.nodeVersion);
  yield await gitCheck(options);
  yield* engineChecks(options);
  if (!options.preferredRuntime.ok) {
    const fix = 'Until then no agent host starts; set it where you start Nightshift from.';
    yield { name: 'runtime', status: 'fail', detail: options.preferredRuntime.error.message, fix };
  }
  if (!options.channel.ok) {
    const fix = 'Until then no agent host starts; set it where you start Nightshift from.';
    yield { name: 'channel', status: 'fail', detail: options.channel.error.message, fix };
  }
  yield* modelChecks(options);
  yield await repositoryCheck(options);
  yield* stateChecks(options);
  yield* storageChecks(options);
  yield* traceExportChecks(options);
  if (options.ignoredSettings.length > 0) {
    const detail = options.ignoredSettings.join('; ');
    yield { name: 'settings', status: 'warn', detail, fix: 'Correct it where you start Nightshift from, or unset it.' };
  }
}

/** Whether gVisor isolates is not among them: that is known when a box of it ran. */
async function* briefChecks(options: DoctorOptions): AsyncGenerator<DoctorCheck> {
  yield await gitCheck(options);
  yield (await engineCheck(options)).check;
  yield* modelChecks(options);
}

/** No reason to call the machine unfit: what is not sent now is sent by a later host. */
async function* traceExportChecks({ traceReceiver, signal }: DoctorOptions): AsyncGenerator<DoctorCheck> {
  const receiver = await traceReceiver(signal);
  if (receiver !== undefined) {
    yield receiver.ok
      ? { name: 'trace export', status: 'ok', detail: receiver.value }
      : {
          name: 'trace export',
          status: 'warn',
          detail: receiver.error.message,
          fix: 'Start the receiver, correct the NIGHTSHIFT_OTLP_ variables, or unset them. Nothing is lost until then.',
        };
  }
}

function nodeCheck(version: string): DoctorCheck {
  const floor = nodeFloor.join('.');
  return atLeast(version, nodeFloor)
    ? { name: 'node', status: 'ok', detail: `Node ${version}` }
    : { name: 'node', status: 'fail', detail: `Node ${version} is too old`, fix: `Install Node ${floor} or newer.` };
}

async function gitCheck({ gitVersion }: DoctorOptions): Promise<DoctorCheck> {
  const fix = `Install Git ${gitFloor.join('.')} or newer (https://git-scm.com).`;
  try {
    const version = await gitVersion();
    return atLeast(version, gitFloor)
      ? { name: 'git', status: 'ok', detail: version }
      : { name: 'git', status: 'fail', detail: `${version} is too old`, fix };
  } catch (error) {
    return { name: 'git', status: 'fail', detail: `Git cannot be run (${errorText(error)})`, fix };
  }
}

async function engineCheck({
  engine,
  mend,
  signal,
}: DoctorOptions): Promise<{ readonly check: DoctorCheck; readonly info?: EngineInfo }> {
  if (engine === undefined) {
    const detail = 'The sandbox program of this installation is missing';
    const fix = 'Install Nightshift again, or build it with `npm run build`.';
    return { check: { name: 'engine', status: 'fail', detail, fix } };
  }
  const info = await engine.info(signal);
  if (!info.ok) {
    const fix =
      'Install and start Docker (https://docs.docker.com/engine/install), or set DOCKER_HOST. Without it nothing runs.';
    return { check: mended({ name: 'engine', status: 'fail', detail: info.error.message, fix }, mend('engine')) };
  }
  const { version, apiVersion, endpoint, remarks = [] } = info.value;
  const detail = `engine ${version}, API ${apiVersion}, at ${endpoint}`;
  return {
    info: info.value,
    check:
      remarks.length === 0
        ? { name: 'engine', status: 'ok', detail }
        : { name: 'engine', status: 'warn', detail, fix: `${remarks.join('; ')}.` },
  };
}

/** What is installed has only to be started or registered. */
function mended(check: DoctorCheck, command: string | undefined): DoctorCheck {
  return command === undefined ? check : { ...check, fix: `It is installed. Run \`${command}\`.`, command };
}

async function* engineChecks(options: DoctorOptions): AsyncGenerator<DoctorCheck> {
  const { engine, preferredRuntime, mend, signal } = options;
  const { check, info } = await engineCheck(options);
  yield check;
  if (engine === undefined || info === undefined) {
    return;
  }
  yield await imageCheck(engine, signal);
  if (preferredRuntime.ok) {
    const preferred = preferredRuntime.value;
    const wish = { requireGvisor: false, ...(preferred === undefined ? {} : { preferred }), allowUnlimited: true };
    const runtime = await engine.chooseRuntime(wish, signal);
    const found = runtimeCheck(runtime, info, preferred);
    const isRegistered = found.status === 'ok' || info.runtimes.includes('runsc');
    yield isRegistered ? found : mended(found, mend('runtime'));
    if (runtime.ok && runtime.value.channel !== undefined) {
      yield channelCheck(runtime.value.channel);
    }
  }
}

/** Makes the image when it is missing: that needs no registry and takes seconds, and the first task is quicker for it. */
async function imageCheck(engine: SandboxEngine, signal: AbortSignal): Promise<DoctorCheck> {
  let made = false;
  const image = await engine.ensureBaseImage(signal, () => {
    made = true;
  });
  return image.ok
    ? { name: 'base image', status: 'ok', detail: `${image.value.image}${made ? ', made just now' : ''}` }
    : {
        name: 'base image',
        status: 'fail',
        detail: image.error.message,
        fix: 'Free disk space for the engine and run `nightshift doctor` again.',
      };
}

function channelCheck(channel: NonNullable<RuntimeInfo['channel']>): DoctorCheck {
  return channel.over === 'socket'
    ? { name: 'channel', status: 'ok', detail: 'sandboxes are spoken with through a socket' }
    : {
        name: 'channel',
        status: 'warn',
        detail: `sandboxes are spoken with through their standard streams, not a socket: ${channel.why}`,
        fix: 'For gVisor, register runsc with `--host-uds=open`; or unset NIGHTSHIFT_CHANNEL. Nothing else is lost.',
      };
}

function runtimeCheck(
  runtime: Result<RuntimeInfo, Failure>,
  info: EngineInfo,
  preferred: RuntimeInfo['name'] | undefined,
): DoctorCheck {
  const install =
    'Install gVisor (https://gvisor.dev/docs/user_guide/install) and register it with `runsc install`, then restart Docker.';
  if (!runtime.ok) {
    return {
      name: 'runtime',
      status: 'fail',
      detail: runtime.error.message,
      fix: 'See whether `docker run` works; its error says more.',
    };
  }
  const unenforced = runtime.value.unenforced ?? [];
  if (lacksEssentialLimits(unenforced)) {
    return {
      name: 'runtime',
      status: 'warn',
      detail: `${runtime.value.name}: limits not enforced: ${unenforced.join(', ')}`,
      fix: `Tasks are refused: ${limitsRefusal(unenforced).message}`,
    };
  }
  if (runtime.value.isolatedKernel) {
    return { name: 'runtime', status: 'ok', detail: `${runtime.value.name}: sandboxes have a kernel of their own` };
  }
  const shared = `${runtime.value.name}: sandboxes share the kernel of this machine`;
  if (preferred === 'runc') {
    const detail = `${shared}; NIGHTSHIFT_SANDBOX_RUNTIME chose it`;
    const first = info.runtimes.includes('runsc') ? '' : `${install} `;
    return {
      name: 'runtime',
      status: 'warn',
      detail,
      fix: `${first}Unset it for sandboxes with a kernel of their own.`,
    };
  }
  const why = info.runtimes.includes('runsc')
    ? 'gVisor is registered, but its probe did not pass'
    : 'gVisor is not installed';
  return {
    name: 'runtime',
    status: 'warn',
    detail: `${shared}; ${why}`,
    fix: install,
  };
}

/** Ollama is not missing where another server is set and answers. */
async function* modelChecks(options: DoctorOptions): AsyncGenerator<DoctorCheck> {
  const { modelServer, openaiBaseUrl, signal } = options;
  const server = await modelServer(openaiBaseUrl, AbortSignal.any([signal, AbortSignal.timeout(modelMs)]));
  const model = await modelCheck(options);
  yield server?.ok === true && model.status === 'fail' ? { ...model, status: 'warn' } : model;
  if (server?.ok === true) {
    yield { name: 'model server', status: 'ok', detail: server.value };
  } else if (server !== undefined) {
    const late = server.error.reason === 'aborted';
    const detail = late ? `The model server did not answer within ${modelMs / 1_000} s` : server.error.message;
    const fix =
      'Start it, or correct NIGHTSHIFT_OPENAI_BASE_URL and NIGHTSHIFT_OPENAI_API_KEY; see docs/guides/models.md.';
    yield { name: 'model server', status: 'fail', detail, fix };
  }
}

async function modelCheck({ models, recommended, ollamaHost, mend, signal }: DoctorOptions): Promise<DoctorCheck> {
  const found = await models(ollamaHost, AbortSignal.any([signal, AbortSignal.timeout(modelMs)]));
  if (!found.ok) {
    const detail =
      found.error.reason === 'aborted' ? `Ollama did not answer within ${modelMs / 1_000} s` : found.error.message;
    const fix = 'Install and start Ollama (https://ollama.com), or set OLLAMA_HOST. Recordings run without it.';
    return mended({ name: 'model', status: 'fail', detail, fix }, mend('model'));
  }
  const get = `nightshift models pull ${recommended}`;
  const usable = found.value.filter(({ level, ...model }) =>
    canWork({ ...model, grade: level === undefined ? undefined : { level } }),
  );
  if (usable.length === 0) {
    const detail =
      found.value.length === 0 ? 'Ollama has no model' : 'No installed model can call tools, or was found fit';
    return { name: 'model', status: 'fail', detail, fix: `Get one that can: ${get}` };
  }
  const shown = usable.slice(0, 5).map(({ name, level = 'not tried yet' }) => `${name} (${level})`);
  const detail = `${usable.length} to work with: ${shown.join(', ')}`;
  return usable.every(({ level }) => level === 'weak')
    ? { name: 'model', status: 'warn', detail, fix: `A better one for this machine: ${get}` }
    : { name: 'model', status: 'ok', detail };
}

async function repositoryCheck({ repository }: DoctorOptions): Promise<DoctorCheck> {
  const found = await repository();
  if (!found.ok) {
    return {
      name: 'repository',
      status: 'fail',
      detail: found.error.message,
      fix: 'Name a repository with --repo, or make one with `git init`.',
    };
  }
  const { root, head, branch } = found.value;
  const place = head === null ? 'no commit yet' : branch === null ? 'detached HEAD' : `branch ${branch}`;
  return { name: 'repository', status: 'ok', detail: `${root} (${place})` };
}

async function* stateChecks({ stateHome, storage }: DoctorOptions): AsyncGenerator<DoctorCheck> {
  try {
    await mkdir(stateHome, { recursive: true, mode: 0o700 });
    await access(stateHome, constants.W_OK);
    yield { name: 'state', status: 'ok', detail: `${stateHome} (${formatBytes(await storage.stateBytes())})` };
  } catch (error) {
    const detail = `${stateHome} cannot be written (${errorText(error)})`;
    yield { name: 'state', status: 'fail', detail, fix: 'Set NIGHTSHIFT_HOME to a folder that can.' };
    return;
  }
  const { bavail, bsize } = await statfs(stateHome);
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  const fix = `Free some: at least ${comfortableBytes / 1024 ** 3} GiB is comfortable.`;
  yield free >= comfortableBytes
    ? { name: 'disk', status: 'ok', detail }
    : { name: 'disk', status: free >= leastBytes ? 'warn' : 'fail', detail, fix };
}

/** Nothing where no engine answers: its own check says that. */
async function* storageChecks({ storage, signal }: DoctorOptions): AsyncGenerator<DoctorCheck> {
  const listed = await storage.engine(signal);
  if (!listed.ok) {
    return;
  }
  const verdicts = judgeStorage(listed.value, storage.policy);
  const images = listed.value.filter((item) => item.class.endsWith('-image'));
  const bytes = images.reduce((sum, item) => sum + item.bytes, 0);
  const detail = `${images.length === 1 ? '1 image' : `${images.length} images`}, ${formatBytes(bytes)}`;
  const cap = formatBytes(storage.policy.imageBytes);
  yield bytes <= storage.policy.imageBytes
    ? { name: 'images', status: 'ok', detail: `${detail} of at most ${cap}` }
    : { name: 'images', status: 'warn', detail: `${detail}, more than ${cap}`, fix: 'Run `nightshift clean`.' };
  const left = verdicts.filter(({ item, action }) => action === 'remove' && ownedClasses.has(item.class));
  const leaked = verdicts.filter(({ action }) => action === 'warn').map(({ item }) => item);
  if (left.length > 0) {
    const names = left.map(({ item }) => item.name).join(', ');
    yield {
      name: 'leftovers',
      status: 'warn',
      detail: `Left by hosts that are gone: ${names}`,
      fix: 'Run `nightshift clean`.',
    };
  }
  if (leaked.length > 0) {
    const names = leaked.map((item) => `${item.name} (${formatBytes(item.bytes)})`).join(', ');
    const command = `kill -9 ${leaked.map((item) => item.id).join(' ')}`;
    const fix = `See that they are nobody's, then end them: ${command}`;
    yield { name: 'leaks', status: 'warn', detail: `gVisor runs on without a container: ${names}`, fix, command };
  }
  if (left.length + leaked.length === 0) {
    yield { name: 'leftovers', status: 'ok', detail: 'no box, volume or gVisor process was left over' };
  }
}

const ownedClasses: ReadonlySet<string> = new Set(['sandbox', 'volume', 'dangling-image']);

/** Compares the first two numbers in a text with a floor. */
function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const found = /(\d+)\.(\d+)/.exec(version);
  const [foundMajor, foundMinor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}
