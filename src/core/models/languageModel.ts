import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';

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

export type ModelFailure = Failure<ModelFailureReason>;

export type ModelProgress =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string };

export interface ModelInfo {
  readonly id: ModelId;
  /** Largest window the model can have, tokens; undefined when the server does not say. */
  readonly contextTokens?: number;
  readonly tools: boolean;
  readonly digest?: string;
  /** True when answers come from a recorded script: always shown to the user. */
  readonly replay: boolean;
}

export interface ChatOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ModelProgress) => void;
}

/** A model behind any server. Never throws for what a server does: failures are values. */
export interface LanguageModel {
  readonly id: ModelId;
  probe(signal: AbortSignal): Promise<Result<ModelInfo, ModelFailure>>;
  chat(request: ChatRequest, options: ChatOptions): Promise<Result<Turn, ModelFailure>>;
}
