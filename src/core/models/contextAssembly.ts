import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { neutraliseChatTokens } from './chatTokens.ts';
import { nameHidden } from './hiddenCharacters.ts';
import type { Message, ToolSpec } from './languageModel.ts';
import { compactions, pairCalls, workedOnFiles } from './historyCompaction.ts';
import type { TokenEstimator } from './tokenEstimate.ts';

export interface ContextInput {
  readonly system: string;
  readonly goal: string;
  /** Plan or notes that stay in view; untrusted text is allowed. */
  readonly notes?: string;
  /** Assistant and tool messages of the run so far, oldest first, complete: elision is computed anew from it each time. */
  readonly history: readonly Message[];
  /** What is left of the budget, in a sentence; restated last, where a small model looks. */
  readonly budget: string;
  readonly tools?: readonly ToolSpec[];
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly estimate: TokenEstimator;
}

export interface AssembledContext {
  readonly messages: readonly Message[];
  readonly estimatedTokens: number;
  /** Parts of the history (tool results, long arguments, thoughts) that were replaced by a stub. */
  readonly elided: number;
}

/** Tokens that a chat template adds around a message. */
const messageOverhead = 6;

/** Characters of the goal repeated in the last message of a long run. */
const restatedGoal = 1_000;

/**
 * The messages of the next call, sized to fit the window. When the whole history does not fit, old parts become one-line
 * stubs, oldest first; the goal, the newest results and the list of files stay. What cannot fit even so is refused here,
 * before a server could drop the oldest messages silently.
 */
export function assembleMessages(input: ContextInput): Result<AssembledContext, Failure<'context-exceeded'>> {
  const paired = pairCalls(input.history);
  let smallest = 0;
  for (const { history, elided } of compactions(paired)) {
    const messages = frame(input, history, elided > 0 ? workedOnFiles(paired) : []);
    smallest = estimateRequest(messages, input.tools ?? [], input.estimate);
    if (fits(smallest, input)) {
      return ok({ messages, estimatedTokens: smallest, elided });
    }
  }
  return fail(
    failure(
      'context-exceeded',
      `The request needs about ${smallest} tokens but only ${room(input)} of the ${input.contextTokens}-token window are free; ` +
        'use a larger context window, or delegate a smaller goal.',
    ),
  );
}

function fits(estimated: number, window: Pick<ContextInput, 'contextTokens' | 'maxOutputTokens'>): boolean {
  return estimated <= room(window);
}

/** Estimated prompt tokens of a request: text, calls and tool definitions. */
export function estimateRequest(
  messages: readonly Message[],
  tools: readonly ToolSpec[],
  estimate: TokenEstimator,
): number {
  const spec = tools.length === 0 ? 0 : estimate(JSON.stringify(tools));
  return messages.reduce((sum, message) => sum + messageOverhead + estimate(messageText(message)), spec);
}

/** Tokens a prompt may take: a tenth of the window is kept for what the estimate gets wrong. */
function room(window: Pick<ContextInput, 'contextTokens' | 'maxOutputTokens'>): number {
  return Math.max(0, Math.floor(window.contextTokens * 0.9) - window.maxOutputTokens);
}

/** What a model reads of a message. */
export function messageText(message: Message): string {
  if (message.role !== 'assistant') {
    return message.content;
  }
  const calls = (message.calls ?? []).map((call) => `${call.name} ${JSON.stringify(call.arguments) ?? ''}`);
  return [message.thinking ?? '', message.content, ...calls].join('\n');
}

function frame(input: ContextInput, history: readonly Message[], files: readonly string[]): Message[] {
  const goal = harmless(input.goal);
  const notes = harmless(input.notes ?? '');
  const tail = [
    ...(files.length === 0 ? [] : [`Files worked on so far: ${files.map(harmless).join(', ')}`]),
    ...(notes === '' ? [] : [notes]),
    input.budget,
  ].filter((line) => line !== '');
  const system: Message = { role: 'system', content: input.system };
  if (history.length === 0) {
    return [system, { role: 'user', content: [goal, ...tail].join('\n\n') }];
  }
  const again = goal.length > restatedGoal ? `${goal.slice(0, restatedGoal)} …` : goal;
  return [
    system,
    { role: 'user', content: goal },
    ...history.map(neutralised),
    { role: 'user', content: [`The goal is still: ${again}`, ...tail].join('\n\n') },
  ];
}

/** Tool output is text from outside; a message of any other role is ours or the model's own. */
function neutralised(message: Message): Message {
  return message.role === 'tool' ? { ...message, content: harmless(message.content) } : message;
}

/** Text from outside as the model may see it: nothing in it opens a message, and nothing in it is hidden from a person. */
function harmless(text: string): string {
  return nameHidden(neutraliseChatTokens(text));
}
