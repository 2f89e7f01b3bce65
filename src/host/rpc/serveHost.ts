import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { hostProtocolVersion } from '../../protocol/host.ts';
import { type HostLock, takeHostLock } from '../hostLock.ts';
import { ensureSocketDirectory, ensureWorkspace, type Environment, type WorkspacePaths } from '../paths.ts';
import { idleSeconds, startHostServer } from './hostServer.ts';
import type { HostService } from './hostService.ts';

export interface ServeOptions {
  readonly paths: WorkspacePaths;
  readonly product: string;
  readonly logger: Logger;
  readonly environment: Environment;
  /** Ends the host early, as a termination signal does. */
  readonly signal: AbortSignal;
  /** Called once, when this process holds the lock. `close` is awaited before the lock is given back. */
  readonly open: () => Promise<Result<HostService & { close(): Promise<void> }, Failure>>;
}

/** How long a starter waits for a holder of the lock that does not answer: it may be starting, or ending. Milliseconds. */
const holderMs = 5_000;

/**
 * Life of an agent host: take the lock, open the service, serve until idle, asked to stop or aborted, and give everything back
 * in reverse. `already-served` means that another process serves this workspace, which is no error for a starter.
 */
export async function serveHost(options: ServeOptions): Promise<Result<'ended' | 'already-served', Failure>> {
  const { paths, logger, product } = options;
  const ready = ensureWorkspace(paths);
  const folder = ready.ok ? ensureSocketDirectory(paths) : ready;
  if (!folder.ok) {
    return folder;
  }
  const lock = await awaitLock(options);
  if (!lock.ok || lock.value === undefined) {
    return lock.ok ? ok('already-served') : lock;
  }
  try {
    const service = await options.open();
    if (!service.ok) {
      return service;
    }
    try {
      return await serve(service.value, options);
    } finally {
      await service.value.close();
    }
  } finally {
    lock.value.dispose();
    logger.info(`The agent host (${product}) of ${paths.root} ended.`);
  }
}

async function serve(service: HostService, options: ServeOptions): Promise<Result<'ended', Failure>> {
  const { paths, product, logger, environment, signal } = options;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const server = await startHostServer({
    service,
    socket: paths.socket,
    product,
    logger,
    idleSeconds: idleSeconds(environment),
    onIdle: end,
    onStopRequested: end,
  });
  if (!server.ok) {
    return server;
  }
  logger.info(`The agent host (${product}) serves ${paths.root} at ${paths.socket} as process ${process.pid}.`);
  signal.addEventListener('abort', end, { once: true });
  if (!signal.aborted) {
    await ended;
  }
  signal.removeEventListener('abort', end);
  await server.value.close();
  return ok('ended');
}

/** Undefined when the holder answers on its socket. A holder that ends meanwhile is followed. */
async function awaitLock({ paths, product, signal }: ServeOptions): Promise<Result<HostLock | undefined, Failure>> {
  const own = { socket: paths.socket, product, protocol: hostProtocolVersion };
  const deadline = performance.now() + holderMs;
  for (;;) {
    const taken = takeHostLock(paths.lock, own);
    if (taken.ok || taken.error.reason !== 'held') {
      return taken;
    }
    if (await answers(taken.error.holder?.socket ?? paths.socket)) {
      return ok(undefined);
    }
    if (performance.now() > deadline || signal.aborted) {
      return fail(taken.error);
    }
    await delay(100);
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}
