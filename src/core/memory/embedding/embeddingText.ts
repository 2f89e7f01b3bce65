import type { Chunk } from '../sourceFacts.ts';

/** Characters of a token, of code as well as of prose, where a tokenizer has many words; a text of fewer per token is cut by the model. */
const charactersPerToken = 6;

/** Of the text before a chunk, that much at most: a path of a thousand letters says no more than its end. */
const longestHeader = 300;

/**
 * What of a chunk is given to a model: where it stands and what it is called, then its text, so that the words of a path count. Not
 * longer than what the model can take, as a rule: more would only be sent to be thrown away.
 */
export function embeddingText(owner: string, chunk: Pick<Chunk, 'symbol' | 'text'>, maxTokens: number): string {
  const named = /^(commit|episode):/.test(owner) ? '' : owner;
  const header = [named, chunk.symbol ?? ''].filter((part) => part !== '').join(' ');
  const start = header === '' ? '' : `${header.slice(-longestHeader)}\n`;
  return `${start}${chunk.text}`.slice(0, maxTokens * charactersPerToken).replace(/[\uD800-\uDBFF]$/, '');
}
