/** A comment that asks for work. `line` counts from 0 within the lines that were searched. */
export interface TodoComment {
  readonly line: number;
  /** How many lines the comment has. */
  readonly length: number;
  readonly keyword: 'TODO' | 'FIXME' | 'HACK';
  /** The comment's words from the keyword on, on one line. */
  readonly text: string;
}

const lead = String.raw`(?://+|#+|/\*+|<!--|--|;+|%+|\*)`;
const todo = new RegExp(String.raw`^(.*?)(${lead})\s*(?:@?)\b(TODO|FIXME|HACK)\b(.*)$`);
const longestComment = 6;
const longestLine = 2_000;

/** Finds the comments among `lines` whose keyword stands in capitals behind a comment sign; plain words never match. */
export function findTodoComments(lines: readonly string[], first: number, last: number): readonly TodoComment[] {
  const found: TodoComment[] = [];
  for (let line = first; line <= Math.min(last, lines.length - 1); line += 1) {
    const comment = readComment(lines, line);
    if (comment !== undefined) {
      found.push(comment);
    }
  }
  return found;
}

function readComment(lines: readonly string[], line: number): TodoComment | undefined {
  const start = (lines[line] ?? '').slice(0, longestLine);
  const match = todo.exec(start);
  const [, before = '', sign = '', keyword, rest = ''] = match ?? [];
  if (keyword !== 'TODO' && keyword !== 'FIXME' && keyword !== 'HACK') {
    return undefined;
  }
  const words = [`${keyword}${rest}`];
  // A comment behind code stands for itself; one on lines of its own can go on.
  const most = before.trim() === '' ? longestComment : 1;
  while (words.length < most && !closes(words.at(-1) ?? '')) {
    const next = continuation((lines[line + words.length] ?? '').slice(0, longestLine), sign);
    if (next === undefined) {
      break;
    }
    words.push(next);
  }
  return { line, length: words.length, keyword, text: words.map(tidy).filter(Boolean).join(' ') };
}

/** The words of a line that goes on with a comment that `sign` began; a new keyword, an empty or a code line ends it. */
function continuation(line: string, sign: string): string | undefined {
  const trimmed = line.trim();
  const own = sign.startsWith('/*') ? '*' : sign;
  if (!trimmed.startsWith(own) || sign === '<!--' || todo.test(line)) {
    return undefined;
  }
  const words = trimmed.slice(own.length).replace(/^[/*#;%-]+/, '');
  return tidy(words) === '' ? undefined : words;
}

function closes(words: string): boolean {
  return words.includes('*/') || words.includes('-->');
}

function tidy(words: string): string {
  return words
    .replace(/\s*(\*\/|-->).*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}
