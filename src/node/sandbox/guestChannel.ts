import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Serializer, withDeadline } from '../../base/async.ts';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { defaultDeadline, maxStderrBytes, maxViolations, methodBudget } from '../../core/sandbox/budgets.ts';
import type { CallOptions, SandboxFailure } from '../../core/sandbox/sandbox.ts';
import { encodeFrame, encodeMessage, FrameDecoder } from '../../protocol/frames.ts';
import { type GuestMethod, type GuestParams, type GuestResult, guestResponseSchema } from '../../protocol/guest.ts';
import { guestSchemas } from '../../protocol/guestSchemas.ts';
import { type OutputSplitter, StreamDemultiplexer } from './streamDemultiplexer.ts';

type Reply = Result<unknown, SandboxFailure>;

interface PendingRequest {
  readonly id: number;
  readonly method: GuestMethod;
  settle(reply: Reply): void;
}

/**
 * Request numbers are drawn at random from this range, so that none can be guessed: a program of the box that gets at the guest's
 * output (under gVisor it can) still cannot answer in its place. Nor can it read one, as the guest's memory is closed to it.
 */
const idRange = 2 ** 47;
const keptStderrBytes = 4_096;
const keptMessageCharacters = 2_000;

/**
 * The host's end of one box. Everything that arrives is hostile until it fits the protocol. One request is under way at a time;
 * the next is sent when the guest answered, so nothing that a command in the box left behind can ever see or answer one.
 */
export class GuestChannel {
  /** Settles once with the first cause of the end; the owner then destroys the box. */
  readonly ended: Promise<SandboxFailure>;
  private end: (cause: SandboxFailure) => void = () => undefined;
  private cause: SandboxFailure | undefined;
  private readonly stream: Duplex;
  private readonly turns = new Serializer();
  private readonly output: OutputSplitter;
  private readonly decoder = new FrameDecoder();
  private readonly spent = new Map<GuestMethod, number>();
  private readonly abandoned = new Set<number>();
  private pending: PendingRequest | undefined;
  private violations = 0;
  private stderrBytes = 0;
  private stderrTail = '';

  constructor(stream: Duplex, output: OutputSplitter = new StreamDemultiplexer()) {
    this.stream = stream;
    this.output = output;
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    stream.on('data', (chunk: Buffer) => this.receive(chunk));
    for (const event of ['end', 'close', 'error']) {
      stream.on(event, () => this.close(failure('sandbox-died', 'The sandbox is gone.')));
    }
  }

  /** Ends the channel for a cause that is known elsewhere; the first cause counts. */
  close(cause: SandboxFailure): void {
    if (this.cause === undefined) {
      this.cause = cause;
      this.end(cause);
      this.pending?.settle(fail(cause));
      this.stream.destroy();
    }
  }

  request<M extends GuestMethod>(
    method: M,
    params: GuestParams<M>,
    options: CallOptions,
  ): Promise<Result<GuestResult<M>, SandboxFailure>> {
    return this.turns.run(() => this.exchange(method, params, options));
  }

  /** Several requests and raw bytes with no other request between them. */
  exclusive<T>(work: (turn: ChannelTurn) => Promise<T>): Promise<T> {
    return this.turns.run(() =>
      work({
        request: (method, params, options) => this.exchange(method, params, options),
        sendData: (bytes) => this.sendData(bytes),
      }),
    );
  }

  private async exchange<M extends GuestMethod>(
    method: M,
    params: GuestParams<M>,
    options: CallOptions,
  ): Promise<Result<GuestResult<M>, SandboxFailure>> {
    if (this.cause !== undefined) {
      return fail(this.cause);
    }
    const id = randomInt(idRange);
    const checked = guestSchemas[method].params.safeParse(params);
    const message = encodeMessage({ id, method, params });
    if (!checked.success || !message.ok) {
      const [detail, text] = message.ok
        ? ['invalid-request', checked.error?.issues[0]?.message ?? 'invalid parameters']
        : ['too-large', message.error.message];
      return fail({ ...failure('request-refused', `${method}: ${text}`), detail });
    }
    const deadline = options.deadlineMs ?? defaultDeadline(method);
    const answered = await withDeadline(deadline, options.signal, `The sandbox's ${method}`, () => {
      const reply = new Promise<Reply>((resolve) => {
        this.pending = { id, method, settle: resolve };
      });
      this.stream.write(message.value);
      return reply;
    });
    this.pending = undefined;
    if (!answered.ok) {
      this.giveUp(method, id, answered.error);
      return fail(answered.error);
    }
    return answered.value.ok ? this.checkResult(method, answered.value.value) : answered.value;
  }

