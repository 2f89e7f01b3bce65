import * as z from 'zod';
import type { TraceEvent } from '../traceEvent.ts';
import type { Attributes, Span } from './span.ts';

/** What people, models, tools and repositories wrote: in spans only where the user asked for it. */
export function contentOf(event: TraceEvent): Attributes {
  switch (event.type) {
    case 'task-created':
      return { 'nightshift.goal': event.data.goal };
    case 'model-answered': {
      const { text, thinking, calls, finish } = event.data;
      const parts = [
        ...(thinking === '' ? [] : [{ type: 'reasoning', content: thinking }]),
        ...(text === '' ? [] : [{ type: 'text', content: text }]),
        ...calls.map(toolCallPart),
      ];
      const reason = finish === 'calls' ? 'tool_call' : finish;
      return { 'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts, finish_reason: reason }]) };
    }
    case 'tool-called':
      return { 'gen_ai.tool.call.arguments': JSON.stringify(event.data.arguments) };
    case 'tool-returned':
      return { 'gen_ai.tool.call.result': event.data.output };
    case 'call-refused':
      return { 'gen_ai.tool.name': event.data.call.name, 'nightshift.message': event.data.reason.message };
    case 'plan-made':
      return { 'nightshift.plan': event.data.steps };
    case 'notice-given':
      return { 'nightshift.message': event.data.text };
    case 'guard-tripped':
      return { 'nightshift.message': event.data.reason.message };
    case 'run-ended':
      return { 'nightshift.summary': event.data.summary };
    case 'sandbox-ended':
      return { 'nightshift.sandbox.cause': event.data.cause };
    case 'changeset-imported':
      return { 'nightshift.paths': event.data.changeset.files.map((file) => file.path) };
    case 'policy-judged':
      return {
        'nightshift.paths.refused': event.data.judgement.refused.map((item) => `${item.path}: ${item.rule}`),
        'nightshift.paths.protected': event.data.judgement.protected.map((item) => `${item.path}: ${item.rule}`),
      };
    case 'proof-started':
      return { 'nightshift.proof.command': event.data.command };
    case 'proof-ended':
      return { 'nightshift.message': event.data.proof.reason };
    case 'vote-cast':
      return { 'nightshift.message': event.data.reason };
    default:
      return {};
  }
}

const callSchema = z.object({ id: z.string(), name: z.string(), arguments: z.unknown() });

/** The exact request of a model call, as it is kept beside the trace; what the conventions have no name for is left out. */
const requestSchema = z.object({
  messages: z.array(
    z.union([
      z.object({ role: z.enum(['system', 'user']), content: z.string() }),
      z.object({ role: z.literal('assistant'), content: z.string(), calls: z.array(callSchema).optional() }),
      z.object({ role: z.literal('tool'), callId: z.string(), content: z.string() }),
    ]),
  ),
  tools: z.array(z.unknown()),
  maxOutputTokens: z.int().optional(),
  seed: z.int().optional(),
});

type RequestMessage = z.infer<typeof requestSchema>['messages'][number];

/** Puts the exact requests of model calls into their spans, where content was asked for. One that is not there any more is left out. */
export async function withRequests(
  spans: readonly Span[],
  getArtifact: (sha256: string) => Promise<Uint8Array | undefined>,
): Promise<Span[]> {
  const filled: Span[] = [];
  for (const span of spans) {
    const bytes = span.requestArtifact === undefined ? undefined : await getArtifact(span.requestArtifact);
    const content = bytes === undefined ? {} : requestContent(new TextDecoder().decode(bytes));
    filled.push({ ...span, attributes: { ...span.attributes, ...content } });
  }
  return filled;
}

/** Attributes from the JSON text of a request; none for a text that is no request. */
function requestContent(text: string): Attributes {
  const parsed = requestSchema.safeParse(parsedJson(text));
  if (!parsed.success) {
    return {};
  }
  const { messages, tools, maxOutputTokens, seed } = parsed.data;
  const system = messages.filter((message) => message.role === 'system');
  const others = messages.filter((message) => message.role !== 'system');
  return {
    'gen_ai.system_instructions': JSON.stringify(system.map(({ content }) => ({ type: 'text', content }))),
    'gen_ai.input.messages': JSON.stringify(others.map(messageParts)),
    'gen_ai.tool.definitions': JSON.stringify(tools),
    'gen_ai.request.max_tokens': maxOutputTokens,
    'gen_ai.request.seed': seed,
  };
}

function messageParts(message: RequestMessage): object {
  if (message.role === 'tool') {
    const part = { type: 'tool_call_response', id: message.callId, response: message.content };
    return { role: 'tool', parts: [part] };
  }
  const text = message.content === '' ? [] : [{ type: 'text', content: message.content }];
  const calls = message.role === 'assistant' ? (message.calls ?? []) : [];
  return { role: message.role, parts: [...text, ...calls.map(toolCallPart)] };
}

function toolCallPart(call: z.infer<typeof callSchema>): object {
  return { type: 'tool_call', id: call.id, name: call.name, arguments: call.arguments };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
