import { setTimeout as delay } from 'node:timers/promises';
import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { hostProtocolVersion, type HostParams, type HostResult } from '../../protocol/host.ts';
import { readHostLock } from '../hostLock.ts';
import { ensureSocketDirectory, type WorkspacePaths } from '../paths.ts';
import { endOlderHost } from './endOlderHost.ts';
import { dialHost, type HostChannel } from './hostChannel.ts';
import type { ModelLender } from './lendToHost.ts';
import { type HostEntry, startHost, type StartedHost } from './startHost.ts';

export interface OpenOptions {
  readonly paths: WorkspacePaths;
  readonly entry: HostEntry;
  /** Without it an absent host is the failure `host-absent`. */
  readonly start: boolean;
  readonly greeting: Omit<HostParams<'initialize'>, 'protocolVersion' | 'lends'>;
  /** Models of this client that the host may ask. */
  readonly lender?: ModelLender;
  readonly signal: AbortSignal;
  /** Called with the channel before the greeting goes out, so that no notification is missed. */
  readonly onChannel: (channel: HostChannel) => void;
  readonly deadlineMs?: number;
}

export interface OpenedChannel {
  readonly channel: HostChannel;
  readonly greeting: HostResult<'initialize'>;
}

const defaultDeadlineMs = 20_000;
/** Between two starts of a host: one that left because another one held the lock is tried again. */
const restartMs = 1_000;

/** Connects to the workspace's host and greets it; starts one where none answers and `start` allows it. */
export async function openChannel(options: OpenOptions): Promise<Result<OpenedChannel, Failure>> {
  const { paths, entry, signal, start } = options;
  const safe = ensureSocketDirectory(paths);
  if (!safe.ok) {
    return safe;
  }
  const deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
  const deadline = performance.now() + deadlineMs;
  let started: { readonly host: StartedHost; readonly at: number } | undefined;
  for (let pause = 20; ; pause = Math.min(pause * 1.5, 250)) {
    if (signal.aborted) {
      return fail(failure('aborted', 'Connecting to the agent host was cancelled.'));
    }
    const opened = await greetAny(options);
    if (opened !== undefined) {
      return opened;
    }
    if (!start) {
      return fail(
        failure('host-absent', 'No agent host runs for this repository; any command that works on tasks starts one.'),
      );
    }
    const exit = started?.host.exit();
    if (exit !== undefined && exit.code !== 0) {
      return fail(
        failure(
          'host-not-started',
          `The agent host did not start: ${exit.lastLine || `it ended with code ${exit.code}`}. Its log is ${paths.log}.`,
        ),
      );
    }
    if (started === undefined || (exit !== undefined && performance.now() - started.at > restartMs)) {
      const host = startHost(paths, entry);
      if (!host.ok) {
        return host;
      }
      started = { host: host.value, at: performance.now() };
    }
    if (performance.now() > deadline) {
      return fail(
        failure(
          'host-not-started',
          `The agent host did not answer within ${deadlineMs / 1_000} s. Its log is ${paths.log}.`,
        ),
      );
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** Undefined when nobody answers; a host that ends while it is greeted, or to make room for a newer one, counts as nobody. */
async function greetAny(options: OpenOptions): Promise<Result<OpenedChannel, Failure> | undefined> {
  const { paths, signal, start, onChannel, lender } = options;
  const lends = lender === undefined ? {} : { lends: true };
  const greeting = { ...options.greeting, ...lends, protocolVersion: hostProtocolVersion };
  // A host that was started with another runtime folder listens elsewhere; its lock says where.
  const sockets = new Set([paths.socket, readHostLock(paths.lock)?.socket ?? paths.socket]);
  for (const socket of sockets) {
    const channel = await dialHost(socket, lender);
    if (channel !== undefined) {
      onChannel(channel);
      const answer = await channel.request('initialize', greeting, signal);
      if (answer.ok && answer.value.protocolVersion === hostProtocolVersion) {
        return ok({ channel, greeting: answer.value });
      }
      channel.dispose();
      const problem = answer.ok ? failure('protocol-version', otherProtocol(answer.value)) : answer.error;
      const ended = problem.reason === 'protocol-version' && start ? await endOlderHost(paths, signal) : undefined;
      if (ended?.ok === false) {
        return ended;
      }
      if (problem.reason !== 'disconnected' && ended === undefined) {
        return fail(problem);
      }
    }
  }
  return undefined;
}

function otherProtocol({ product, protocolVersion }: HostResult<'initialize'>): string {
  return (
    `The agent host of this workspace is ${product} with protocol ${protocolVersion}, this client speaks protocol ` +
    `${hostProtocolVersion}. Close the other window or run \`nightshift host stop\`, then try again.`
  );
}
