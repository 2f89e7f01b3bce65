import { plainLine } from './plainText.ts';

/** Characters. */
const longest = 100;

/**
 * What was given as an address and is none, for a message: without a query, and not at all where a user name or a password may be
 * in it, which cannot be told apart from the rest of what is no address.
 */
export function shownAddress(text: string): string {
  const [start = ''] = text.trim().split(/[?#]/, 1);
  return text.includes('@') ? 'What was given' : `"${plainLine(start, longest)}"`;
}
