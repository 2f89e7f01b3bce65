import { z } from 'zod';
import { type BodyMessage, countTokens } from '../ollama/chatBody.ts';

const callSchema = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().min(1),
    arguments: z.string().refine(isJsonObject, 'arguments must be a JSON object as text'),
  }),
});

const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string() }),
  z.strictObject({ role: z.literal('user'), content: z.string() }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.string().nullable(),
    tool_calls: z.array(callSchema).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content: z.string(), tool_call_id: z.string().min(1) }),
]);

/** A `/chat/completions` request with the fields that all four servers know. A client that sends others is wrong. */
export const openaiBodySchema = z.strictObject({
  model: z.string().min(1),
  messages: z.array(messageSchema).min(1),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/),
          description: z.string(),
          parameters: z.looseObject({ type: z.literal('object'), properties: z.record(z.string(), z.unknown()) }),
        }),
      }),
    )
    .min(1)
    .optional(),
  response_format: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('json_schema'),
        json_schema: z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/),
          schema: z.record(z.string(), z.unknown()),
          strict: z.boolean(),
        }),
      }),
      z.strictObject({ type: z.literal('json_object') }),
    ])
    .optional(),
  stream: z.literal(true),
  stream_options: z.strictObject({ include_usage: z.literal(true) }).optional(),
  max_tokens: z.int().positive(),
  temperature: z.number().min(0),
  seed: z.int(),
});

export type OpenaiBody = z.infer<typeof openaiBodySchema>;

/** The messages as the rules of order are written down for Ollama's own API. */
export function asOllamaMessages(body: OpenaiBody): BodyMessage[] {
  return body.messages.map((message) => {
    if (message.role !== 'assistant') {
      return message;
    }
    const calls = message.tool_calls?.map(({ id, function: called }) => ({
      id,
      function: { name: called.name, arguments: {} },
    }));
    return {
      role: 'assistant',
      content: message.content ?? '',
      ...(calls === undefined ? {} : { tool_calls: calls }),
    };
  });
}

/** Tokens as this server's tokenizer counts them: not the client's formula, on purpose. */
export function openaiPromptTokens(messages: OpenaiBody['messages'], tools: OpenaiBody['tools']): number {
  const offered = tools === undefined ? 0 : countTokens(JSON.stringify(tools));
  return messages.reduce((sum, message) => {
    const calls = message.role === 'assistant' ? JSON.stringify(message.tool_calls ?? '') : '';
    return sum + 4 + countTokens((message.content ?? '') + calls);
  }, offered);
}

/** What a server that cuts in silence keeps: system messages, the newest others that fit, at least the last. */
export function cutInSilence(body: OpenaiBody, window: number): { kept: OpenaiBody['messages']; count: number } {
  let kept = body.messages;
  for (let from = 1; openaiPromptTokens(kept, body.tools) > window && from < body.messages.length; from += 1) {
    kept = body.messages.filter((message, at) => message.role === 'system' || at >= from);
  }
  return { kept, count: Math.min(window, openaiPromptTokens(kept, body.tools)) };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
