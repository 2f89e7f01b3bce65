/**
 * The words of a command line as a shell splits them; undefined when it needs a shell for anything but quotes. Globs stay as
 * they are: the runners this is for expand them themselves.
 */
export function shellWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (const character of line.trim()) {
    if (quote !== undefined) {
      if (character === quote) {
        quote = undefined;
      } else if (quote === '"' && /[$`\\!]/.test(character)) {
        return undefined;
      } else {
        word = (word ?? '') + character;
      }
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/[|&;<>()$`\\#!~\n]/.test(character)) {
      return undefined;
    } else if (/\s/.test(character)) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) {
    return undefined;
  }
  return word === undefined ? words : [...words, word];
}
