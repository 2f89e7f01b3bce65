import { CancellationTokenSource, ErrorCodes, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import { Emitter, type Event } from '../../base/event.ts';
import { errorText, failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ModelFailure } from '../../core/models/languageModel.ts';
import type { WindowChatOptions, WindowQuestion, WindowTurn } from '../../core/models/windowModels.ts';
import {
  chatPieceNotification,
  chatPieceSchema,
  type LentModel,
  longestAnswer,
  modelsWantedNotification,
  windowChat,
} from '../../protocol/modelLending.ts';
import { describeIssue } from '../../protocol/describeIssue.ts';

const lost: ReadonlySet<number> = new Set([ErrorCodes.PendingResponseRejected, ErrorCodes.ConnectionInactive]);

type ChatOutcome = Result<WindowTurn, ModelFailure>;

/** The host's side of one window that lends models: what it told, and requests to it. Lives as long as its connection. */
export class LendingWindow implements Disposable {
  private readonly rpc: MessageConnection;
  private readonly changed = new Emitter<void>();
  private readonly pieces = new Map<string, (text: string) => void>();
  private told: readonly LentModel[] = [];
  private count = 0;
  private closed = false;

  /** It told anew what it lends. */
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(rpc: MessageConnection) {
    this.rpc = rpc;
    rpc.onNotification(chatPieceNotification, (params: unknown) => {
      const piece = chatPieceSchema.safeParse(params);
      // A piece of a chat that is over is late: nobody waits for it.
      if (piece.success) {
        this.pieces.get(piece.data.chat)?.(piece.data.text);
      }
    });
  }

  /** What it told last; nothing until it told. */
  get models(): readonly LentModel[] {
    return this.told;
  }

  /** How often it has told what it lends. */
  get tellings(): number {
    return this.count;
  }

  /** Requests that it has not answered. */
  get chats(): number {
    return this.pieces.size;
  }

  /** Asks it to tell what it lends. */
  want(): void {
    this.rpc.sendNotification(modelsWantedNotification).catch(() => this.dispose());
  }

  lend(models: readonly LentModel[]): void {
    this.told = models;
    this.count += 1;
    this.changed.fire();
  }

  /** A window that closes before it answered is the failure `interrupted`. */
  chat(model: LentModel, question: WindowQuestion, { signal, onPiece }: WindowChatOptions): Promise<ChatOutcome> {
    const chat = newId('chat');
    const params = windowChat.params.safeParse({ ...question, chat, vendor: model.vendor, model: model.id });
    if (!params.success) {
      const message = `The request is none that a window takes (${describeIssue(params)}); VS Code was not asked.`;
      return Promise.resolve(fail(failure('rejected', message)));
    }
    return new Promise((resolve, reject) => {
      const cancel = new CancellationTokenSource();
      let text = '';
      const end = (settle: () => void): void => {
        if (this.pieces.delete(chat)) {
          signal.removeEventListener('abort', onAbort);
          cancel.dispose();
          settle();
        }
      };
      const giveUp = (settle: () => void): void => {
        cancel.cancel();
        end(settle);
      };
      const onAbort = (): void =>
        giveUp(() => resolve(fail(failure('aborted', 'The request to the model of VS Code was cancelled.'))));
      this.pieces.set(chat, (piece) => {
        text += piece;
        if (text.length > longestAnswer) {
          giveUp(() => resolve(fail(failure('malformed', `The answer was longer than ${longestAnswer} characters.`))));
          return;
        }
        try {
          onPiece(piece);
        } catch (error) {
          giveUp(() => reject(error));
        }
      });
      signal.addEventListener('abort', onAbort, { once: true });
      this.rpc.sendRequest(windowChat.method, params.data, cancel.token).then(
        (answer: unknown) => end(() => resolve(toOutcome(answer, text))),
        (error: unknown) => end(() => resolve(fail(this.noAnswer(error)))),
      );
      if (signal.aborted) {
        onAbort();
      }
    });
  }

  dispose(): void {
    this.closed = true;
    this.changed.dispose();
  }

  private noAnswer(error: unknown): ModelFailure {
    const isLost = error instanceof ResponseError && lost.has(error.code);
    if (this.closed || isLost) {
      return failure('interrupted', 'The VS Code window that lent the model closed before its answer was complete.');
    }
    return failure('crashed', `The VS Code window could not ask the model: ${errorText(error)}.`);
  }
}

function toOutcome(value: unknown, text: string): ChatOutcome {
  const answer = windowChat.result.safeParse(value);
  if (!answer.success) {
    const message = `The answer of the VS Code window is not valid (${describeIssue(answer)}).`;
    return fail(failure('malformed', message));
  }
  if (answer.data.kind === 'failure') {
    const { reason, message } = answer.data;
    return fail(failure(reason === 'not-lent' ? 'window-needed' : reason, message));
  }
  const { calls, promptTokens, outputTokens } = answer.data;
  const usage = {
    ...(promptTokens === undefined ? {} : { prompt: promptTokens }),
    ...(outputTokens === undefined ? {} : { output: outputTokens }),
  };
  return ok({ text, calls: calls.map(({ id, name, arguments: given }) => ({ id, name, arguments: given })), usage });
}
