import { plainLine } from '../../base/plainText.ts';

/** Characters of one line that was written by somebody else. */
const longest = 160;

/** What somebody else wrote, on one line of a timeline. */
export function line(text: string): string {
  return plainLine(text, longest);
}
