import { Emitter } from '../../../src/base/event.ts';
import type {
  EditorMessage,
  EditorModel,
  EditorModels,
  EditorPart,
  EditorTool,
} from '../../../src/vscode/models/editorModel.ts';

export type SentPart = Exclude<EditorPart, { type: 'result' }>;

export interface SentRequest {
  readonly messages: readonly EditorMessage[];
  readonly tools: readonly EditorTool[];
  readonly signal: AbortSignal;
}

/** The language models of an editor, answering as a test says. Keeps every request. */
export class MemoryModels implements EditorModels {
  private readonly changed = new Emitter<void>();
  private present: readonly EditorModel[] = [];
  private hidden = false;
  readonly requests: SentRequest[] = [];
  /** How often the editor was asked which models it has. */
  selections = 0;
  /** What a model says to a request. */
  answer: (request: SentRequest) => AsyncIterable<SentPart> = say({ type: 'text', text: 'OK' });
  count: (text: string) => Promise<number> = async (text) => text.length;

  readonly onDidChange = this.changed.event;

  /** A model of this editor whose answers are those of `answer`. */
  model(changes: Partial<EditorModel> = {}): EditorModel {
    return {
      id: 'one-2026',
      vendor: 'acme',
      family: 'one',
      version: '1',
      name: 'Acme One',
      maxInputTokens: 32_000,
      permitted: true,
      countTokens: (text) => this.count(text),
      send: (messages, tools, signal) => {
        const request = { messages, tools, signal };
        this.requests.push(request);
        return this.answer(request);
      },
      ...changes,
    };
  }

  put(...models: readonly EditorModel[]): void {
    this.present = models;
    this.changed.fire();
  }

  /** Takes all models away, or gives them back, without a word: so does the editor with those of an extension. */
  hide(hidden: boolean): void {
    this.hidden = hidden;
  }

  async select(of?: { readonly vendor: string; readonly id: string }): Promise<readonly EditorModel[]> {
    this.selections += 1;
    return (this.hidden ? [] : this.present).filter(
      ({ vendor, id }) => of === undefined || (vendor === of.vendor && id === of.id),
    );
  }
}

/** An answer of these parts, one after another. */
export function say(...parts: readonly SentPart[]): () => AsyncIterable<SentPart> {
  return async function* () {
    yield* parts;
  };
}
