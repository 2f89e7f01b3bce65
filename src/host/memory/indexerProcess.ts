import {
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { Emitter, type Event } from '../../base/event.ts';
import { errorText, type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { ForkedProgram } from '../../node/processes/forkedProgram.ts';
import { describeIssue } from '../../protocol/describeIssue.ts';
import {
  type IndexerMethod,
  indexerMethods,
  type IndexerParams,
  type IndexerResult,
  statusNotification,
} from '../../protocol/indexer.ts';
import { type MemoryStatus, memoryStatusSchema } from '../../protocol/memory.ts';

/** Milliseconds that it may take to close what it has open. */
const closingMs = 2_000;
const applicationError = 1;

/** What is young is collected more often: with the usual 16 MB a half, the heap stays 100 MB larger after indexing. */
const modestMemory = ['--max-semi-space-size=8'];
/** With the usual arena for each of many threads, glibc keeps what each of them once took. */
const fewArenas = { MALLOC_ARENA_MAX: '2' };

/** What git and libraries need of our environment. */
const needed = [
  'PATH',
  'HOME',
  'XDG_CONFIG_HOME',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'ComSpec',
  'PATHEXT',
  'TEMP',
  'TMP',
  'TMPDIR',
];

/** One process of the indexer, from its start to its end. */
export class IndexerProcess {
  private readonly program: ForkedProgram;
  private readonly rpc: MessageConnection;
  private readonly told = new Emitter<MemoryStatus>();

  readonly onStatus = this.told.event;
  /** Once, with how and why. */
  readonly onEnd: Event<string>;

  constructor(script: string, environment: NodeJS.ProcessEnv) {
    this.program = new ForkedProgram(script, environment, {
      needed,
      variables: fewArenas,
      nodeOptions: modestMemory,
    });
    const { child } = this.program;
    this.rpc = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    this.rpc.onNotification(statusNotification, (params: unknown) => {
      const status = memoryStatusSchema.safeParse(params);
      if (status.success) {
        this.told.fire(status.data);
      } else {
        this.program.blame(`it told a state that is none (${describeIssue(status)})`);
        this.program.kill();
      }
    });
    this.rpc.onError(([error]) => this.program.blame(errorText(error)));
    this.rpc.listen();
    this.program.onEnd(() => this.rpc.dispose());
    this.onEnd = this.program.onEnd;
  }

  get pid(): number | undefined {
    return this.program.pid;
  }

  /** A process that ends before it answers is the failure `indexer-ended`. */
  async request<M extends IndexerMethod>(
    method: M,
    params: IndexerParams<M>,
    signal?: AbortSignal,
  ): Promise<Result<IndexerResult<M>, Failure>> {
    if (this.program.isGone) {
      return fail(ended());
    }
    const cancelling = new CancellationTokenSource();
    const onAbort = (): void => cancelling.cancel();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) {
      cancelling.cancel();
    }
    try {
      const raw: unknown = await this.rpc.sendRequest(method, params, cancelling.token);
      const checked = indexerMethods[method].result.safeParse(raw);
      return checked.success
        ? // The schema of this very method accepted it; TypeScript does not follow that through the table.
          ok(checked.data as IndexerResult<M>)
        : fail(
            failure('invalid-result', `The indexer's answer to ${method} is not valid (${describeIssue(checked)}).`),
          );
    } catch (error) {
      if (error instanceof ResponseError && error.code === applicationError) {
        return fail(failure(reasonOf(error.data), error.message));
      }
      if (error instanceof ResponseError && error.code === ErrorCodes.InvalidParams) {
        return fail(failure('invalid-params', error.message));
      }
      return signal?.aborted === true ? fail(failure('aborted', 'The request was taken back.')) : fail(ended());
    } finally {
      signal?.removeEventListener('abort', onAbort);
      cancelling.dispose();
    }
  }

  /** Asks it to end; resolves when it is gone. */
  end(): Promise<void> {
    return this.program.end(closingMs);
  }
}

function ended(): Failure<'indexer-ended'> {
  return failure('indexer-ended', 'The indexer ended before it answered; it is started again. Ask once more.');
}

function reasonOf(data: unknown): string {
  return typeof data === 'object' && data !== null && 'reason' in data && typeof data.reason === 'string'
    ? data.reason
    : 'failed';
}
