/** A line that stands for code which was left out. */
export interface Placeholder {
  /** From 1, in the new text. */
  readonly line: number;
  readonly text: string;
}

/** The words of a comment, whatever marks it: `//`, `#`, `--`, `;`, `%`, `/* *\/`, `<!-- -->`, `{/* *\/}`, `"""`, `(* *)`. */
const comment =
  /^\s*(?:\/\/+|#+|--+|;+|%+|'|\/\*+|\*+(?!\/)|<!--|\{\s*\/\*+|"""|\(\*)\s*(?<words>.*?)\s*(?:\*+\/\s*\}?|-->|"""|\*\))?\s*$/u;

const dots = String.raw`(?:\.{3,}|…)`;
const thing = String.raw`(?:code|file|function|functions|method|methods|class|classes|content|contents|implementation|implementations|logic|imports?|lines?|tests?|test cases?|body|module|script|definitions?|fields?|properties|routes?|styles?|rules?|markup|html|items?|entries|cases?)`;
const how = String.raw`(?:existing|previous|original|remaining|other|same|unchanged|current|above|earlier|old)`;
const stays = String.raw`(?:(?:is|are|stays?|remains?|left|kept)\s+)?(?:the\s+same|unchanged|as\s+(?:is|it\s+was|they\s+were|before)|as\s+above|untouched|unmodified|goes?\s+here|here|omitted(?:\s+for\s+brevity)?|not\s+shown)`;
const where = String.raw`(?:\s+(?:of|in|from)\s+(?:the|this|your)\s+[\w ]{1,30})?`;

/** "... existing code ...", "... rest of the file ..." */
const dotted = new RegExp(
  `^${dots}\\s*(?:\\(?(?:the\\s+)?(?:rest|${how})\\b[\\w ,'-]{0,60}\\)?)\\s*(?:${dots}|[.:])?$`,
  'iu',
);

/** Whole comments only: one that says something more is a comment about the code. */
const leftOut: readonly RegExp[] = [
  dotted,
  // "rest of the code", "the remaining methods stay the same", with or without dots behind
  new RegExp(
    `^(?:the\\s+)?(?:rest|remainder)\\s+of\\s+(?:the|your|this)?\\s*(?:${how}\\s+)?${thing}${where}(?:\\s+${stays})?\\s*(?:${dots}|[.:])?$`,
    'iu',
  ),
  new RegExp(
    `^(?:the\\s+|all\\s+)*${how}\\s+(?:${how}\\s+)?${thing}${where}\\s*(?:${stays}\\s*(?:${dots}|[.:])?|${dots})$`,
    'iu',
  ),
  new RegExp(`^(?:the\\s+)?rest\\s+${stays}\\s*(?:${dots}|[.:])?$`, 'iu'),
  new RegExp(`^(?:${how}\\s+)?${thing}\\s+(?:${stays})\\s*(?:${dots}|[.:])?$`, 'iu'),
  new RegExp(
    `^(?:keep|leave|same)\\s+(?:the\\s+|all\\s+)*(?:rest(?:\\s+of\\s+(?:the|your|this)\\s+${thing})?|${how}\\s+${thing}|as\\s+before)(?:\\s+${stays})?\\s*(?:${dots}|[.:])?$`,
    'iu',
  ),
  /^\[(?:no\s+changes?|unchanged)\]$/iu,
  new RegExp(`^(?:no\\s+changes?|unchanged)\\s*(?:here|below|above|${dots})\\s*(?:${dots}|[.:])?$`, 'iu'),
];

/**
 * The first comment of `after` that stands for code of `before` which `after` no longer has. Small models write one in place of what
 * they do not change; in a file it deletes that. Undefined where the comment stood there before, or where no line is missing. In a file of
 * prose, where the marks of comments are headings and lists, only words between dots count.
 */
export function findPlaceholder(before: string, after: string, path = ''): Placeholder | undefined {
  const present = trimmedLines(before);
  const kept = new Set(trimmedLines(after));
  const known = new Set(present);
  if (present.every((line) => line === '' || kept.has(line))) {
    return undefined;
  }
  const patterns = prose.test(path) ? [dotted] : leftOut;
  const lines = after.split('\n');
  const line = lines.findIndex((text) => !known.has(text.trim()) && isPlaceholder(text, patterns));
  return line === -1 ? undefined : { line: line + 1, text: (lines[line] ?? '').trim().slice(0, 120) };
}

const prose = /\.(?:md|mdx|markdown|rst|adoc|txt)$/i;

function isPlaceholder(line: string, patterns: readonly RegExp[]): boolean {
  if (line.length > 200) {
    return false;
  }
  const words = comment.exec(line)?.groups?.['words'] ?? '';
  return words !== '' && patterns.some((pattern) => pattern.test(words));
}

function trimmedLines(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim());
}
