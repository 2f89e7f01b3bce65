import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { neutraliseChatTokens } from './chatTokens.ts';
import { nameHidden } from './hiddenCharacters.ts';
import { elide, elidedParts, type Elision, elisions, nothingElided, pairCalls } from './historyCompaction.ts';
import type { Message, ToolSpec } from './languageModel.ts';
import type { TokenEstimator } from './tokenEstimate.ts';

/** The most that the fixed parts of a prompt may take, in tokens: small local models lose their way in long instructions. */
export const fixedTokens = { system: 1_500, tools: 1_200 };

/** What a request says. Text in it may be from outside. */
export interface Prompt {
  readonly system: string;
  /** The first message: the goal with its context. */
  readonly opening: string;
  /** The goal alone, restated last. */
  readonly goal: string;
  /** The plan that the agent works by; empty without one. */
  readonly plan: string;
  /** Assistant and tool messages of the run so far, oldest first, complete: what is left out is decided anew each time. */
  readonly history: readonly Message[];
  /** What was done to which file, a line each: told once parts of the history are left out. */
  readonly files: readonly string[];
  /** What is left of the budget, in a sentence. */
  readonly budget: string;
}

/** The room for it. */
export interface PromptRoom {
  readonly tools: readonly ToolSpec[];
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** Tokens that a prompt of this server has room for, where it once turned out to be less than was asked for. */
  readonly mostPromptTokens?: number;
  readonly estimate: TokenEstimator;
}

export interface AssembledContext {
  readonly messages: readonly Message[];
  readonly estimatedTokens: number;
  readonly elision: Elision;
}

/** Tokens that a chat template adds around a message. */
const messageOverhead = 6;

/** Characters of the goal repeated in the last message of a long run. */
const restatedGoal = 1_000;

/**
 * The messages of the next call, sized to fit the window. When the whole history does not fit, its old parts are left out, oldest
 * first; the goal, the plan, the budget, the list of files and the newest answer stay. What cannot fit even so is refused here,
 * before a server could drop the oldest messages silently.
 */
export function assembleMessages(
  prompt: Prompt,
  room: PromptRoom,
): Result<AssembledContext, Failure<'context-exceeded'>> {
  const history = pairCalls(prompt.history).map(neutralised);
  const estimate = remembering(room.estimate);
  let messages: readonly Message[] = [];
  let estimatedTokens = 0;
  for (const elision of elisions(history)) {
    messages = frame(prompt, history, elision);
    estimatedTokens = estimateRequest(messages, room.tools, estimate);
    if (estimatedTokens <= promptRoom(room)) {
      return ok({ messages, estimatedTokens, elision });
    }
  }
  return fail(failure('context-exceeded', refusal(messages, estimatedTokens, room)));
}

/** The same messages again, from what the trace has of the elision. */
export function composeMessages(prompt: Prompt, elision: Elision = nothingElided): readonly Message[] {
  return frame(prompt, pairCalls(prompt.history).map(neutralised), elision);
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
export function promptRoom(room: Omit<PromptRoom, 'tools' | 'estimate'>): number {
  const free = Math.max(0, Math.floor(room.contextTokens * 0.9) - room.maxOutputTokens);
  return Math.min(free, room.mostPromptTokens ?? free);
}

/** What a model reads of a message. */
export function messageText(message: Message): string {
  if (message.role !== 'assistant') {
    return message.content;
  }
  const calls = (message.calls ?? []).map((call) => `${call.name} ${JSON.stringify(call.arguments) ?? ''}`);
  return [message.thinking ?? '', message.content, ...calls].join('\n');
}

function frame(prompt: Prompt, history: readonly Message[], elision: Elision): Message[] {
  const opening = harmless(prompt.opening);
  const parts = [...restated(prompt, elision), harmless(prompt.plan), prompt.budget].filter((part) => part !== '');
  const system: Message = { role: 'system', content: prompt.system };
  if (history.length === 0) {
    return [system, { role: 'user', content: [opening, ...parts].join('\n\n') }];
  }
  const goal = harmless(prompt.goal);
  const again = goal.length > restatedGoal ? `${goal.slice(0, restatedGoal)} …` : goal;
  return [
    system,
    { role: 'user', content: opening },
    ...elide(history, elision),
    { role: 'user', content: [`The goal is still: ${again}`, ...parts].join('\n\n') },
  ];
}

/** What stands in for the parts of the history that are not there. */
function restated({ files, history }: Prompt, elision: Elision): string[] {
  if (elidedParts(elision) === 0 && history.length > 0) {
    return [];
  }
  const dropped = elision.dropped === 0 ? '' : 'The first steps of your work are left out here.';
  const done =
    files.length === 0 ? '' : `What you have done so far:\n${files.map((line) => `- ${harmless(line)}`).join('\n')}`;
  return [dropped, done];
}

/** One line: how much is lacking, what takes the room, the way out. */
function refusal(messages: readonly Message[], needed: number, room: PromptRoom): string {
  const size = (part: readonly Message[]): number => estimateRequest(part, [], room.estimate);
  const parts: readonly (readonly [string, number])[] = [
    ['the tools', estimateRequest([], room.tools, room.estimate)],
    ['the instructions', size(messages.slice(0, 1))],
    ['the goal with its context', size(messages.slice(1, 2))],
    ['the last step', size(messages.slice(2, -1))],
    ['what is restated at the end', size(messages.slice(2).slice(-1))],
  ];
  const [largest, tokens] = parts.reduce((most, part) => (part[1] > most[1] ? part : most));
  const window =
    room.mostPromptTokens === undefined
      ? `${room.contextTokens}-token window are free`
      : `${room.contextTokens}-token window asked for are free, as the server has less than that`;
  return (
    `The request needs about ${needed} tokens but only ${promptRoom(room)} of the ${window}; ` +
    `most of it is ${largest} (${tokens}). Use a larger context window (--context-tokens, nightshift.contextTokens), or delegate a smaller goal.`
  );
}

/** A candidate repeats nearly all messages of the one before it. */
function remembering(estimate: TokenEstimator): TokenEstimator {
  const known = new Map<string, number>();
  return (text) => {
    const tokens = known.get(text) ?? estimate(text);
    known.set(text, tokens);
    return tokens;
  };
}

/** Tool output is text from outside; a message of any other role is ours or the model's own. */
function neutralised(message: Message): Message {
  return message.role === 'tool' ? { ...message, content: harmless(message.content) } : message;
}

/** Text from outside as the model may see it: nothing in it opens a message, and nothing in it is hidden from a person. */
function harmless(text: string): string {
  return nameHidden(neutraliseChatTokens(text));
}
