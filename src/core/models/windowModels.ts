import type { Event } from '../../base/event.ts';
import type { Result } from '../../base/result.ts';
import type { LentModel, WindowChat } from '../../protocol/modelLending.ts';
import type { MissingAccess } from './modelAccess.ts';
import type { ModelFailure, ToolCall, Usage } from './languageModel.ts';

/** What a window answered, as it came: ids of calls may be empty or twice. */
export interface WindowTurn {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly usage: Usage;
}

/** A question without the model's name, which only the window that is asked knows in full. */
export type WindowQuestion = Pick<WindowChat, 'messages' | 'tools'>;

export interface WindowChatOptions {
  readonly signal: AbortSignal;
  /** Called with each piece of the text. What it throws ends the request and is thrown on. */
  readonly onPiece: (text: string) => void;
}

/** The models that windows of the editor lend to this host. Names are `VENDOR/ID` or `VENDOR/FAMILY`. */
export interface WindowModels {
  /** Why the model cannot be asked now; undefined when it can. */
  missing(name: string): MissingAccess | undefined;
  /** Tokens that the model takes that would be asked now; undefined when none can be. */
  room(name: string): number | undefined;
  readonly onDidChange: Event<void>;
  /** The model as a window describes it. Waits a moment for windows that have not told yet what they lend. */
  find(name: string, signal: AbortSignal): Promise<Result<LentModel, ModelFailure>>;
  chat(name: string, question: WindowQuestion, options: WindowChatOptions): Promise<Result<WindowTurn, ModelFailure>>;
}

/** `copilot/gpt-4o` → its two parts; undefined where one is empty. Names may have slashes of their own. */
export function parseWindowModel(name: string): { readonly vendor: string; readonly model: string } | undefined {
  const slash = name.indexOf('/');
  const vendor = name.slice(0, Math.max(0, slash));
  const model = name.slice(slash + 1);
  return vendor === '' || model === '' ? undefined : { vendor, model };
}

/** How well a lent model fits a name: by its id, by its family, not at all. */
export function fitOf(name: string, model: LentModel): 'id' | 'family' | undefined {
  const wanted = parseWindowModel(name);
  if (wanted?.vendor !== model.vendor) {
    return undefined;
  }
  return wanted.model === model.id ? 'id' : wanted.model === model.family ? 'family' : undefined;
}
