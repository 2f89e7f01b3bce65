import type { FoundSecret } from './secretRules.ts';

const mark = /-----(BEGIN|END) (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;

/** Characters that a key's body has between its two lines: base 64, line ends also as JSON escapes, numbers of lines, quotes. */
const body = /[A-Za-z0-9+/=\s\\|,:"'-]/;

/** Characters of the longest body that is looked for. */
const longest = 20_000;

/** Private keys in PEM form, also those of which only the beginning or only the end is there. */
export function privateKeys(text: string): readonly FoundSecret[] {
  const marks = [...text.matchAll(mark)].map((match) => ({
    opens: match[1] === 'BEGIN',
    start: match.index,
    end: match.index + match[0].length,
  }));
  const found: FoundSecret[] = [];
  let covered = 0;
  marks.forEach(({ opens, start, end }, index) => {
    if (start < covered) {
      return;
    }
    const next = marks[index + 1];
    const from = opens ? start : bodyStart(text, start, covered);
    const closed = opens && next !== undefined && !next.opens && next.start - end <= longest;
    covered = closed ? next.end : opens ? bodyEnd(text, end, next?.start ?? text.length) : end;
    found.push({ start: from, end: covered, rule: 'private-key' });
  });
  return found;
}

function bodyEnd(text: string, from: number, limit: number): number {
  let end = from;
  while (end < Math.min(limit, from + longest) && body.test(text.charAt(end))) {
    end += 1;
  }
  return end;
}

function bodyStart(text: string, from: number, limit: number): number {
  let start = from;
  while (start > Math.max(limit, from - longest) && body.test(text.charAt(start - 1))) {
    start -= 1;
  }
  return start;
}
