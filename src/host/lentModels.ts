import { Emitter, type Event } from '../base/event.ts';
import { failure } from '../base/failure.ts';
import { type Disposable, DisposableStore, toDisposable } from '../base/lifecycle.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { ModelFailure } from '../core/models/languageModel.ts';
import type { MissingAccess } from '../core/models/modelAccess.ts';
import {
  fitOf,
  type WindowChatOptions,
  type WindowModels,
  type WindowQuestion,
  type WindowTurn,
} from '../core/models/windowModels.ts';
import type { LentModel } from '../protocol/modelLending.ts';
import type { LendingWindow } from './rpc/lendingWindow.ts';

/** What is needed of a window here. */
type Window = Pick<LendingWindow, 'models' | 'tellings' | 'onDidChange' | 'chats' | 'want' | 'chat'>;

interface Offer {
  readonly window: Window;
  readonly model: LentModel;
}

/** Milliseconds that windows have to tell what they lend: their models may belong to extensions that have to start first. */
const tellingMs = 5_000;

/**
 * Milliseconds between two looks at what windows lend while a task waits for a model: the editor announces a change of a model, and
 * is silent when the extension that provides it goes or comes.
 */
const usualLookMs = 30_000;

/** Names of models in a message. */
const mostNames = 8;

/** All windows that lend models to this host. Nobody is asked what they lend before a task or a person wants such a model. */
export class LentModels implements WindowModels {
  private readonly windows = new Set<Window>();
  private readonly changed = new Emitter<void>();
  private readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  private readonly lookMs: number;
  private wanted = false;
  private look: ReturnType<typeof setTimeout> | undefined;

  /** A window came, went, or told anew what it lends. */
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>, lookMs = usualLookMs) {
    this.sleep = sleep;
    this.lookMs = lookMs;
  }

  /** Takes a window in until the answer is disposed of. */
  add(window: Window): Disposable {
    const following = new DisposableStore();
    this.windows.add(window);
    following.add(window.onDidChange(() => this.changed.fire()));
    following.add(
      toDisposable(() => {
        this.windows.delete(window);
        this.changed.fire();
      }),
    );
    if (this.wanted) {
      window.want();
    }
    this.changed.fire();
    return following;
  }

  missing(name: string): MissingAccess | undefined {
    if (!this.wanted) {
      this.wantAll();
    }
    const offers = this.offers(name);
    if (offers.some(({ model }) => model.allowed)) {
      return undefined;
    }
    this.lookAgain();
    return offers.length === 0
      ? { need: 'window', message: `Waiting for a VS Code window that lends ${name}: open one and allow it.` }
      : {
          need: 'consent',
          message: `Waiting for your word on ${name}: run "Nightshift: Allow Language Model…" in VS Code.`,
        };
  }

  room(name: string): number | undefined {
    return this.offers(name).find(({ model }) => model.allowed)?.model.maxInputTokens;
  }

  async find(name: string, signal: AbortSignal): Promise<Result<LentModel, ModelFailure>> {
    await this.tellAnew(signal);
    if (signal.aborted) {
      return fail(failure('aborted', 'The question whether the model is there was cancelled.'));
    }
    const [offer] = this.offers(name);
    if (offer !== undefined) {
      return ok(offer.model);
    }
    const lent = [...this.windows].flatMap(({ models }) => models.map(({ vendor, id }) => `${vendor}/${id}`));
    if (lent.length === 0) {
      return fail(failure('window-needed', `No VS Code window lends ${name}: open one, and allow it there.`));
    }
    const names = [...new Set(lent)].slice(0, mostNames).join(', ');
    return fail(failure('model-missing', `VS Code has no language model ${name}; it has: ${names}.`));
  }

  async chat(
    name: string,
    question: WindowQuestion,
    options: WindowChatOptions,
  ): Promise<Result<WindowTurn, ModelFailure>> {
    const [offer] = this.offers(name).filter(({ model }) => model.allowed);
    if (offer === undefined) {
      const message = this.missing(name)?.message ?? `No VS Code window lends ${name} any more.`;
      return fail(failure('window-needed', message));
    }
    const answer = await offer.window.chat(offer.model, question, options);
    if (!answer.ok && answer.error.reason === 'window-needed') {
      // What one window does not lend any more, the others may not have either.
      this.wantAll();
    }
    return answer;
  }

  private wantAll(): void {
    this.wanted = true;
    this.windows.forEach((window) => window.want());
  }

  /** Keeps no process alive. */
  private lookAgain(): void {
    this.look ??= setTimeout(() => {
      this.look = undefined;
      this.wantAll();
    }, this.lookMs).unref();
  }

  /** Who has the model: allowed ones first, an id before a family, then the window with the least to do. */
  private offers(name: string): readonly Offer[] {
    const offers = [...this.windows].flatMap((window) =>
      window.models.flatMap((model) => {
        const fit = fitOf(name, model);
        return fit === undefined ? [] : [{ window, model, rank: (model.allowed ? 0 : 2) + (fit === 'id' ? 0 : 1) }];
      }),
    );
    return offers.toSorted((left, right) => left.rank - right.rank || left.window.chats - right.window.chats);
  }

  /** Has every window tell what it lends, and waits for that a moment at most. */
  private async tellAnew(signal: AbortSignal): Promise<void> {
    const before = [...this.windows].map((window) => ({ window, tellings: window.tellings }));
    const isTold = (): boolean =>
      before.every(({ window, tellings }) => window.tellings > tellings || !this.windows.has(window));
    const ended = new AbortController();
    const told = new DisposableStore();
    try {
      const telling = new Promise<void>((resolve) => {
        told.add(
          this.onDidChange(() => {
            if (isTold()) {
              resolve();
            }
          }),
        );
      });
      this.wantAll();
      if (!isTold()) {
        await Promise.race([telling, this.sleep(tellingMs, AbortSignal.any([signal, ended.signal]))]);
      }
    } finally {
      ended.abort();
      told.dispose();
    }
  }
}