  /** A late request may still act, and a command still runs: such a box is not used again. An aborted short one only answers late. */
  private giveUp(method: GuestMethod, id: number, cause: SandboxFailure): void {
    this.abandoned.add(id);
    if (cause.reason === 'timeout' || method === 'run_command') {
      this.close(cause);
    }
  }

  private checkResult<M extends GuestMethod>(method: M, value: unknown): Result<GuestResult<M>, SandboxFailure> {
    const parsed = guestSchemas[method].result.safeParse(value);
    return parsed.success ? ok(parsed.data) : fail(this.violate(`an answer to ${method} that fits no schema`));
  }

  private async sendData(bytes: Uint8Array): Promise<Result<void, SandboxFailure>> {
    const frame = encodeFrame('data', bytes);
    if (this.cause !== undefined || !frame.ok) {
      return fail(this.cause ?? failure('request-refused', frame.ok ? '' : frame.error.message));
    }
    if (!this.stream.write(frame.value)) {
      await Promise.race([new Promise<void>((resolve) => this.stream.once('drain', () => resolve())), this.ended]);
    }
    return this.cause === undefined ? ok(undefined) : fail(this.cause);
  }

  private receive(chunk: Buffer): void {
    const pieces = this.output.push(chunk);
    if (!pieces.ok) {
      this.close(failure('protocol-violation', pieces.error.message));
      return;
    }
    for (const piece of pieces.value.stderr) {
      this.hearStderr(piece);
    }
    for (const piece of pieces.value.stdout) {
      const frames = this.decoder.push(piece);
      if (!frames.ok) {
        this.close(failure('protocol-violation', `The sandbox broke the channel: ${frames.error.message}`));
        return;
      }
      for (const frame of frames.value) {
        this.hear(frame.kind === 'json' ? frame.body : undefined);
      }
    }
  }

  private hear(body: Uint8Array | undefined): void {
    const response = guestResponseSchema.safeParse(body === undefined ? undefined : parseJson(body));
    if (body === undefined || !response.success) {
      this.close(failure('protocol-violation', 'The sandbox sent a frame that is no answer; it was ended.'));
      return;
    }
    const answer = response.data;
    if (this.pending?.id !== answer.id) {
      if (!this.abandoned.delete(answer.id)) {
        this.violate('an answer that nobody asked for');
      }
      return;
    }
    const { method, settle } = this.pending;
    const spent = (this.spent.get(method) ?? 0) + body.length;
    this.spent.set(method, spent);
    if (spent > methodBudget(method)) {
      this.close(
        failure('protocol-violation', `The sandbox answered ${method} with over ${methodBudget(method)} bytes in all.`),
      );
    } else if ('error' in answer) {
      const text = answer.error.message.slice(0, keptMessageCharacters);
      settle(fail({ ...failure('request-refused', text), detail: answer.error.reason }));
    } else {
      settle(ok(answer.result));
    }
  }

  private violate(what: string): SandboxFailure {
    this.violations += 1;
    const cause = failure('protocol-violation', `The sandbox sent ${what}.`);
    if (this.violations >= maxViolations) {
      this.close(cause);
    }
    return cause;
  }

  /** Called by the owner where the error stream comes by another way. */
  hearStderr(piece: Uint8Array): void {
    this.stderrBytes += piece.length;
    this.stderrTail = (this.stderrTail + Buffer.from(piece).toString()).slice(-keptStderrBytes);
    if (this.stderrBytes > maxStderrBytes) {
      this.close(failure('protocol-violation', 'The sandbox flooded its error stream; it was ended.'));
    }
  }

  /** What the guest said before it ended, for the message; empty when it said nothing. */
  lastWords(): string {
    return this.stderrTail.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  }
}

export interface ChannelTurn {
  request<M extends GuestMethod>(
    method: M,
    params: GuestParams<M>,
    options: CallOptions,
  ): Promise<Result<GuestResult<M>, SandboxFailure>>;
  /** Resolves when the box takes more. */
  sendData(bytes: Uint8Array): Promise<Result<void, SandboxFailure>>;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The caller's schema refuses it.
    return undefined;
  }
}
