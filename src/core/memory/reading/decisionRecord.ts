import type { DecisionFact } from '../sourceFacts.ts';
import { frontMatterLines, type Heading, markdownHeadings } from './markdownHeadings.ts';

/** Folders that hold records of decisions: `doc/adr`, `docs/decisions`, `architecture/decision-records`. */
const recordFolder = /^(?:adrs?|decisions?|(?:architecture-?)?decision-?(?:records?|log)|rfcs?)$/i;

/** What such a folder holds besides records. */
const aboutRecords = /^(?:readme|index|template|.*[-_.]template|template[-_.].*)\.[^.]+$/i;

const recordName = /^adr[-_ ]?\d+/i;

const decisionTitle = /^(?:(?:the )?decision(?:s| outcome| taken)?|outcome|resolution)\b/i;
const statusTitle = /^status\b/i;
/** Numbers and marks before a title: `ADR-0007: `, `7. `, `[0007] `. */
const numbered = /^(?:\[?(?:adr|rfc)?[-_ #]*\d+\]?\s*[.:)–—-]?\s*|adr\s*:\s*)/i;
/** `Status: accepted`, `* Status: accepted`, `**Status:** accepted`, `| Status | accepted |`. */
const statusLine =
  /^\s*(?:[-*+|]\s*)?(?:\*\*|__)?status(?:\s*:\s*(?:\*\*|__)?|(?:\*\*|__)\s*:|\s*\|)\s*(.+?)\s*\|?\s*$/i;

/** Characters of a line that may say a status: the expression goes back and forth over blanks. */
const longestStatus = 200;

/** Characters of the decision that are kept. */
const mostDecision = 4_000;

/** True for a path that by its folder or name is a record of a decision. */
export function isDecisionPath(path: string): boolean {
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  if (!/\.(?:md|mdx|markdown|txt|adoc|rst)$/i.test(name) || aboutRecords.test(name)) {
    return false;
  }
  return recordName.test(name) || folders.some((folder) => recordFolder.test(folder));
}

/** True for a document that has the parts of a record, wherever it lies: a status and a decision, under headings of their own. */
export function hasDecisionForm(lines: readonly string[]): boolean {
  const headings = markdownHeadings(lines);
  const titles = headings.map(({ title }) => title.replace(numbered, ''));
  const context = titles.some((title) => /^(?:context|problem|background)\b/i.test(title));
  return context && titles.some((title) => decisionTitle.test(title)) && statusOf(lines, headings) !== undefined;
}

/** Reads the forms of Nygard (a heading for each part) and MADR (front matter or a list before the first part). */
export function readDecision(path: string, lines: readonly string[]): DecisionFact {
  const headings = markdownHeadings(lines);
  const title = headings.find(({ level }) => level === 1)?.title ?? headings[0]?.title ?? nameOf(path);
  const status = statusOf(lines, headings);
  const decision = headings.find((heading) => decisionTitle.test(heading.title.replace(numbered, '')));
  return {
    title: title.replace(numbered, '') || title,
    ...(status === undefined ? {} : { status }),
    decision: decision === undefined ? '' : bodyOf(lines, headings, decision).slice(0, mostDecision),
  };
}

/** In words as they are written, in lower case: `accepted`, `superseded by ADR-0009`. */
function statusOf(lines: readonly string[], headings: readonly Heading[]): string | undefined {
  const heading = headings.find(({ title }) => statusTitle.test(title));
  if (heading !== undefined) {
    const said = bodyOf(lines, headings, heading).split('\n')[0] ?? '';
    return plainStatus(said) ?? plainStatus(heading.title.replace(/^status\s*:?/i, ''));
  }
  const front = lines.slice(0, frontMatterLines(lines));
  const opening = lines.slice(front.length, front.length + 30);
  for (const line of [...front, ...opening]) {
    const [, said] = statusLine.exec(line.slice(0, longestStatus)) ?? [];
    if (said !== undefined) {
      return plainStatus(said);
    }
  }
  return undefined;
}

function plainStatus(said: string): string | undefined {
  const plain = said
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*[-*+>]\s+/, '')
    .replace(/["'`*_{}]/g, '')
    .trim()
    .toLowerCase();
  return plain === '' ? undefined : plain.slice(0, 100);
}

/** What stands under a heading and under those inside of it, without blank lines around it. */
function bodyOf(lines: readonly string[], headings: readonly Heading[], heading: Heading): string {
  const next = headings.find(({ line, level }) => line > heading.line && level <= heading.level);
  return lines
    .slice(heading.bodyLine - 1, (next?.line ?? lines.length + 1) - 1)
    .join('\n')
    .trim();
}

/** `docs/adr/0007-use-sqlite.md` → `use sqlite`. */
function nameOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '');
  return name.replace(numbered, '').replace(/[-_]+/g, ' ').trim() || name;
}
