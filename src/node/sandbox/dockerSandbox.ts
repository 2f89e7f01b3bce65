import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { Container } from 'dockerode';
import { withDeadline } from '../../base/async.ts';
import { errorText, failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import type { CallOptions, Sandbox, SandboxFailure, TreeFile } from '../../core/sandbox/sandbox.ts';
import { killedExitCode, sandboxEnd } from '../../core/sandbox/sandboxEnd.ts';
import type { SandboxSpec } from '../../core/sandbox/sandboxSpec.ts';
import type { BoxTerminal, TerminalSize } from '../../core/sandbox/terminal.ts';
import type { GuestMethod, GuestParams, GuestResult } from '../../protocol/guest.ts';
import type { BoxSocket } from './boxSocket.ts';
import { askHowItEnded } from './boxEnd.ts';
import { openBoxTerminal } from './boxTerminal.ts';
import { waitAnswer } from './engineAnswers.ts';
import { type ChannelTurn, GuestChannel } from './guestChannel.ts';
import { packTree } from './packTree.ts';
import { framesOnly, StreamDemultiplexer } from './streamDemultiplexer.ts';
import { removeContainer } from './removeContainer.ts';

/** Milliseconds for the exit code to arrive once the channel ended, and for a stream to end once the exit code arrived. */
const exitCodeGrace = 500;

/** What the engine answered to the wait for a box: its exit code, or nothing, because the connection broke. */
type Exit = number | 'lost' | undefined;

export interface BoxParts {
  readonly docker: Docker;
  readonly container: Container;
  /** The standard streams of PID 1; the box ends with the host's end of them. */
  readonly stream: Duplex;
  /** What frames go through instead, where there is one. */
  readonly socket?: BoxSocket | undefined;
}

/** One running container and the channel to the guest in it. It removes itself when it dies of anything. */
export class DockerSandbox implements Sandbox {
  readonly id: string;
  readonly spec: SandboxSpec;
  readonly died: Promise<SandboxFailure>;
  startMs = 0;
  private readonly docker: Docker;
  private readonly container: Container;
  private readonly stream: Duplex;
  private readonly channel: GuestChannel;
  private readonly logger: Logger;
  /** Why the box ended, as soon as that is known; it may not be removed yet. */
  private readonly end: Promise<SandboxFailure>;
  private exit: Promise<Exit> = Promise.resolve(undefined);
  private destroyed = false;

  constructor({ docker, container, stream, socket }: BoxParts, spec: SandboxSpec, logger: Logger) {
    this.id = container.id;
    this.spec = spec;
    this.docker = docker;
    this.container = container;
    this.logger = logger;
    this.stream = stream;
    this.channel = socket === undefined ? new GuestChannel(stream) : new GuestChannel(socket.stream, framesOnly);
    if (socket !== undefined) {
      this.watchStream();
    }
    this.end = this.channel.ended.then((cause) => this.describeEnd(cause));
    this.died = this.end.then(async (described) => {
      stream.destroy();
      socket?.close();
      await this.remove();
      return described;
    });
  }

  /** Sent before the box is started: the bytes wait in the attached stream until PID 1 reads them. */
  sendProgram(payload: Uint8Array): void {
    this.stream.write(payload);
  }

  /** Where frames go through a socket, the standard streams carry the guest's errors, and by their end the end of the box. */
  private watchStream(): void {
    const split = new StreamDemultiplexer();
    this.stream.on('data', (chunk: Buffer) => {
      const pieces = split.push(chunk);
      if (!pieces.ok || pieces.value.stdout.length > 0) {
        const what = pieces.ok ? 'The sandbox wrote past its socket; it was ended.' : pieces.error.message;
        this.channel.close(failure('protocol-violation', what));
        return;
      }
      for (const piece of pieces.value.stderr) {
        this.channel.hearStderr(piece);
      }
    });
    for (const event of ['end', 'close', 'error']) {
      this.stream.on(event, () => this.channel.close(failure('sandbox-died', 'The sandbox is gone.')));
    }
  }

  /** Follows the box's end by the engine's word too: the stream of a box that ran out of memory may stay open for ever. */
  watchExit(): void {
    this.exit = this.container.wait().then(
      // An engine that ends while it is waited for ends its answer before it gave one.
      (answer: unknown) => waitAnswer.safeParse(answer).data?.StatusCode ?? 'lost',
      () => 'lost' as const,
    );
    void this.exit.then(() => this.channel.close(failure('sandbox-died', 'The sandbox ended.')));
  }

  async request<M extends GuestMethod>(
    method: M,
    params: GuestParams<M>,
    options: CallOptions,
  ): Promise<Result<GuestResult<M>, SandboxFailure>> {
    const answered = await this.channel.request(method, params, options);
    return answered.ok || answered.error.reason !== 'sandbox-died' ? answered : fail(await this.end);
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
    return outcome.ok || outcome.error.reason !== 'sandbox-died' ? outcome : fail(await this.end);
  }

  async openTerminal(
    size: TerminalSize,
    variables: Readonly<Record<string, string>>,
    { signal }: CallOptions,
  ): Promise<Result<BoxTerminal, SandboxFailure>> {
    return openBoxTerminal(this.container, { size, variables, gone: this.end }, signal);
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
    const never = new AbortController().signal;
    const waited = await withDeadline(exitCodeGrace, never, 'The exit code', () => this.exit);
    const exit = waited.ok ? waited.value : undefined;
    const isTold = typeof exit === 'number' && exit !== killedExitCode;
    const news = isTold ? { isKnown: true, outOfMemory: false } : await askHowItEnded(this.docker, this.id);
    const exitCode = typeof exit === 'number' ? exit : news.exitCode;
    return sandboxEnd({
      ...(exitCode === undefined ? {} : { exitCode }),
      outOfMemory: news.outOfMemory,
      engineKnows: typeof exit === 'number' || news.isKnown,
      memoryBytes: this.spec.memoryBytes,
      lastWords: this.channel.lastWords(),
    });
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
