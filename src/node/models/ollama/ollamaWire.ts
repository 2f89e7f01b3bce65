import type { Message as OllamaMessage, Tool as OllamaTool } from 'ollama/browser';
import * as z from 'zod';
import type { Message, ToolSpec } from '../../../core/models/languageModel.ts';
import { type ModelFacts, parameterCount } from '../../../core/models/modelFacts.ts';

/** Tokens; no window comes near, and sums of such numbers stay exact. */
const mostTokens = 100_000_000;

/** Tokens. A number that no window can hold, or none at all, says nothing: it is unknown, and the answer still counts. */
const count = z.int().nonnegative().max(mostTokens).optional().catch(undefined);

const callSchema = z.object({
  id: z.string().optional(),
  function: z.object({ name: z.string(), arguments: z.unknown().optional() }),
});

/** One line of a streamed `/api/chat` answer; counts are absent when the server does not know them. */
export const answerChunkSchema = z.object({
  message: z
    .object({
      content: z.string().nullish(),
      thinking: z.string().nullish(),
      tool_calls: z.array(callSchema).nullish(),
    })
    .optional(),
  done: z.boolean().default(false),
  done_reason: z.string().optional(),
  prompt_eval_count: count,
  eval_count: count,
});

export type AnswerChunk = z.infer<typeof answerChunkSchema>;

export const versionSchema = z.object({ version: z.string() });

/** What is of another type than expected is unknown, and the rest still counts. */
const detailsSchema = z
  .object({
    family: z.string().optional().catch(undefined),
    parameter_size: z.string().optional().catch(undefined),
    quantization_level: z.string().optional().catch(undefined),
  })
  .optional()
  .catch(undefined);

/** `capabilities` is absent before server 0.6.4; the template tells then. */
export const showSchema = z.object({
  capabilities: z.array(z.string()).optional(),
  template: z.string().optional(),
  details: detailsSchema,
  model_info: z.record(z.string(), z.unknown()).optional(),
});

export type ShowAnswer = z.infer<typeof showSchema>;

export const tagsSchema = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        digest: z.string().optional(),
        size: z.number().nonnegative().optional().catch(undefined),
        capabilities: z.array(z.string()).optional(),
      }),
    )
    .nullish(),
});

/** Loaded models; `size_vram` is what of one lies in the memory of a graphics card. Old servers do not say how long the window is. */
export const loadedSchema = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        size_vram: z.number().nonnegative().optional().catch(undefined),
        context_length: count,
      }),
    )
    .nullish(),
});

export function offersTools(show: Pick<ShowAnswer, 'capabilities' | 'template'>): boolean {
  return show.capabilities?.includes('tools') ?? show.template?.includes('.Tools') ?? false;
}

/** The window the model was trained for, tokens; the key carries the architecture's name. */
export function trainedContext(show: ShowAnswer): number | undefined {
  const architecture = show.model_info?.['general.architecture'];
  const length = show.model_info?.[`${typeof architecture === 'string' ? architecture : ''}.context_length`];
  const plausible = typeof length === 'number' && Number.isInteger(length) && length > 0 && length <= mostTokens;
  return plausible ? length : undefined;
}

/** `bytes` is what the list of models says of its size. */
export function modelFacts({ details, capabilities, model_info: info = {} }: ShowAnswer, bytes?: number): ModelFacts {
  const exact = info['general.parameter_count'];
  const parameters = typeof exact === 'number' && exact > 0 ? exact : parameterCount(details?.parameter_size ?? '');
  const cacheBytes = cacheBytesPerToken(info);
  return {
    ...(parameters === undefined ? {} : { parameters }),
    ...(bytes === undefined || bytes === 0 ? {} : { bytes }),
    ...(details?.quantization_level ? { quantization: details.quantization_level } : {}),
    ...(details?.family ? { family: details.family } : {}),
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
    ...(capabilities === undefined ? {} : { completes: capabilities.includes('completion') }),
  };
}

/** Layers × heads with a key and a value of their own × length of both × 2 bytes; undefined where the server does not say all. */
function cacheBytesPerToken(info: Readonly<Record<string, unknown>>): number | undefined {
  const of = (name: string): number => {
    const value = info[`${String(info['general.architecture'])}.${name}`];
    return typeof value === 'number' && value > 0 && value < mostTokens ? value : Number.NaN;
  };
  const length = of('embedding_length') / of('attention.head_count');
  const known = (value: number): number => (Number.isNaN(value) ? length : value);
  const both = known(of('attention.key_length')) + known(of('attention.value_length'));
  const bytes = of('block_count') * of('attention.head_count_kv') * both * 2;
  return Number.isFinite(bytes) ? bytes : undefined;
}

type SentCall = NonNullable<OllamaMessage['tool_calls']>[number] & { id: string };
type SentMessage = OllamaMessage & { tool_calls?: SentCall[]; tool_call_id?: string };

/** A fresh copy in the server's words: the package changes what it is given. */
export function toOllamaMessage(message: Message): SentMessage {
  if (message.role === 'tool') {
    return { role: 'tool', content: message.content, tool_name: message.tool, tool_call_id: message.callId };
  }
  if (message.role !== 'assistant') {
    return { role: message.role, content: message.content };
  }
  const calls = message.calls ?? [];
  return {
    role: 'assistant',
    content: message.content,
    ...(message.thinking === undefined || message.thinking === '' ? {} : { thinking: message.thinking }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, arguments: given }) => ({
            id,
            function: { name, arguments: asObject(given) },
          })),
        }),
  };
}

export function toOllamaTool(tool: ToolSpec): OllamaTool {
  return {
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: { ...tool.parameters } },
  };
}

/** The server refuses a history whose arguments are no object; what a model really sent is kept readable inside one. */
function asObject(given: unknown): Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? { ...given } : { value: given ?? null };
}
