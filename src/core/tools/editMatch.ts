/** How loosely text was found: exactly, or by whole lines with something set aside. */
export type EditMatch = 'exact' | 'trim-end' | 'trim' | 'punctuation';

/** A place in a text, and what is to stand there. */
export interface LineMatch {
  readonly match: Exclude<EditMatch, 'exact'>;
  /** Offsets in the text: whole lines, and the last one's end where the wanted text had one. */
  readonly start: number;
  readonly end: number;
  /** The replacement as it fits the file: its indentation, and its own bytes where a line stays. */
  readonly replacement: string;
}

export type LineSearch =
  | { readonly kind: 'found'; readonly found: LineMatch }
  /** Lines, from 1, where it could be meant. */
  | { readonly kind: 'ambiguous'; readonly lines: readonly number[] }
  | { readonly kind: 'none' };

/** Letters and digits that a text must have to be looked for loosely: a lone bracket stands anywhere. */
const fewestCharacters = 4;

const rungs: readonly (readonly [LineMatch['match'], (line: string) => string])[] = [
  ['trim-end', (line) => line.trimEnd()],
  ['trim', (line) => line.trim()],
  ['punctuation', (line) => plainPunctuation(line).trim()],
];

/**
 * The one place where the lines of `wanted` stand in `text` with white space at their ends, then their indentation, then the kind of
 * quotes and dashes set aside; both with `\n` ends. The first rung with any place decides: more than one are none. Where the
 * indentation differs, the replacement gets the file's, if that can be told for each of its lines; else there is no match.
 */
export function findLines(text: string, wanted: string, replacement: string): LineSearch {
  if (wanted.replace(/[^\p{L}\p{N}]/gu, '').length < fewestCharacters) {
    return { kind: 'none' };
  }
  const wholeEnd = wanted.endsWith('\n');
  const wantedLines = (wholeEnd ? wanted.slice(0, -1) : wanted).split('\n');
  const lines = text.split('\n');
  for (const [match, plain] of rungs) {
    const places = placesOf(lines.map(plain), wantedLines.map(plain));
    const [place, ...others] = places;
    if (place === undefined) {
      continue;
    }
    if (others.length > 0) {
      return { kind: 'ambiguous', lines: places.map((at) => at + 1) };
    }
    const present = lines.slice(place, place + wantedLines.length);
    const fitted = fit(present, wantedLines, replacement, match);
    if (fitted === undefined) {
      return { kind: 'none' };
    }
    const start = lines.slice(0, place).reduce((sum, line) => sum + line.length + 1, 0);
    const end = start + present.join('\n').length;
    const takesEnd = wholeEnd && end < text.length;
    const without = wholeEnd && !takesEnd ? fitted.replace(/\n$/, '') : fitted;
    return { kind: 'found', found: { match, start, end: takesEnd ? end + 1 : end, replacement: without } };
  }
  return { kind: 'none' };
}

const listed = 10;

function placesOf(lines: readonly string[], wanted: readonly string[]): readonly number[] {
  const places: number[] = [];
  for (let at = 0; at + wanted.length <= lines.length && places.length < listed; at += 1) {
    if (wanted.every((line, index) => line === lines[at + index])) {
      places.push(at);
    }
  }
  return places;
}

/** Lines that stay keep the file's own bytes; the others get the file's indentation. Undefined where that cannot be told. */
function fit(
  present: readonly string[],
  wanted: readonly string[],
  replacement: string,
  match: LineMatch['match'],
): string | undefined {
  const lines = replacement.split('\n');
  const most = Math.min(lines.length, wanted.length);
  let top = 0;
  while (top < most && lines[top] === wanted[top]) {
    top += 1;
  }
  let bottom = 0;
  while (bottom < most - top && lines[lines.length - 1 - bottom] === wanted[wanted.length - 1 - bottom]) {
    bottom += 1;
  }
  const indent = match === 'trim-end' ? (line: string) => line : indentation(present, wanted);
  const changed = lines.slice(top, lines.length - bottom).map((line) => indent?.(line));
  return changed.every((line) => line !== undefined)
    ? [...present.slice(0, top), ...changed, ...present.slice(present.length - bottom)].join('\n')
    : undefined;
}

/** From a line as the model indents to one as the file does; undefined where the two indent the same lines in ways that do not fit. */
function indentation(
  present: readonly string[],
  wanted: readonly string[],
): ((line: string) => string | undefined) | undefined {
  const known = new Map<string, string>();
  for (const [index, line] of wanted.entries()) {
    const from = leading(line);
    const to = leading(present[index] ?? '');
    if (line.trim() !== '' && known.has(from) && known.get(from) !== to) {
      return undefined;
    }
    if (line.trim() !== '') {
      known.set(from, to);
    }
  }
  const added = shift(known);
  return (line) => {
    const from = leading(line);
    const rest = line.slice(from.length);
    if (rest === '') {
      return '';
    }
    const to = known.get(from) ?? (added === undefined ? undefined : added(from));
    return to === undefined ? undefined : to + rest;
  };
}

/** The same white space put before, or taken from, every indentation that is known: then it goes for the others too. */
function shift(known: ReadonlyMap<string, string>): ((from: string) => string | undefined) | undefined {
  const pairs = [...known];
  const [first] = pairs;
  if (first === undefined) {
    return undefined;
  }
  const [from, to] = first;
  if (to.endsWith(from)) {
    const prefix = to.slice(0, to.length - from.length);
    return pairs.every(([left, right]) => right === prefix + left) ? (indent) => prefix + indent : undefined;
  }
  if (from.endsWith(to)) {
    const prefix = from.slice(0, from.length - to.length);
    return pairs.every(([left, right]) => left === prefix + right)
      ? (indent) => (indent.startsWith(prefix) ? indent.slice(prefix.length) : undefined)
      : undefined;
  }
  return undefined;
}

function leading(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Quotes, dashes and spaces that editors and models put in place of those of code. */
function plainPunctuation(line: string): string {
  return line
    .replace(/[\u2018\u2019\u201A\u201B\u2032]/g, "'")
    .replace(/[\u201C\u201D\u201E\u201F\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u00A0\u2002-\u200A\u202F\u205F\u3000]/g, ' ')
    .replace(/\u2026/g, '...');
}
