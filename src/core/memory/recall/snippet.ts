import { splitWords } from './splitWords.ts';
import { wordRoot } from './wordRoot.ts';

export type CountTokens = (text: string) => number;

/**
 * The lines of a text that words of these roots stand in, with lines around them, in at most so many tokens; undefined where not even one
 * line has room. Says where the lines begin: `startLine` is that of the text's first.
 */
export function cutSnippet(
  text: string,
  startLine: number,
  roots: ReadonlySet<string>,
  tokens: number,
  count: CountTokens,
): { readonly text: string; readonly startLine: number; readonly endLine: number } | undefined {
  const lines = text.split('\n');
  if (count(text) <= tokens) {
    return { text, startLine, endLine: startLine + lines.length - 1 };
  }
  const fits = lines.map(
    (line) =>
      new Set(
        splitWords(line)
          .map(wordRoot)
          .filter((root) => roots.has(root)),
      ).size,
  );
  let first = fits.indexOf(Math.max(...fits));
  let last = first;
  let used = count(lines[first] ?? '') + 1;
  if (used > tokens) {
    return undefined;
  }
  // Grows to where more of the words are, else down: what follows a name tells more than what stands before it.
  for (;;) {
    const before = first > 0 ? count(lines[first - 1] ?? '') + 1 : Infinity;
    const after = last + 1 < lines.length ? count(lines[last + 1] ?? '') + 1 : Infinity;
    const up = (fits[first - 1] ?? 0) > (fits[last + 1] ?? 0) || after === Infinity;
    const cost = up ? before : after;
    if (used + cost > tokens) {
      break;
    }
    used += cost;
    if (up) {
      first -= 1;
    } else {
      last += 1;
    }
  }
  return { text: lines.slice(first, last + 1).join('\n'), startLine: startLine + first, endLine: startLine + last };
}
