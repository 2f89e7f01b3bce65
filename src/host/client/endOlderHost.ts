import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ResponseError } from 'vscode-jsonrpc/node';
import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { hostErrorSchema, hostProtocolVersion } from '../../protocol/host.ts';
import { type LockHolder, readHostLock } from '../hostLock.ts';
import type { WorkspacePaths } from '../paths.ts';
import { clientLimits, connectSocket } from '../rpc/socketConnection.ts';

/** Milliseconds for an idle host to answer and to put its things away. */
const endingMs = 10_000;

/**
 * Ends a host that speaks an older protocol than ours, so that a new one can take its place: what was installed anew is to be
 * used at once. `initialize` with a version and `shutdown` with `force` keep their meaning in every version, and nothing else of
 * the older protocol is relied on. Undefined when the holder of the lock is no older host; the failure `older-host-busy` when
 * tasks are at work there, which are left alone; `older-host-silent` when it gives no answer that we know.
 */
export async function endOlderHost(
  paths: WorkspacePaths,
  signal: AbortSignal,
): Promise<Result<void, Failure> | undefined> {
  const holder = readHostLock(paths.lock);
  if (holder === undefined || holder.protocol >= hostProtocolVersion) {
    return undefined;
  }
  const refusal = await askToEnd(holder);
  if (refusal !== undefined) {
    return fail(refusal);
  }
  const deadline = performance.now() + endingMs;
  while (readHostLock(paths.lock)?.pid === holder.pid) {
    if (performance.now() > deadline || signal.aborted) {
      return fail(failure('older-host-busy', `${named(holder)} still ends. Try again in a moment.`));
    }
    await delay(50);
  }
  return ok(undefined);
}

/** Undefined when it agreed. */
async function askToEnd(holder: LockHolder): Promise<Failure | undefined> {
  const socket = connect(holder.socket);
  // Told by the requests, which fail.
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), endingMs);
  const rpc = connectSocket(socket, clientLimits);
  rpc.onError(() => undefined);
  rpc.onClose(() => rpc.dispose());
  rpc.listen();
  try {
    await rpc.sendRequest('initialize', { protocolVersion: holder.protocol, client: 'upgrade', trace: false });
    await rpc.sendRequest('shutdown', { force: false });
    return undefined;
  } catch (error) {
    const data = error instanceof ResponseError ? hostErrorSchema.safeParse(error.data) : undefined;
    return data?.success === true && data.data.reason === 'busy'
      ? failure(
          'older-host-busy',
          `${named(holder)} is older than this nightshift and has tasks at work. Wait until its tasks rest, or run ` +
            '`nightshift host stop --force`: they go on with the new version.',
        )
      : failure(
          'older-host-silent',
          `${named(holder)} is older than this nightshift and does not make room for a new one. Run \`nightshift host stop\`.`,
        );
  } finally {
    clearTimeout(timer);
    rpc.dispose();
    socket.destroy();
  }
}

function named({ pid, product }: LockHolder): string {
  return `The agent host of this workspace (${product}, process ${pid})`;
}
