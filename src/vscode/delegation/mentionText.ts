/** The last word of a text, where it asks for a file (`@`) or a symbol (`#`). */
export interface Mention {
  readonly sign: '@' | '#';
  readonly words: string;
  /** Index of the sign. */
  readonly start: number;
}

/** A number behind `#` is one of an issue and asks for nothing. */
export function openMention(text: string): Mention | undefined {
  const match = /(?:^|\s)([@#])(\S*)$/.exec(text);
  const [, sign, words = ''] = match ?? [];
  if ((sign !== '@' && sign !== '#') || (sign === '#' && /^\d+$/.test(words))) {
    return undefined;
  }
  return { sign, words, start: text.length - words.length - 1 };
}

/** The text with the chosen name in place of the mention. Where nothing else was said the piece alone says it all. */
export function closeMention(text: string, name: string): string {
  const mention = openMention(text);
  const before = mention === undefined ? text : text.slice(0, mention.start);
  return before.trim() === '' ? '' : `${before}${name} `;
}

/** The text with the sign behind it, so that what is typed next is looked for. */
export function beginMention(text: string, sign: Mention['sign']): string {
  return text === '' || /\s$/.test(text) ? `${text}${sign}` : `${text} ${sign}`;
}

/**
 * The best paths for what was typed, letters in order and in any case: those whose name begins with it, then has it, then whose
 * path has it, then whose letters come in this order; shorter ones first.
 */
export function rankPaths(paths: readonly string[], words: string, most: number): readonly string[] {
  const wanted = words.toLowerCase().replaceAll('\\', '/');
  return paths
    .map((path) => ({ path, rank: rankOf(path.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank < noMatch)
    .sort((one, other) => one.rank - other.rank || one.path.length - other.path.length || compare(one.path, other.path))
    .slice(0, most)
    .map(({ path }) => path);
}

const noMatch = 4;

function rankOf(path: string, wanted: string): number {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name.startsWith(wanted)) {
    return 0;
  }
  return name.includes(wanted) ? 1 : path.includes(wanted) ? 2 : hasInOrder(path, wanted) ? 3 : noMatch;
}

function hasInOrder(path: string, wanted: string): boolean {
  let from = 0;
  return Array.from(wanted).every((letter) => {
    const found = path.indexOf(letter, from);
    from = found + letter.length;
    return found >= 0;
  });
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
