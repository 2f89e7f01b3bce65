import type { ChatRequest, Message } from '../../../core/models/languageModel.ts';
import { toOpenaiMessage, toOpenaiTool } from './openaiWire.ts';

/** How an answer is held to a schema, strongest first: by the server, as any JSON, by words alone. */
const formatModes = ['json_schema', 'json_object', 'words'] as const;

/** What a server is asked for. A server that refuses one of these is asked without, and from then on. */
export interface Asking {
  readonly usage: boolean;
  readonly format: (typeof formatModes)[number];
}

export const firstAsking: Asking = { usage: true, format: 'json_schema' };

/** What to ask for after a refusal in these words; undefined when they are about something else. */
export function afterRefusal(asking: Asking, request: ChatRequest, words: string): Asking | undefined {
  if (asking.usage && /stream_options|include_usage/i.test(words)) {
    return { ...asking, usage: false };
  }
  const weaker = formatModes[formatModes.indexOf(asking.format) + 1];
  return request.format !== undefined &&
    weaker !== undefined &&
    /response.?format|json.?(schema|object)|grammar|guided|structured/i.test(words)
    ? { ...asking, format: weaker }
    : undefined;
}

/** Body of `POST /chat/completions`, as text. The window is not in it: it is the server's own. */
export function chatBody(model: string, request: ChatRequest, asking: Asking): string {
  const { format } = request;
  return JSON.stringify({
    model,
    messages: toldMessages(request, asking).map(toOpenaiMessage),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toOpenaiTool) }),
    ...(format === undefined ? {} : responseFormat(format, asking)),
    stream: true,
    ...(asking.usage ? { stream_options: { include_usage: true } } : {}),
    max_tokens: request.maxOutputTokens,
    temperature: request.temperature,
    seed: request.seed,
  });
}

function responseFormat(schema: NonNullable<ChatRequest['format']>, { format }: Asking): object {
  if (format === 'words') {
    return {};
  }
  const held = format === 'json_schema' ? { json_schema: { name: 'answer', schema, strict: true } } : {};
  return { response_format: { type: format, ...held } };
}

/** Where the server does not hold the answer to the schema, the model is told it, at the end: templates want roles to alternate. */
function toldMessages({ messages, format }: ChatRequest, asking: Asking): readonly Message[] {
  const last = messages.at(-1);
  if (format === undefined || asking.format === 'json_schema' || last === undefined) {
    return messages;
  }
  const told = `Answer with one JSON value that fits this JSON Schema, and nothing else:\n${JSON.stringify(format)}`;
  return last.role === 'assistant'
    ? [...messages, { role: 'user', content: told }]
    : [...messages.slice(0, -1), { ...last, content: `${last.content}\n\n${told}` }];
}
