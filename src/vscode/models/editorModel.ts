import { t } from '@vscode/l10n';
import type { Event } from '../../base/event.ts';

/** A part of a message as `vscode.lm` has them. */
export type EditorPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly id: string; readonly name: string; readonly input: object }
  | { readonly type: 'result'; readonly id: string; readonly text: string };

/** There are only two roles: what a system says is said by the user. */
export interface EditorMessage {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly EditorPart[];
}

export interface EditorTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
}

/** Why the editor's own question, where it has one, says that the model is wanted. */
export const justification = t('Background tasks that you delegate to Nightshift with this model ask it.');

/** A language model of the editor. */
export interface EditorModel {
  readonly id: string;
  readonly vendor: string;
  readonly family: string;
  readonly version: string;
  /** For people. */
  readonly name: string;
  /** Tokens of one request. */
  readonly maxInputTokens: number;
  /** The editor lets us ask it without a question of its own to the person. */
  readonly permitted: boolean;
  /** By the model's own counter. */
  countTokens(text: string, signal: AbortSignal): Promise<number>;
  /** Text and calls as they come. Throws what the editor or the provider throws; an abort cancels the provider's token. */
  send(
    messages: readonly EditorMessage[],
    tools: readonly EditorTool[],
    signal: AbortSignal,
  ): AsyncIterable<Exclude<EditorPart, { type: 'result' }>>;
}

/** The language models of this editor. Asking starts the extensions that provide them. */
export interface EditorModels {
  select(of?: { readonly vendor: string; readonly id: string }): Promise<readonly EditorModel[]>;
  readonly onDidChange: Event<void>;
}

/** `VENDOR/ID`: what a model is called in a setting, behind `vscode:`. */
export function modelName({ vendor, id }: Pick<EditorModel, 'vendor' | 'id'>): string {
  return `${vendor}/${id}`;
}
