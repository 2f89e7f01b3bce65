const mostFileLines = 20_000;
const mostWantedLines = 40;
const shownLines = 6;
const shownCharacters = 160;
const comparedCharacters = 200;

/**
 * One line for a model whose text was not found: the lines of the file that come nearest, with their numbers, quoted as
 * JSON so that white space shows. Bounded: the first 20,000 lines of the file against the first 40 of the wanted text.
 */
export function describeNearest(text: string, wanted: string): string {
  const lines = text.split('\n', mostFileLines);
  const wantedLines = trimEmptyEnds(wanted.split('\n').slice(0, mostWantedLines));
  if (text === '' || wantedLines.length === 0) {
    return text === ''
      ? 'The file is empty; write it as a whole.'
      : 'The old text is only white space; give a line with words.';
  }
  const hint = wantedLines.every((line) => /^\s*\d+\s*[|:\t]/.test(line)) ? ' Leave out the line numbers.' : '';
  const window = bestWindow(lines, wantedLines) ?? bestLine(lines, wantedLines);
  if (window === undefined) {
    return `Nothing in it is similar; read the file again.${hint}`;
  }
  const stretch = lines.slice(window, window + wantedLines.length);
  const different = stretch.findIndex((line, index) => line !== wantedLines[index]);
  // One line before the first that differs, to see where it is.
  const skipped = Math.max(0, different - 1);
  const shown = stretch
    .slice(skipped, skipped + shownLines)
    .map((line, index) => `line ${window + skipped + index + 1} ${JSON.stringify(line.slice(0, shownCharacters))}`);
  const why = whiteSpaceOnly(stretch, wantedLines);
  return `Nearest: ${shown.join(', ')}.${why} Copy the text exactly, with its white space.${hint}`;
}

/** Said where nothing but white space differs: a model does not see that by itself. */
function whiteSpaceOnly(stretch: readonly string[], wanted: readonly string[]): string {
  if (stretch.length !== wanted.length || stretch.some((line, index) => line.trim() !== wanted[index]?.trim())) {
    return '';
  }
  const indents = (lines: readonly string[]): string => lines.map((line) => /^\s*/.exec(line)?.[0] ?? '').join('');
  const tabs = indents(stretch).includes('\t') && !indents(wanted).includes('\t');
  const spaces = /^ +$/.test(indents(stretch)) && indents(wanted).includes('\t');
  return ` Only white space differs${tabs ? ': the file indents with tabs' : spaces ? ': the file indents with spaces' : ''}.`;
}

function trimEmptyEnds(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return first === -1 ? [] : lines.slice(first, last + 1);
}

/** Start of the stretch that has most of the wanted lines at their place, white space at the ends aside. */
function bestWindow(lines: readonly string[], wanted: readonly string[]): number | undefined {
  const scores = new Map<number, number>();
  const places = new Map<string, number[]>();
  wanted.forEach((line, index) => {
    const key = line.trim();
    if (key.length > 2) {
      places.set(key, [...(places.get(key) ?? []), index]);
    }
  });
  lines.forEach((line, index) => {
    for (const place of places.get(line.trim()) ?? []) {
      const start = index - place;
      scores.set(start, (scores.get(start) ?? 0) + 1);
    }
  });
  let best: { start: number; score: number } | undefined;
  for (const [start, score] of scores) {
    if (best === undefined || score > best.score) {
      best = { start, score };
    }
  }
  return best === undefined ? undefined : Math.max(0, best.start);
}

/** The line most like the longest wanted line, by the pairs of characters they share; undefined below a third. */
function bestLine(lines: readonly string[], wanted: readonly string[]): number | undefined {
  const longest = wanted.reduce((left, right) => (right.trim().length > left.trim().length ? right : left), '');
  const place = wanted.indexOf(longest);
  const pairs = characterPairs(longest);
  let best: { index: number; score: number } | undefined;
  lines.forEach((line, index) => {
    const score = similarity(pairs, characterPairs(line));
    if (score > 1 / 3 && (best === undefined || score > best.score)) {
      best = { index, score };
    }
  });
  return best === undefined ? undefined : Math.max(0, best.index - place);
}

function characterPairs(line: string): ReadonlySet<string> {
  const text = line.trim().slice(0, comparedCharacters);
  const pairs = new Set<string>();
  for (let at = 0; at < text.length - 1; at += 1) {
    pairs.add(text.slice(at, at + 2));
  }
  return pairs;
}

/** Dice coefficient of two sets, 0 to 1. */
function similarity(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0;
  for (const pair of left) {
    shared += right.has(pair) ? 1 : 0;
  }
  return left.size + right.size === 0 ? 0 : (2 * shared) / (left.size + right.size);
}
