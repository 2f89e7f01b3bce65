import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../base/failure.ts';
import { endOlderHost } from '../../host/client/endOlderHost.ts';
import { connectHost } from '../../host/client/hostClient.ts';
import { findRepository } from '../../host/findRepository.ts';
import { breakHostLock, heldElsewhere, isElsewhere, readHostLock } from '../../host/hostLock.ts';
import { type WorkspacePaths, workspacePaths } from '../../host/paths.ts';
import type { CliFailure, Command, Invocation } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { flag } from '../optionValues.ts';
import { repositoryFolder } from '../withHost.ts';

/** Milliseconds for a host to put its tasks away. */
const stopMs = 15_000;

export const hostStopCommand: Command = {
  name: 'host stop',
  summary: 'End the agent host of this repository; the next command starts it again',
  operands: [],
  options: {
    force: {
      type: 'boolean',
      help: 'also while tasks are at work; they go on when the host starts again. Frees the lock of a machine that is gone',
    },
  },
  json: true,
  run: async (invocation) => {
    const { io, signal, values } = invocation;
    const repository = await findRepository(repositoryFolder(invocation), signal);
    if (!repository.ok) {
      return repository.error;
    }
    const { root } = repository.value;
    const paths = workspacePaths(root);
    const client = await connectHost({ root, entry: io.hostEntry, client: 'cli', trace: false, start: false, signal });
    if (!client.ok) {
      if (client.error.reason === 'protocol-version' && !flag(values, 'force')) {
        const ended = await endOlderHost(paths, signal);
        if (ended?.ok === true) {
          return awaitEnd(invocation, paths);
        }
        if (ended?.error.reason === 'older-host-busy') {
          return ended.error;
        }
      }
      return client.error.reason === 'host-absent' || client.error.reason === 'protocol-version'
        ? signalHolder(invocation, paths)
        : client.error;
    }
    try {
      const stopped = await client.value.request('shutdown', { force: flag(values, 'force') }, signal);
      return stopped.ok ? await awaitEnd(invocation, paths) : stopped.error;
    } finally {
      client.value.dispose();
    }
  },
};

/** A host of another version, or one that does not answer, still has its process in the lock. It keeps its tasks on SIGTERM. */
async function signalHolder(invocation: Invocation, paths: WorkspacePaths): Promise<number | CliFailure> {
  const holder = readHostLock(paths.lock);
  if (holder === undefined) {
    invocation.writer.hostStopped(false);
    return exitCode.done;
  }
  if (isElsewhere(holder)) {
    return flag(invocation.values, 'force')
      ? freeLock(invocation, paths)
      : { reason: 'host-not-stopped', message: heldElsewhere(holder) };
  }
  try {
    process.kill(holder.pid, 'SIGTERM');
  } catch (error) {
    return {
      reason: 'host-not-stopped',
      message: `Process ${holder.pid} could not be ended (${errorText(error)}). End it yourself.`,
    };
  }
  return awaitEnd(invocation, paths);
}

function freeLock({ writer }: Invocation, paths: WorkspacePaths): number | CliFailure {
  try {
    breakHostLock(paths.lock);
    writer.hostStopped(false);
    return exitCode.done;
  } catch (error) {
    return { reason: 'host-not-stopped', message: `${paths.lock} cannot be written (${errorText(error)}).` };
  }
}

async function awaitEnd({ writer, signal }: Invocation, paths: WorkspacePaths): Promise<number | CliFailure> {
  const deadline = performance.now() + stopMs;
  for (let holder = readHostLock(paths.lock); holder !== undefined; holder = readHostLock(paths.lock)) {
    if (performance.now() > deadline || signal.aborted) {
      return {
        reason: 'host-not-stopped',
        message: `The agent host, process ${holder.pid}, still ends. Its log is ${paths.log}.`,
      };
    }
    await delay(50);
  }
  writer.hostStopped(true);
  return exitCode.done;
}
