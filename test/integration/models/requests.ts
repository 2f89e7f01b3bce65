import type { ChatRequest, Message } from '../../../src/core/models/languageModel.ts';

const readFileTool = {
  name: 'read_file',
  description: 'Reads a file.',
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

const finishTool = {
  name: 'finish',
  description: 'Ends the task.',
  parameters: { type: 'object', properties: { summary: { type: 'string' } }, required: ['summary'] },
};

const start: readonly Message[] = [
  { role: 'system', content: 'You fix code.' },
  { role: 'user', content: 'Fix the sum.' },
];

/** A legal request with one user message; frozen all through, so that a driver that changes it fails. */
export function chatRequest(change: Partial<ChatRequest> = {}): ChatRequest {
  return deepFreeze({
    messages: start,
    tools: [readFileTool, finishTool],
    contextTokens: 8_192,
    maxOutputTokens: 1_024,
    temperature: 0.1,
    seed: 7,
    ...change,
  });
}

/** The messages of a run after answers with one `read_file` call each. */
export function historyOf(answers: number): readonly Message[] {
  const rounds = Array.from({ length: answers }, (_, at): Message[] => [
    {
      role: 'assistant',
      content: `Step ${at}.`,
      calls: [{ id: `call_old_${at}`, name: 'read_file', arguments: { path: `file${at}.js` } }],
    },
    { role: 'tool', callId: `call_old_${at}`, tool: 'read_file', content: `content of file${at}.js: return a - b;` },
  ]);
  return [...start, ...rounds.flat()];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
