import { z } from 'zod';

const callSchema = z.strictObject({
  id: z.string().optional(),
  function: z.strictObject({
    index: z.int().optional(),
    name: z.string().min(1),
    arguments: z.record(z.string(), z.unknown()),
  }),
});

const messageSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string(),
  thinking: z.string().optional(),
  images: z.array(z.base64()).optional(),
  tool_calls: z.array(callSchema).optional(),
  tool_name: z.string().optional(),
  tool_call_id: z.string().optional(),
});

const int = z.int();
const number = z.number();

/** A `/api/chat` request with every field the server knows. The server ignores others; a client that sends them is wrong. */
export const chatBodySchema = z.strictObject({
  model: z.string().min(1),
  messages: z.array(messageSchema),
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
    .optional(),
  format: z.union([z.literal('json'), z.record(z.string(), z.unknown())]).optional(),
  options: z
    .strictObject({
      num_ctx: int.positive(),
      num_predict: int,
      num_keep: int,
      seed: int,
      temperature: number,
      top_k: int,
      top_p: number,
      min_p: number,
      typical_p: number,
      repeat_last_n: int,
      repeat_penalty: number,
      presence_penalty: number,
      frequency_penalty: number,
      stop: z.array(z.string()),
      num_batch: int,
      num_gpu: int,
      main_gpu: int,
      use_mmap: z.boolean(),
      num_thread: int,
    })
    .partial()
    .optional(),
  stream: z.boolean().optional(),
  keep_alive: z.union([z.string(), z.number()]).optional(),
  think: z.union([z.boolean(), z.enum(['low', 'medium', 'high', 'max'])]).optional(),
  truncate: z.boolean().optional(),
  shift: z.boolean().optional(),
  logprobs: z.boolean().optional(),
  top_logprobs: int.min(0).max(20).optional(),
});

export type ChatBody = z.infer<typeof chatBodySchema>;
export type BodyMessage = ChatBody['messages'][number];

/** What is wrong with the order of the messages, by the rules of strict servers; undefined when it is legal. */
export function illegalOrder(messages: readonly BodyMessage[]): string | undefined {
  let open: { id: string | undefined; name: string }[] = [];
  for (const [at, message] of messages.entries()) {
    if (message.role === 'tool') {
      const found = open.findIndex((call) =>
        message.tool_call_id === undefined ? call.name === message.tool_name : call.id === message.tool_call_id,
      );
      if (found === -1) {
        return `message ${at}: a tool result without its call`;
      }
      open.splice(found, 1);
      continue;
    }
    if (open.length > 0) {
      return `message ${at}: ${open.length} calls before it have no result`;
    }
    if (message.role === 'system' && at > 0) {
      return `message ${at}: a system message after the first`;
    }
    if (message.tool_calls !== undefined && message.role !== 'assistant') {
      return `message ${at}: calls by ${message.role}`;
    }
    open = (message.tool_calls ?? []).map((call) => ({ id: call.id, name: call.function.name }));
  }
  if (open.length > 0) {
    return `${open.length} calls at the end have no result`;
  }
  const last = messages.at(-1)?.role;
  return last === 'user' || last === 'tool' || last === undefined ? undefined : `the last message is by ${last}`;
}

/** Tokens as this server's tokenizer counts them: not the client's formula, on purpose. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 3.5);
}

export function promptTokens(body: Pick<ChatBody, 'messages' | 'tools'>): number {
  const tools = body.tools === undefined ? 0 : countTokens(JSON.stringify(body.tools));
  return body.messages.reduce(
    (sum, message) => sum + 4 + countTokens(message.content + JSON.stringify(message.tool_calls ?? '')),
    tools,
  );
}

/**
 * What the server keeps of a prompt that is too long: system messages and the newest others that fit, at least the last
 * message; and the count it reports, half the window when even that is too long.
 */
export function cutToWindow(body: ChatBody, window: number): { kept: BodyMessage[]; count: number } {
  const { messages } = body;
  let from = 0;
  let kept = [...messages];
  while (promptTokens({ ...body, messages: kept }) > window && from < messages.length - 1) {
    from += 1;
    kept = messages.filter((message, at) => message.role === 'system' || at >= from);
  }
  const count = promptTokens({ ...body, messages: kept });
  return { kept, count: count > window ? Math.floor(window / 2) + 2 : count };
}
