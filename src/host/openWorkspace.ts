import { readFile, realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../base/clock.ts';
import { errorText, failure, type Failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { findingsOfTask } from '../core/findings/findingsOfTask.ts';
import { verifierKey } from '../core/trace/checkpointNote.ts';
import { policyHash } from '../core/policy/policyHash.ts';
import type { HostResult, TraceHead } from '../protocol/host.ts';
import { ModelRunner } from '../node/models/transformers/modelRunner.ts';
import { FindingFile } from '../node/findings/findingFile.ts';
import { createCheckout } from '../node/changes/checkout.ts';
import { accessFile } from '../node/changes/fileAccess.ts';
import { createGitWorktrees } from '../node/changes/gitWorktrees.ts';
import { createGitHistory } from '../node/changes/gitHistory.ts';
import { describeRepository } from '../node/repository/describeRepository.ts';
import { CalibrationFile } from '../node/models/calibrationFile.ts';
import { openGitTreeStore } from '../node/repository/gitTreeStore.ts';
import { GuidancePinFile } from '../node/repository/guidancePinFile.ts';
import { createDockerEngine } from '../node/sandbox/dockerEngine.ts';
import { sharedConnection } from '../node/sandbox/sharedConnection.ts';
import { engineStorage } from '../node/sandbox/engineStorage.ts';
import { createDockerEnvironments } from '../node/sandbox/environment/dockerEnvironments.ts';
import { trustedCertificates } from '../node/sandbox/environment/trustedCertificates.ts';
import { ensureBaseImage } from '../node/sandbox/image/ensureBaseImage.ts';
import { currentOwner } from '../node/sandbox/owner.ts';
import { fileStorage } from '../node/tasks/fileStorage.ts';
import { FileTaskStore } from '../node/tasks/fileTaskStore.ts';
import { sha256 } from '../node/tasks/sha256.ts';
import { taskFiles } from '../node/tasks/taskFiles.ts';
import { noteTools, type TraceProtection } from '../node/tasks/traceProtection.ts';
import { verifyTraceFile } from '../node/tasks/verifyTraceFile.ts';
import { EnvironmentDesk } from './environmentDesk.ts';
import { FindingDesk } from './findingDesk.ts';
import { GuidanceDesk } from './guidanceDesk.ts';
import { createHousekeeping, imageCap, taskStanding } from './housekeeping.ts';
import { LentModels } from './lentModels.ts';
import type { EpisodeBook } from './memory/episodeBook.ts';
import { startEpisodes } from './memory/startEpisodes.ts';
import { gradeTaskModel } from './models/gradeTaskModel.ts';
import { machineMemory } from './models/machineMemory.ts';
import { ModelDesk } from './models/modelDesk.ts';
import { memoryOff } from './memory/memoryOff.ts';
import { isMemoryOff, openMemory } from './memory/openMemory.ts';
import { ModelGrades } from './models/modelGrades.ts';
import { openBoxes, warmBoxes } from './openBoxes.ts';
import { type Environment, modelsDirectory, stateHome, type WorkspacePaths } from './paths.ts';
import type { HostService } from './rpc/hostService.ts';
import { boxChannel } from './boxChannel.ts';
import { modelEndpoints, parallelRequests } from './models/modelEndpoints.ts';
import { modelKeysOf } from './modelKeys.ts';
import { preferredRuntime } from './preferredRuntime.ts';
import { StateFeed } from './stateFeed.ts';
import { TaskDesk } from './taskDesk.ts';
import { TerminalDesk } from './terminalDesk.ts';
import { TestDesk } from './testDesk.ts';
import { taskModels } from './taskModels.ts';
import { openTraceProtection } from './trace/openTraceProtection.ts';
import { startExport } from './trace/startExport.ts';
import { WorkspaceService } from './workspaceService.ts';

export interface WorkspaceOptions {
  readonly paths: WorkspacePaths;
  readonly product: string;
  readonly logger: Logger;
  /** Folder of the bundles: the guest lies beside the host. */
  readonly bundles: string;
  /** Folder of what is shipped with the product. */
  readonly media: string;
  readonly environment: Environment;
}

/** Milliseconds to look at the repository and make the store. */
const openingMs = 30_000;

/** Milliseconds for removing what a killed host left behind; an engine that does not answer must not keep the host from starting. */
const reapingMs = 10_000;

/** Wires one workspace: the only place where the core meets its adapters. */
export async function openWorkspace(
  options: WorkspaceOptions,
): Promise<Result<HostService & { close(): Promise<void> }, Failure>> {
  const { paths, logger, product } = options;
  const guest = await readGuest(join(options.bundles, 'guest.cjs'));
  if (!guest.ok) {
    return guest;
  }
  const runtime = preferredRuntime(options.environment);
  if (!runtime.ok) {
    return runtime;
  }
  const channel = boxChannel(options.environment);
  if (!channel.ok) {
    return channel;
  }
  const keys = modelKeysOf(options.environment, logger);
  const opening = AbortSignal.timeout(openingMs);
  const repository = await describeRepository(paths.root, opening);
  if (!repository.ok) {
    return repository;
  }
  // The user trusted this folder, not one that a repository's own data leads to.
  if (repository.value.root !== (await realpath(paths.root))) {
    const message = `The repository at ${paths.root} has its root at ${repository.value.root}. Open that folder instead.`;
    return fail(failure('root-elsewhere', message));
  }
  const store = await openGitTreeStore(repository.value, paths.directory, opening);
  if (!store.ok) {
    return store;
  }
  const opened = await openTraceProtection(paths, () => keys.secrets());
  if (!opened.ok) {
    return opened;
  }
  const protection = opened.value;
  const connect = sharedConnection(options.environment['NIGHTSHIFT_ENGINE']);
  const docker = createDockerEngine({
    guestSource: guest.value,
    ensureImage: (docker, request) =>
      ensureBaseImage(docker, { ...request, dockerfile: join(options.media, 'sandbox', 'Dockerfile') }),
    logger,
    connect,
    channel: channel.value,
  });
  const boxes = openBoxes(docker, {
    connect,
    workspace: paths.id,
    owner: currentOwner(),
    warm: warmBoxes(options.environment),
    preferredRuntime: runtime.value,
    clock: systemClock,
    sleep,
    logger,
    onWait: (spec, message) => desk.noteDelay(spec, message),
  });
  const certificates = await trustedCertificates(options.environment);
  const environments = createDockerEnvironments({
    engine: boxes.engine,
    connect,
    guestSource: guest.value,
    folder: join(stateHome(options.environment), 'environments'),
    sha256,
    ...(certificates === undefined ? {} : { certificates }),
    ...(runtime.value === undefined ? {} : { preferredRuntime: runtime.value }),
  });
  const tasks = new FileTaskStore({ directory: paths.tasks, heads: paths.heads, protection });
  const tracePath = (task: string): string => join(paths.tasks, task, 'trace.jsonl');
  const feed = new StateFeed({ id: paths.id, root: paths.root }, tracePath, (error) =>
    logger.error(`A listener of the state failed: ${errorText(error)}`),
  );
  const windows = new LentModels(sleep);
  let book: EpisodeBook | undefined;
  const memory = isMemoryOff(options.environment)
    ? undefined
    : await openMemory({
        ...options,
        redactor: protection.redactor,
        episodes: {
          all: () => book?.all() ?? [],
          lookAgain: async () => book?.lookAgain(),
          problems: () => book?.problems() ?? [],
          forget: async (what) => (book === undefined ? ok(0) : book.forget(what)),
        },
        onStatus: (status) => {
          feed.showMemory(status);
          // Vectors are made of code that is known already.
          if (status.state !== 'embedding') {
            book?.lookSoon();
          }
        },
      });
  const insideModels = {
    runner: new ModelRunner({ script: join(options.bundles, 'modelRunner.cjs') }),
    directory: modelsDirectory(options.environment),
  };
  const supply = { logger, keyOf: (base: string) => keys.of(base), windows, insideModels };
  const parallel = parallelRequests(options.environment);
  const endpoints = modelEndpoints({ clock: systemClock, sleep, ...(parallel === undefined ? {} : { parallel }) });
  const pins = new GuidancePinFile(join(paths.directory, 'guidance-pins.json'));
  const createModel = taskModels({ supply, endpoints });
  const grades = new ModelGrades(stateHome(options.environment), logger);
  const supervisor: SupervisorPorts = {
    store: store.value,
    engine: boxes.engine,
    environments,
    pins,
    ...(memory === undefined ? {} : { memory: memory.memory }),
    createModel,
    gradeModel: gradeTaskModel(grades, createModel),
    calibrations: new CalibrationFile(join(stateHome(options.environment), 'models', 'calibration.json'), logger),
    sha256,
    key: protection.key,
    redactor: protection.redactor,
    clock: systemClock,
    sleep,
    owner: currentOwner(),
    ...(runtime.value === undefined ? {} : { preferredRuntime: runtime.value }),
  };
  const desk = new TaskDesk({
    store: tasks,
    supervisor,
    checkout: createCheckout({
      root: paths.root,
      store: store.value,
      history: createGitHistory({ repository: repository.value, store: store.value }),
    }),
    worktrees: createGitWorktrees({ repository: repository.value, store: store.value }),
    feed,
    logger,
    missingModel: ({ name }) => windows.missing(name),
    concurrency: availableParallelism(),
    onBusyChange: () => {
      service.announceBusy();
      if (desk.busy) {
        memory?.anticipate();
      }
      void (desk.busy ? boxes.anticipate() : housekeeping.tidy());
    },
  });
  const standing = (task: string) => {
    const record = desk.find(task);
    return record.ok ? taskStanding(record.value.task()) : undefined;
  };
  const housekeeping = createHousekeeping({
    sources: [
      engineStorage({ connect, exact: true }),
      store.value.storage({ standing, idle: () => !desk.busy }),
      fileStorage({ ...paths, work: join(paths.directory, 'work') }),
    ],
    quickSources: [
      engineStorage({ connect, exact: false }),
      fileStorage({ ...paths, work: join(paths.directory, 'work') }),
    ],
    imageBytes: imageCap(options.environment),
    clock: systemClock,
    logger,
  });
  const findings = new FindingDesk({
    root: paths.root,
    store: new FindingFile(join(paths.directory, 'findings.json')),
    feed,
    logger,
    sha256,
    reported: () =>
      feed.state().tasks.flatMap(({ id, findings: count }) => {
        const record = count === undefined ? undefined : desk.find(id);
        return record?.ok === true ? findingsOfTask(record.value.task(), sha256) : [];
      }),
    readFile: async (path) => {
      const found = await accessFile(paths.root, path, true);
      return found.kind === 'file' ? found.file?.bytes : undefined;
    },
  });
  const service = new WorkspaceService({
    desk,
    tests: new TestDesk(desk, supervisor, paths.id),
    terminals: new TerminalDesk(desk, supervisor),
    feed,
    store: store.value,
    environments: new EnvironmentDesk({ store: store.value, environments, sha256 }),
    guidance: new GuidanceDesk({ store: store.value, pins, sha256 }),
    findings,
    logger,
    workspace: paths.id,
    product,
    housekeeping,
    keys,
    windows,
    supply,
    models: new ModelDesk({ grades, machine: machineMemory, supply, endpoints }),
    grades,
    memory: memory?.desk ?? memoryOff,
    machine: machineMemory,
    policy: policyHash(sha256),
    verifyTrace: (task, known) => verifyTrace(paths, task, protection, known),
  });
  const reaped = await docker.reap(AbortSignal.timeout(reapingMs));
  if (reaped.ok && reaped.value > 0) {
    logger.info(`Removed ${reaped.value} boxes of hosts that are gone.`);
  }
  await desk.load();
  await findings.announce();
  feed.onDidChange((delta) => {
    if (delta.kind === 'task' && delta.task.findings !== undefined) {
      void findings.announce();
    }
  });
  windows.onDidChange(() => desk.wake());
  desk.wake();
  const exporting = startExport(options, tasks, feed);
  const episodes = await startEpisodes({
    paths,
    repository: repository.value,
    store: store.value,
    tasks,
    feed,
    remembers: () => memory?.isOn() ?? false,
    logger,
  });
  ({ book } = episodes);
  memory?.onDidTurnOn(() => episodes.catchUp());
  book.onDidChange(() => memory?.episodesChanged());
  service.onClose(() => episodes.close());
  service.onClose(async () => exporting?.stop());
  service.onClose(async () => {
    await Promise.all([boxes.close(), housekeeping.close(), insideModels.runner.close(), memory?.close()]);
  });
  void housekeeping.tidy();
  return ok(service);
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

async function readGuest(path: string): Promise<Result<string, Failure>> {
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (error) {
    const message = `The sandbox program ${path} is missing (${errorText(error)}); install Nightshift again.`;
    return fail(failure('incomplete-installation', message));
  }
}

async function verifyTrace(
  { tasks, heads }: WorkspacePaths,
  task: string,
  protection: TraceProtection,
  known: TraceHead | undefined,
): Promise<Result<HostResult<'verifyTrace'>, Failure>> {
  const files = taskFiles({ directory: tasks, heads }, task);
  const remembered = known === undefined ? {} : { known };
  try {
    const verified = await verifyTraceFile({ ...protection, files, task, ...remembered });
    return ok({ ...verified, key: verifierKey(noteTools(protection)) });
  } catch (error) {
    return fail(failure('unreadable', `The trace ${files.trace} cannot be read: ${errorText(error)}.`));
  }
}
