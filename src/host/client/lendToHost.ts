import { type CancellationToken, ErrorCodes, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import type { Event } from '../../base/event.ts';
import { errorText } from '../../base/failure.ts';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle.ts';
import {
  chatPieceNotification,
  type LentModel,
  lentModelSchema,
  longestPiece,
  modelsWantedNotification,
  mostLentModels,
  type WindowAnswer,
  type WindowChat,
  windowChat,
} from '../../protocol/modelLending.ts';
import { describeIssue } from '../../protocol/describeIssue.ts';

/** A window's models, as it lends them to hosts. */
export interface ModelLender {
  /** What it lends now. Not asked for before a host wants it. */
  models(): Promise<readonly LentModel[]>;
  readonly onDidChange: Event<void>;
  /** Never rejects: what goes wrong is a failure in the answer. */
  chat(
    question: WindowChat,
    options: { readonly signal: AbortSignal; readonly onPiece: (text: string) => void },
  ): Promise<WindowAnswer>;
}

/** Lends over one connection until it is disposed of, which cancels every chat on it. `tell` hands the list to the host. */
export function lendToHost(
  rpc: MessageConnection,
  lender: ModelLender,
  tell: (models: LentModel[]) => Promise<unknown>,
): Disposable {
  const owned = new DisposableStore();
  const ended = new AbortController();
  let wanted = false;
  const update = async (): Promise<void> => {
    const models = await lender.models();
    if (!ended.signal.aborted) {
      // A provider may describe its models in any way; one that does not fit is not lent, and takes no other with it.
      await tell(models.filter((model) => lentModelSchema.safeParse(model).success).slice(0, mostLentModels));
    }
  };
  const updateIfWanted = (): void => {
    // The next change tells again; a connection that broke is told anew when it is back.
    void (wanted ? update().catch(() => undefined) : undefined);
  };
  owned.add(toDisposable(() => ended.abort()));
  owned.add(
    rpc.onNotification(modelsWantedNotification, () => {
      wanted = true;
      updateIfWanted();
    }),
  );
  owned.add(lender.onDidChange(updateIfWanted));
  owned.add(
    rpc.onRequest(windowChat.method, async (params: unknown, token: CancellationToken): Promise<unknown> => {
      const question = windowChat.params.safeParse(params);
      if (!question.success) {
        return new ResponseError(ErrorCodes.InvalidParams, `The request is not valid (${describeIssue(question)}).`);
      }
      const answer = await withToken(token, ended.signal, (signal) =>
        lender.chat(question.data, {
          signal,
          onPiece: (text) => {
            for (let at = 0; at < text.length && !signal.aborted; at += longestPiece) {
              const piece = { chat: question.data.chat, text: text.slice(at, at + longestPiece) };
              rpc.sendNotification(chatPieceNotification, piece).catch(() => ended.abort());
            }
          },
        }),
      );
      const checked = windowChat.result.safeParse(answer);
      return checked.success
        ? checked.data
        : new ResponseError(ErrorCodes.InternalError, `The answer is not valid (${describeIssue(checked)}).`);
    }),
  );
  return owned;
}

async function withToken<T>(
  token: CancellationToken,
  ended: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | ResponseError> {
  const controller = new AbortController();
  const subscription = token.onCancellationRequested(() => controller.abort());
  try {
    return await work(AbortSignal.any([controller.signal, ended]));
  } catch (error) {
    return new ResponseError(ErrorCodes.InternalError, errorText(error));
  } finally {
    subscription.dispose();
  }
}
