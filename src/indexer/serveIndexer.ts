import { constants, getPriority, setPriority } from 'node:os';
import {
  type CancellationToken,
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { errorText, type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { describeIssue } from '../protocol/describeIssue.ts';
import {
  type IndexerMethod,
  indexerMethods,
  type IndexerParams,
  type IndexerResult,
  statusNotification,
} from '../protocol/indexer.ts';
import { Memory } from './memory.ts';

const applicationError = 1;

/**
 * The life of an indexer process: answers the host that started it, and ends with it. `bundles` is the folder it was started from.
 * What goes wrong in one request is told to the host; what goes wrong outside of any ends the process, which the host starts again.
 */
export function serveIndexer(bundles: string): void {
  yieldToOthers();
  const rpc = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  let memory: Memory | undefined;

  async function answer<M extends IndexerMethod>(
    method: M,
    params: IndexerParams<M>,
    signal: AbortSignal,
  ): Promise<Result<unknown, Failure>> {
    if (method === 'open') {
      if (memory !== undefined) {
        return fail(failure('opened', 'This indexer has a workspace already.'));
      }
      memory = await Memory.open(indexerMethods.open.params.parse(params), bundles, (status) => {
        rpc.sendNotification(statusNotification, status).catch(() => undefined);
      });
      return ok({});
    }
    return memory === undefined
      ? fail(failure('not-opened', 'The first request to an indexer must be open.'))
      : memory.answer<Exclude<IndexerMethod, 'open'>>(method, params, signal);
  }

  rpc.onRequest(async (method: string, raw: unknown, token: CancellationToken) => {
    if (!isIndexerMethod(method)) {
      return new ResponseError(ErrorCodes.MethodNotFound, `The indexer knows no request ${method}.`);
    }
    const params = indexerMethods[method].params.safeParse(raw);
    if (!params.success) {
      const message = `The parameters of ${method} are not valid (${describeIssue(params)}).`;
      return new ResponseError(ErrorCodes.InvalidParams, message);
    }
    const controller = new AbortController();
    const cancelling = token.onCancellationRequested(() => controller.abort());
    try {
      const answered = await answer(method, params.data as IndexerParams<typeof method>, controller.signal);
      return answered.ok
        ? (answered.value as IndexerResult<typeof method>)
        : new ResponseError(applicationError, answered.error.message, { reason: answered.error.reason });
    } catch (error) {
      process.stderr.write(`${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      return new ResponseError(applicationError, `The indexer failed: ${errorText(error)}`, { reason: 'failed' });
    } finally {
      cancelling.dispose();
    }
  });
  const end = (): void => {
    rpc.dispose();
    // A file that is being written is whole at any moment; closing is a courtesy to the next start.
    void Promise.resolve(memory?.close()).finally(() => process.exit(0));
  };
  process.once('disconnect', end);
  rpc.listen();
}

function isIndexerMethod(method: string): method is IndexerMethod {
  return Object.hasOwn(indexerMethods, method);
}

/** What a person does goes first. */
function yieldToOthers(): void {
  try {
    // Who was started with a lower one keeps it.
    setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
  } catch (error) {
    process.stderr.write(`The priority stays as it is: ${errorText(error)}\n`);
  }
}
