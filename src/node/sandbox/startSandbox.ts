import type Docker from 'dockerode';
import { withDeadline } from '../../base/async.ts';
import { failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import type { SandboxSpec } from '../../core/sandbox/sandboxSpec.ts';
import type { GuestResult } from '../../protocol/guest.ts';
import { guestProtocolVersion } from '../../protocol/guestLimits.ts';
import { type BoxSocket, listenForBox } from './boxSocket.ts';
import { attachBox } from './attachBox.ts';
import { toCreateOptions } from './createOptions.ts';
import { DockerSandbox } from './dockerSandbox.ts';
import { engineCall } from './engineCall.ts';
import { guestPayload } from './guestBootstrap.ts';
import { removeContainer } from './removeContainer.ts';

/** Milliseconds that a creation which was given up is waited for, so that nothing of it is left when the start has failed. */
const removalGraceMs = 2_000;

export interface StartContext {
  readonly docker: Docker;
  readonly engineCpus: number;
  readonly podman: boolean;
  /** Frames go through a socket of this machine, which the engine has to share. */
  readonly socket: boolean;
  readonly guestSource: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Milliseconds for the guest's first reply once the box is started. */
  readonly replyDeadline?: number;
}

export interface StartedSandbox {
  readonly sandbox: DockerSandbox;
  readonly hello: GuestResult<'hello'>;
}

/** Creates, attaches, starts and greets one box. On any failure nothing of it is left. */
export async function startSandbox(
  spec: SandboxSpec,
  context: StartContext,
): Promise<Result<StartedSandbox, SandboxFailure>> {
  if (!context.socket) {
    return startBox(spec, context);
  }
  const socket = await listenForBox();
  if (!socket.ok) {
    return socket;
  }
  const { mount, close } = socket.value;
  const started = await startBox({ ...spec, mounts: [...(spec.mounts ?? []), mount] }, context, socket.value);
  if (!started.ok) {
    close();
  }
  return started;
}

async function startBox(
  spec: SandboxSpec,
  context: StartContext,
  socket?: BoxSocket,
): Promise<Result<StartedSandbox, SandboxFailure>> {
  const began = performance.now();
  const { docker, signal } = context;
  const name = newId('nightshift');
  const creating = docker.createContainer(
    toCreateOptions(spec, { name, engineCpus: context.engineCpus, podman: context.podman }),
  );
  const created = await engineCall(
    { what: 'Creating a sandbox', deadline: engineDeadlines.create, signal, reason: 'start-failed' },
    () => creating,
  );
  if (!created.ok) {
    // The engine may still make what we no longer wait for: it is removed whenever that is, mostly at once.
    const removed = creating.then(removeContainer).catch(() => undefined);
    await withDeadline(removalGraceMs, new AbortController().signal, 'The end of a creation', () => removed);
    return created;
  }
  const container = created.value;
  const attached = await engineCall(
    { what: 'Attaching to a sandbox', deadline: engineDeadlines.attach, signal, reason: 'start-failed' },
    (abortSignal) => attachBox(docker, container.id, abortSignal),
  );
  if (!attached.ok) {
    await removeContainer(container);
    return attached;
  }
  const sandbox = new DockerSandbox({ docker, container, stream: attached.value, socket }, spec, context.logger);
  const greeted = await greet(sandbox, container, context);
  if (!greeted.ok) {
    await sandbox.destroy();
    return greeted;
  }
  sandbox.startMs = performance.now() - began;
  return ok({ sandbox, hello: greeted.value });
}

/** Program and first request are on their way before the box starts, which saves a round trip. */
async function greet(
  sandbox: DockerSandbox,
  container: Docker.Container,
  context: StartContext,
): Promise<Result<GuestResult<'hello'>, SandboxFailure>> {
  const { signal } = context;
  const replyDeadline = context.replyDeadline ?? engineDeadlines.start;
  sandbox.sendProgram(guestPayload(context.guestSource));
  const hello = sandbox.request(
    'hello',
    { protocolVersion: guestProtocolVersion },
    { signal, deadlineMs: engineDeadlines.start + replyDeadline },
  );
  const started = await engineCall(
    { what: 'Starting a sandbox', deadline: engineDeadlines.start, signal, reason: 'start-failed' },
    (abortSignal) => container.start({ abortSignal }),
  );
  if (!started.ok) {
    return started;
  }
  sandbox.watchExit();
  const greeted = await engineCall(
    { what: "The sandbox's first reply", deadline: replyDeadline, signal, reason: 'start-failed' },
    () => hello,
  );
  const reply = greeted.ok ? greeted.value : greeted;
  if (!reply.ok) {
    return reply.error.reason === 'sandbox-died'
      ? fail(failure('start-failed', `The guest did not start: ${(await sandbox.died).message}`))
      : reply;
  }
  const answer = reply.value;
  return answer.protocolVersion === guestProtocolVersion
    ? ok(answer)
    : fail(failure('start-failed', `The guest speaks version ${answer.protocolVersion} of the protocol; rebuild it.`));
}
