import type { Task } from '../tasks/task.ts';
import { type GuardVerdict, go } from './guardVerdict.ts';

/** Prompts that the server may cut without a word: after the first, prompts are sized to what it has room for. */
const mostCuts = 1;

/** A model that does not see what it is told cannot do the work. */
export function cutPrompts({ id, served, settings }: Task): GuardVerdict {
  if (served === undefined || served.cuts <= mostCuts) {
    return go;
  }
  const room =
    served.window === undefined ? `to about ${served.cutTo ?? 0} tokens` : `to its window of ${served.window} tokens`;
  const message =
    `The model's server cut ${served.cuts} prompts ${room} without a word, ${settings.contextTokens} were asked for; ` +
    `give it a larger window (Ollama: OLLAMA_CONTEXT_LENGTH or num_ctx) and \`nightshift resume ${id}\`, or use a smaller model.`;
  return { kind: 'stop', guard: 'context-truncated', reason: { code: 'context-truncated', message } };
}
