import type { Duplex } from 'node:stream';
import type { Container } from 'dockerode';
import { withDeadline } from '../../base/async.ts';
import { errorText, failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import type { CallOptions, Sandbox, SandboxFailure, TreeFile } from '../../core/sandbox/sandbox.ts';
import type { SandboxSpec } from '../../core/sandbox/sandboxSpec.ts';
import type { GuestMethod, GuestParams, GuestResult } from '../../protocol/guest.ts';
import { waitAnswer } from './engineAnswers.ts';
import { type ChannelTurn, GuestChannel } from './guestChannel.ts';
import { packTree } from './packTree.ts';
import { removeContainer } from './removeContainer.ts';

/** Milliseconds to learn how a box ended once its channel did. */
const exitCodeGrace = 500;

/** One running container and the channel to the guest in it. It removes itself when it dies of anything. */
export class DockerSandbox implements Sandbox {
  readonly id: string;
  readonly spec: SandboxSpec;
  readonly died: Promise<SandboxFailure>;
  startMs = 0;
  private readonly container: Container;
  private readonly channel: GuestChannel;
  private readonly logger: Logger;
  private exit: Promise<number | undefined> = Promise.resolve(undefined);
  private destroyed = false;

  constructor(container: Container, spec: SandboxSpec, stream: Duplex, logger: Logger) {
    this.id = container.id;
    this.spec = spec;
    this.container = container;
    this.logger = logger;
    this.channel = new GuestChannel(stream);
    this.died = this.channel.ended.then(async (cause) => {
      const described = await this.describeEnd(cause);
      await this.remove();
      return described;
    });
  }

  /** Sent before the box is started: the bytes wait in the attached stream until PID 1 reads them. */
  sendProgram(payload: Uint8Array): void {
    this.channel.sendProgram(payload);
  }

  /** Follows the box's end by the engine's word too: a stream of a box that ran out of memory may stay open for ever. */
  watchExit(): void {
    this.exit = this.container.wait().then(
      (answer: unknown) => waitAnswer.safeParse(answer).data?.StatusCode,
      () => undefined,
    );
    void this.exit.then((code) =>
      this.channel.close(failure('sandbox-died', `The sandbox ended${describeExit(code)}.${this.channel.lastWords()}`)),
    );
  }

  request<M extends GuestMethod>(
    method: M,
    params: GuestParams<M>,
    options: CallOptions,
  ): Promise<Result<GuestResult<M>, SandboxFailure>> {
    return this.channel.request(method, params, options);
  }

  async putTree(
    files: AsyncIterable<TreeFile>,
    options: CallOptions,
  ): Promise<Result<{ files: number }, SandboxFailure>> {
    const deadline = options.deadlineMs ?? engineDeadlines.upload;
    const uploaded = await withDeadline(deadline, options.signal, 'The upload of the tree', (signal) =>
      this.channel.exclusive((turn) => uploadTree(turn, files, signal)),
    ).catch((error: unknown) =>
      fail(failure('request-refused', `The tree could not be read for the sandbox: ${errorText(error)}`)),
    );
    const outcome = uploaded.ok ? uploaded.value : uploaded;
    if (!outcome.ok) {
      // Half a tree must never be mistaken for a whole one.
      this.channel.close(outcome.error);
    }
    return outcome;
  }

  async destroy(): Promise<void> {
    this.destroyed = true;
    this.channel.close(failure('sandbox-died', 'The sandbox was destroyed by its owner.'));
    await this.died;
  }

  private async remove(): Promise<void> {
    const removed = await removeContainer(this.container);
    if (!removed.ok) {
      this.logger.warn(`sandbox ${this.id.slice(0, 12)} may be left over: ${removed.error.message}`);
    }
  }

  private async describeEnd(cause: SandboxFailure): Promise<SandboxFailure> {
    if (cause.reason !== 'sandbox-died' || this.destroyed) {
      return cause;
    }
    const known = await withDeadline(exitCodeGrace, new AbortController().signal, 'The exit code', () => this.exit);
    return known.ok && known.value !== undefined && !cause.message.includes('exit code')
      ? failure('sandbox-died', `${cause.message} It ended${describeExit(known.value)}.`)
      : cause;
  }
}

async function uploadTree(
  turn: ChannelTurn,
  files: AsyncIterable<TreeFile>,
  signal: AbortSignal,
): Promise<Result<{ files: number }, SandboxFailure>> {
  const begun = await turn.request('begin_tree', {}, { signal });
  if (!begun.ok) {
    return begun;
  }
  for await (const bytes of packTree(files)) {
    const sent = signal.aborted
      ? fail(failure('aborted', 'The upload of the tree was cancelled.'))
      : await turn.sendData(bytes);
    if (!sent.ok) {
      return sent;
    }
  }
  const ended = await turn.request('end_tree', {}, { signal });
  return ended.ok ? ok({ files: ended.value.files }) : ended;
}

function describeExit(code: number | undefined): string {
  if (code === undefined) {
    return '';
  }
  return code === 137 ? ' with exit code 137: it was killed, or ran out of memory' : ` with exit code ${code}`;
}
