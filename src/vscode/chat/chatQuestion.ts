/** What a person asks of the participant. */
export type ChatQuestion =
  | { readonly kind: 'delegate' | 'recall' | 'unclear'; readonly words: string }
  /** `task` is an id or words of a goal; absent means all, or the one that fits. */
  | { readonly kind: 'status' | 'review'; readonly task?: string }
  | { readonly kind: 'help' };

const names: ReadonlySet<string> = new Set(['delegate', 'status', 'review', 'recall', 'help']);
/** Only these may stand as a first word without a slash: nobody begins a wish with them and something else. */
const spoken = /^(status|help)[.!?]*$/i;

/**
 * Reads a prompt without any language model. What is no command is a wish, and is delegated; a question is not, since nobody who asks
 * one wants files changed by it.
 */
export function chatQuestion(command: string | undefined, prompt: string): ChatQuestion {
  const typed = /^\/([a-z]+)(?:\s+|$)/.exec(prompt.trim());
  const named = command ?? (typed !== null && names.has(typed[1] ?? '') ? typed[1] : undefined);
  const words = (command === undefined && named !== undefined ? prompt.trim().slice(typed?.[0].length) : prompt).trim();
  if (named === 'status' || named === 'review') {
    return words === '' ? { kind: named } : { kind: named, task: words };
  }
  if (named === 'help' || (words === '' && named === undefined)) {
    return { kind: 'help' };
  }
  if (named === 'delegate' || named === 'recall') {
    return { kind: named, words };
  }
  const [, alone] = spoken.exec(words) ?? [];
  if (alone !== undefined) {
    return alone.toLowerCase() === 'help' ? { kind: 'help' } : { kind: 'status' };
  }
  return { kind: words.endsWith('?') ? 'unclear' : 'delegate', words };
}
