import { Emitter, type Event } from '../../base/event.ts';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { ModelLender } from '../../host/client/lendToHost.ts';
import type { LentModel, WindowAnswer, WindowChat } from '../../protocol/modelLending.ts';
import { toEditorMessages } from './editorMessages.ts';
import { type EditorModel, type EditorModels, modelName } from './editorModel.ts';
import type { ModelConsent } from './modelConsent.ts';
import { modelFailure } from './modelFailure.ts';

export interface LenderParts {
  readonly models: EditorModels;
  readonly consent: ModelConsent;
  /** Nothing is lent in Restricted Mode. */
  readonly trusted: () => boolean;
  readonly onDidGrantTrust: Event<void>;
}

/** Milliseconds that a count may take; what takes longer is unknown. */
const countingMs = 1_000;

/** Lends this window's language models: those that are there, to be asked where the person allowed it. Never asks the person. */
export class WindowLender implements ModelLender, Disposable {
  private readonly parts: LenderParts;
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new Emitter<void>());
  private following = false;

  readonly onDidChange: Event<void> = this.changed.event;

  constructor(parts: LenderParts) {
    this.parts = parts;
  }

  async models(): Promise<readonly LentModel[]> {
    this.follow();
    const models = this.parts.trusted() ? await this.parts.models.select() : [];
    return models.map((model) => ({
      id: model.id,
      vendor: model.vendor,
      family: model.family,
      version: model.version,
      maxInputTokens: model.maxInputTokens,
      allowed: this.allows(model),
    }));
  }

  async chat(
    { vendor, model: id, messages, tools }: WindowChat,
    { signal, onPiece }: { readonly signal: AbortSignal; readonly onPiece: (text: string) => void },
  ): Promise<WindowAnswer> {
    const name = modelName({ vendor, id });
    try {
      const [model] = this.parts.trusted() ? await this.parts.models.select({ vendor, id }) : [];
      if (model === undefined || !this.allows(model)) {
        // The host goes by an older list.
        this.changed.fire();
        return model === undefined
          ? { kind: 'failure', reason: 'not-lent', message: `This window has no language model ${name} any more.` }
          : {
              kind: 'failure',
              reason: 'not-lent',
              message: `Background tasks may not use ${name}: allow it in VS Code.`,
            };
      }
      const offered = tools.map(({ name: tool, description, parameters }) => ({
        name: tool,
        description,
        inputSchema: parameters,
      }));
      const answer: { text: string; calls: { id: string; name: string; arguments: unknown }[] } = {
        text: '',
        calls: [],
      };
      for await (const part of untilAborted(model.send(toEditorMessages(messages), offered, signal), signal)) {
        if (part.type === 'text') {
          answer.text += part.text;
          onPiece(part.text);
        } else {
          answer.calls.push({ id: part.id, name: part.name, arguments: part.input });
        }
      }
      if (signal.aborted) {
        return { kind: 'failure', reason: 'aborted', message: `The request to ${name} was cancelled.` };
      }
      const output = answer.text + (answer.calls.length === 0 ? '' : JSON.stringify(answer.calls));
      return { kind: 'answer', calls: answer.calls, ...(await outputTokens(model, output, signal)) };
    } catch (error) {
      if (signal.aborted) {
        return { kind: 'failure', reason: 'aborted', message: `The request to ${name} was cancelled.` };
      }
      const failed = modelFailure(name, error);
      if (failed.reason === 'not-lent') {
        // Only an answer to the person's own click makes the editor ask them, so their word to us is asked for again as well.
        await this.parts.consent.set({ vendor, id }, false);
      } else if (failed.reason === 'model-missing') {
        this.changed.fire();
      }
      return failed;
    }
  }

  dispose(): void {
    this.owned.dispose();
  }

  private allows(model: EditorModel): boolean {
    return this.parts.consent.has(model) && model.permitted;
  }

  private follow(): void {
    if (!this.following) {
      this.following = true;
      const { models, consent, onDidGrantTrust } = this.parts;
      const sources = [models.onDidChange, consent.onDidChange, onDidGrantTrust];
      sources.forEach((source) => this.owned.add(source(() => this.changed.fire())));
    }
  }
}

/**
 * Counted by the model itself, once for each answer. Of the prompt no count is given: what the provider makes of messages and tools is
 * more than their text, and nothing tells how much more.
 */
async function outputTokens(
  model: EditorModel,
  output: string,
  signal: AbortSignal,
): Promise<{ readonly outputTokens?: number }> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(countingMs)]);
  try {
    const count = await Promise.race([model.countTokens(output, late), aborted(late)]);
    return count !== undefined && Number.isSafeInteger(count) && count >= 0 ? { outputTokens: count } : {};
  } catch {
    return {};
  }
}

/** The same parts, ended at once by an abort, also where the provider goes on. */
async function* untilAborted<T>(parts: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = parts[Symbol.asyncIterator]();
  const end = aborted(signal);
  try {
    for (;;) {
      const next = iterator.next();
      // What it throws after the abort is of no interest any more.
      next.catch(() => undefined);
      const step = await Promise.race([next, end]);
      if (step === undefined || step.done === true) {
        return;
      }
      yield step.value;
    }
  } finally {
    iterator.return?.().catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(undefined);
    }
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
