import type { Message, ToolSpec } from '../../../core/models/languageModel.ts';

type TemplateRecord = Record<string, unknown>;

/** Messages in the words that chat templates share. */
export function toTemplateMessage(message: Message): TemplateRecord {
  if (message.role === 'tool') {
    return { role: 'tool', name: message.tool, tool_call_id: message.callId, content: message.content };
  }
  if (message.role !== 'assistant') {
    return { role: message.role, content: message.content };
  }
  const calls = message.calls ?? [];
  const thinking = message.thinking ?? '';
  return {
    role: 'assistant',
    content: message.content,
    ...(thinking === '' ? {} : { reasoning_content: thinking }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, arguments: given }) => ({
            type: 'function',
            id,
            function: { name, arguments: given ?? {} },
          })),
        }),
  };
}

export function toTemplateTool({ name, description, parameters }: ToolSpec): TemplateRecord {
  return { type: 'function', function: { name, description, parameters } };
}

/** For a model without a chat template: who speaks, then what is said, and last the one whose turn it is. */
export function plainPrompt(messages: readonly TemplateRecord[]): string {
  const spoken = messages.map(({ role, content }) => `${speaker(role)}: ${String(content)}\n\n`);
  return `${spoken.join('')}${speaker('assistant')}:`;
}

function speaker(role: unknown): string {
  const text = String(role);
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
