import { readFile, realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../base/clock.ts';
import { errorText, failure, type Failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import type { HostResult } from '../protocol/host.ts';
import { createCheckout } from '../node/changes/checkout.ts';
import { createModel } from '../node/models/createModel.ts';
import { describeRepository } from '../node/repository/describeRepository.ts';
import { openGitTreeStore } from '../node/repository/gitTreeStore.ts';
import { createDockerEngine } from '../node/sandbox/dockerEngine.ts';
import { connectEngine } from '../node/sandbox/engineConnection.ts';
import { createDockerEnvironments } from '../node/sandbox/environment/dockerEnvironments.ts';
import { trustedCertificates } from '../node/sandbox/environment/trustedCertificates.ts';
import { ensureBaseImage } from '../node/sandbox/image/ensureBaseImage.ts';
import { currentOwner } from '../node/sandbox/owner.ts';
import { FileTaskStore } from '../node/tasks/fileTaskStore.ts';
import { sha256 } from '../node/tasks/sha256.ts';
import { verifyTraceFile } from '../node/tasks/verifyTraceFile.ts';
import { EnvironmentDesk } from './environmentDesk.ts';
import { type Environment, stateHome, type WorkspacePaths } from './paths.ts';
import type { HostService } from './rpc/hostService.ts';
import { preferredRuntime } from './preferredRuntime.ts';
import { StateFeed } from './stateFeed.ts';
import { TaskDesk } from './taskDesk.ts';
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
  const engine = createDockerEngine({
    guestSource: guest.value,
    ensureImage: (docker, request) =>
      ensureBaseImage(docker, { ...request, dockerfile: join(options.media, 'sandbox', 'Dockerfile') }),
    logger,
  });
  const certificates = await trustedCertificates(options.environment);
  const environments = createDockerEnvironments({
    engine,
    connect: () => connectEngine(),
    guestSource: guest.value,
    folder: join(stateHome(options.environment), 'environments'),
    sha256,
    logger,
    ...(certificates === undefined ? {} : { certificates }),
    ...(runtime.value === undefined ? {} : { preferredRuntime: runtime.value }),
  });
  const tasks = new FileTaskStore({ directory: paths.tasks, heads: paths.heads });
  const tracePath = (task: string): string => join(paths.tasks, task, 'trace.jsonl');
  const feed = new StateFeed({ id: paths.id, root: paths.root }, tracePath, (error) =>
    logger.error(`A listener of the state failed: ${errorText(error)}`),
  );
  const supervisor: SupervisorPorts = {
    store: store.value,
    engine,
    environments,
    createModel: ({ model, settings }) =>
      createModel(model, { logger, ...(settings.ollamaHost === undefined ? {} : { ollamaHost: settings.ollamaHost }) }),
    sha256,
    clock: systemClock,
    sleep: async (milliseconds, signal) => {
      await delay(milliseconds, undefined, { signal }).catch(() => undefined);
    },
    owner: currentOwner(),
    ...(runtime.value === undefined ? {} : { preferredRuntime: runtime.value }),
  };
  const desk = new TaskDesk({
    store: tasks,
    supervisor,
    checkout: createCheckout({ root: paths.root, store: store.value }),
    feed,
    logger,
    concurrency: availableParallelism(),
    onBusyChange: () => service.announceBusy(),
  });
  const service = new WorkspaceService({
    desk,
    feed,
    store: store.value,
    environments: new EnvironmentDesk({ store: store.value, environments, sha256 }),
    logger,
    workspace: paths.id,
    product,
    verifyTrace: (task) => verifyTrace(tracePath(task), join(paths.heads, `${task}.json`)),
  });
  const reaped = await engine.reap(AbortSignal.timeout(reapingMs));
  if (reaped.ok && reaped.value > 0) {
    logger.info(`Removed ${reaped.value} boxes of hosts that are gone.`);
  }
  await desk.load();
  return ok(service);
}

async function readGuest(path: string): Promise<Result<string, Failure>> {
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (error) {
    const message = `The sandbox program ${path} is missing (${errorText(error)}); install Nightshift again.`;
    return fail(failure('incomplete-installation', message));
  }
}

async function verifyTrace(trace: string, head: string): Promise<Result<HostResult<'verifyTrace'>, Failure>> {
  try {
    const { ok: intact, events, firstBad } = await verifyTraceFile({ trace, head });
    return ok({ ok: intact, events, ...(firstBad === undefined ? {} : { firstBad }) });
  } catch (error) {
    return fail(failure('unreadable', `The trace ${trace} cannot be read: ${errorText(error)}.`));
  }
}
