import { estimateRequest, messageText } from './contextAssembly.ts';
import type { ChatRequest, Message } from './languageModel.ts';
import { type CallTokens, isWholePrompt, type TokenEstimator } from './tokenEstimate.ts';

/** What of a request becomes the prompt. */
export type Prompt = Pick<ChatRequest, 'messages' | 'tools'>;

/** A call that was made, as the next one is compared with it. */
export interface SentPrompt {
  readonly prompt: Prompt;
  readonly tokens: CallTokens;
}

/**
 * Estimated tokens at the start of `next` that stood at the start of `previous` too: what a server that keeps its cache does not
 * work on again. Other tools leave nothing, as templates describe them first.
 */
export function commonPrefixTokens(previous: Prompt, next: Prompt, estimate: TokenEstimator): number {
  if (JSON.stringify(previous.tools) !== JSON.stringify(next.tools)) {
    return 0;
  }
  const { messages } = next;
  const different = messages.findIndex((message, at) => !isSame(message, previous.messages[at]));
  const common = different === -1 ? messages : messages.slice(0, different);
  const partly = commonPart(previous.messages[common.length], messages[common.length]);
  return estimateRequest(partly === undefined ? common : [...common, partly], next.tools, estimate);
}

/** The common prefix with the call before in the same run, in tokens; zeros where there is none or it says nothing. */
export interface SentBefore {
  readonly estimated: number;
  /** As the server counted the prompt of that call. */
  readonly counted: number;
}

export function alreadySentTokens(
  previous: SentPrompt | undefined,
  next: Prompt,
  estimate: TokenEstimator,
): SentBefore {
  if (previous === undefined) {
    return nothingSent;
  }
  const { prompt, tokens } = previous;
  const estimated = estimateRequest(prompt.messages, prompt.tools, estimate);
  // A prompt that was cut is another one than we know, and so is what the cache holds of it.
  if (estimated === 0 || !isWholePrompt(estimated, tokens.prompt)) {
    return nothingSent;
  }
  const common = commonPrefixTokens(prompt, next, estimate);
  return { estimated: common, counted: Math.round((common * tokens.prompt) / estimated) };
}

export const nothingSent: SentBefore = { estimated: 0, counted: 0 };

function isSame(one: Message, other: Message | undefined): boolean {
  return one === other || (other !== undefined && JSON.stringify(one) === JSON.stringify(other));
}

/** The start that two messages share, as a message; undefined when they share none. */
function commonPart(one: Message | undefined, other: Message | undefined): Message | undefined {
  if (one === undefined || other === undefined || one.role !== other.role) {
    return undefined;
  }
  const texts = [messageText(one), messageText(other)] as const;
  const length = commonLength(...texts);
  return length === 0 ? undefined : { role: 'user', content: texts[0].slice(0, length) };
}

function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one[length] === other[length]) {
    length += 1;
  }
  return length;
}
