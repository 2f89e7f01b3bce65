import * as z from 'zod';
import type { Message, ToolSpec } from '../../../core/models/languageModel.ts';

/** Tokens; no window comes near, and sums of such numbers stay exact. */
const mostTokens = 100_000_000;

/** Tokens. A number that no window can hold, or none at all, says nothing: it is unknown, and the answer still counts. */
const count = z.int().nonnegative().max(mostTokens).optional().catch(undefined);
const size = z.int().positive().max(mostTokens).optional().catch(undefined);

/** A piece of a call. All but the arguments come once as a rule; servers leave out or repeat any of it. */
const callPieceSchema = z.object({
  index: z.int().nonnegative().nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.unknown().optional() }).nullish(),
});

export type CallPiece = z.infer<typeof callPieceSchema>;

/** One event of a streamed answer. Thoughts have two names: `reasoning` (vLLM, Ollama), `reasoning_content` (llama.cpp and others). */
export const answerEventSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            reasoning: z.string().nullish(),
            reasoning_content: z.string().nullish(),
            tool_calls: z.array(callPieceSchema).nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish(),
});

export type AnswerEvent = z.infer<typeof answerEventSchema>;

/** `GET /models`. vLLM says its window, llama.cpp and LM Studio what the model was trained for. */
export const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      max_model_len: size,
      meta: z.object({ n_ctx_train: size }).nullish().catch(undefined),
    }),
  ),
});

export type ListedModel = z.infer<typeof modelsSchema>['data'][number];

/** `GET /props` of llama.cpp: the window of one of its slots. */
export const propsSchema = z.object({
  default_generation_settings: z.object({ n_ctx: z.int().positive().max(mostTokens) }),
});

/** `GET /api/v0/models` of LM Studio: the window that a loaded model was given. */
export const loadedSchema = z.object({ data: z.array(z.object({ id: z.string(), loaded_context_length: size })) });

type SentMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'tool'; readonly content: string; readonly tool_call_id: string }
  | {
      readonly role: 'assistant';
      readonly content: string;
      readonly tool_calls?: readonly {
        readonly id: string;
        readonly type: 'function';
        readonly function: { readonly name: string; readonly arguments: string };
      }[];
    };

/** Thoughts are left out: the API has no place for them, and templates drop those of earlier turns. */
export function toOpenaiMessage(message: Message): SentMessage {
  if (message.role === 'tool') {
    return { role: 'tool', content: message.content, tool_call_id: message.callId };
  }
  if (message.role !== 'assistant') {
    return { role: message.role, content: message.content };
  }
  const calls = (message.calls ?? []).map(({ id, name, arguments: given }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: JSON.stringify(asObject(given)) },
  }));
  return { role: 'assistant', content: message.content, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
}

export function toOpenaiTool({ name, description, parameters }: ToolSpec): unknown {
  return { type: 'function', function: { name, description, parameters } };
}

/** Templates read a history whose arguments are an object; what a model really sent is kept readable inside one. */
function asObject(given: unknown): unknown {
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? given : { value: given ?? null };
}
