import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { ModelAccess } from './modelAccess.ts';
import type { ModelFacts } from './modelFacts.ts';

/** `driver:name`, for example `ollama:qwen3:8b` or `replay:/path/to/script.json`. */
export interface ModelId {
  readonly driver: string;
  readonly name: string;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** As the model gave it, parsed from JSON; validated by the tool's schema before use. */
  readonly arguments: unknown;
}

export type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | {
      readonly role: 'assistant';
      readonly content: string;
      readonly thinking?: string;
      readonly calls?: readonly ToolCall[];
    }
  | { readonly role: 'tool'; readonly callId: string; readonly tool: string; readonly content: string };

/** A tool as offered to a model: flat JSON Schema parameters. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ChatRequest {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  /** JSON Schema that the answer's text must fit; never together with tools, whose grammar would fight it. */
  readonly format?: Readonly<Record<string, unknown>>;
  /** The window asked for, in tokens (`num_ctx`); always sent. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly temperature: number;
  readonly seed: number;
}

export interface Usage {
  /** Tokens as the server counted them; missing means unknown, never zero. */
  readonly prompt?: number;
  readonly output?: number;
}

export interface Turn {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly ToolCall[];
  readonly finish: 'stop' | 'length' | 'calls';
  readonly usage: Usage;
  readonly milliseconds: number;
}

export type ModelFailureReason =
  | 'unreachable'
  | 'model-missing'
  | 'tools-unsupported'
  /** The server cannot hold an answer to a schema. */
  | 'format-unsupported'
  /** The model belongs to an editor, and no window is there to ask it, or its user has not agreed yet. */
  | 'window-needed'
  | 'rejected'
  /** The server says that the prompt is longer than its window. */
  | 'context-exceeded'
  | 'busy'
  | 'crashed'
  | 'interrupted'
  | 'malformed'
  /** The server could not read the tool call that the model wrote: the model is to blame, and may do better when it is told. */
  | 'malformed-call'
  | 'timeout'
  | 'aborted'
  | 'script-ended';

export interface ModelFailure extends Failure<ModelFailureReason> {
  /** How long the server wishes to be left alone, milliseconds; absent where it does not say. */
  readonly retryAfterMs?: number;
}

export type ModelProgress =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string };

export interface ModelInfo {
  readonly id: ModelId;
  /** Largest window the model can have, tokens; undefined when the server does not say. */
  readonly contextTokens?: number;
  readonly tools: boolean;
  /** Whether its server can hold an answer to a JSON schema; undefined when it does not say. */
  readonly schema?: boolean;
  readonly digest?: string;
  readonly facts?: ModelFacts;
  /** True when answers come from a recorded script: always shown to the user. */
  readonly replay: boolean;
}

export interface ChatOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ModelProgress) => void;
}

export interface ReserveWish {
  /** The window that the request was assembled for, tokens. */
  readonly contextTokens: number;
  /** Ends the wait at once. */
  readonly signal: AbortSignal;
  /** Says what it waits for, in one line; again when that changes. */
  readonly onWait?: (message: string) => void;
}

/** Leave to send requests now, one after the other. Released when nothing more is to come of them. */
export interface Reservation {
  /** The window to send, tokens: what was wished, or the larger one that the model is loaded with. */
  readonly contextTokens: number;
  readonly chat: LanguageModel['chat'];
  readonly release: () => void;
}

/** A model behind any server. Never throws for what a server does: failures are values. */
export interface LanguageModel {
  readonly id: ModelId;
  /** Set for a model that can be asked only at times: whoever asks it waits for that first. */
  readonly access?: ModelAccess;
  probe(signal: AbortSignal): Promise<Result<ModelInfo, ModelFailure>>;
  /** Where the server is shared, this waits for its turn as part of the call. */
  chat(request: ChatRequest, options: ChatOptions): Promise<Result<Turn, ModelFailure>>;
  /** Waits for a turn at the server ahead of the call; undefined when the signal ended the wait. Absent where nobody waits. */
  reserve?(wish: ReserveWish): Promise<Reservation | undefined>;
  /** Tokens of the window that the server has given the model, which may be less than was asked for; absent where no server says. */
  servedWindow?(signal: AbortSignal): Promise<number | undefined>;
}
