/** A heading of a document. Lines count from 1. */
export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  readonly title: string;
  readonly line: number;
  /** Of the first line under it: a heading that is underlined takes two or more. */
  readonly bodyLine: number;
}

const fence = /^ {0,3}(`{3,}(?!.*`)|~{3,})/;
const hashes = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const underline = /^ {0,3}(=+|-+)[ \t]*$/;
/** What a line under it does not make a heading: lists, quotes, tables, HTML, code. */
const noParagraph = /^(?: {4}|\t| {0,3}(?:[-*+>|<]|\d+[.)]\s|#{1,6}\s|$))/;

/** Characters of a line that are looked at, and of a title that are kept: expressions go back and forth over what they look at. */
const longestLine = 1_000;
const longestTitle = 200;

/** The headings of a Markdown text, in both forms. What looks like one in front matter, code or a comment is none. */
export function markdownHeadings(lines: readonly string[]): Heading[] {
  const headings: Heading[] = [];
  let closing: RegExp | undefined;
  let paragraph: number | undefined;
  for (let index = frontMatterLines(lines); index < lines.length; index += 1) {
    const line = (lines[index] ?? '').slice(0, longestLine);
    if (closing !== undefined) {
      closing = closing.test(line) ? undefined : closing;
      continue;
    }
    closing = opened(line);
    const [, marks, title = ''] = hashes.exec(line) ?? [];
    if (closing !== undefined || marks !== undefined) {
      paragraph = undefined;
    }
    if (marks !== undefined) {
      headings.push({ level: marks.length, title: plainTitle(title), line: index + 1, bodyLine: index + 2 });
    } else if (closing === undefined) {
      const [, rule] = underline.exec(line) ?? [];
      if (rule !== undefined && paragraph !== undefined) {
        const title = plainTitle(lines.slice(paragraph, index).join(' '));
        headings.push({ level: rule.startsWith('=') ? 1 : 2, title, line: paragraph + 1, bodyLine: index + 2 });
        paragraph = undefined;
      } else if (paragraph === undefined) {
        paragraph = noParagraph.test(line) ? undefined : index;
      } else if (line.trim() === '' || noParagraph.test(line)) {
        paragraph = undefined;
      }
    }
  }
  return headings.filter(({ title }) => title !== '');
}

/** What ends the block that a line opens: a fence of at least its length, or the end of a comment. */
function opened(line: string): RegExp | undefined {
  const [, mark] = fence.exec(line) ?? [];
  if (mark !== undefined) {
    return new RegExp(`^ {0,3}${mark.charAt(0)}{${mark.length},}[ \\t]*$`);
  }
  return /^ {0,3}<!--/.test(line) && !line.includes('-->') ? /-->/ : undefined;
}

/** Lines of YAML or TOML at the start of a document, with the marks around them; 0 without. */
export function frontMatterLines(lines: readonly string[]): number {
  const mark = lines[0]?.trimEnd();
  if (mark !== '---' && mark !== '+++') {
    return 0;
  }
  const end = lines.findIndex(
    (line, index) => index > 0 && (line.trimEnd() === mark || (mark === '---' && line.trimEnd() === '...')),
  );
  return end + 1;
}

/** Without links, images, code marks, emphasis and the anchor that some tools write behind a title. */
function plainTitle(title: string): string {
  return title
    .slice(0, longestTitle)
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/\{#[^}]*\}\s*$/, '')
    .replace(/<[^>]*>/g, '')
    .replace(/`+|\*\*?|(?<!\w)__?|__?(?!\w)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
