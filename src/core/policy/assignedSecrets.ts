import { isSecretPhrase, isSecretValue, isUnquotedSecret } from './secretValues.ts';
import type { FoundSecret } from './secretRules.ts';

/** What a name ends with that holds a secret, for example `db_password` or `apiKey`. */
export const secretName =
  '(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|account[_-]?key|credentials?|connection[_-]?string)';

/**
 * A name, what stands between it and its value, and the quote that the value begins with. More of the name may follow. Quotes may
 * be escaped, as they are in JSON within JSON; the value may stand on the next line.
 */
const heads = new RegExp(
  `${secretName}(?<more>[\\w-]{0,20})(?:\\\\{0,4}["'\`]?\\]?[ \\t]{0,8}(?::=|=>|=|:)[ \\t]{0,8}(?<broken>\\\\?\\r?\\n[ \\t]{0,16})?` +
    `|(?<=(?<![\\w-])--[\\w-]{1,60})[ \\t]{1,8})(?<escapes>\\\\{0,4})(?<quote>["'\`]?)`,
  'gi',
);

const unquotedEnd = /[\s"'`,;(){}[\]<>\\]/g;
const shortestUnquoted = 6;
const shortestAssigned = 8;

/**
 * Values of names that say that they are secret, whole however long they are: `password = "x"`, `--password x`. Takes time in
 * proportion to the text: stretches without quotes are walked once, and those in quotes end where the next one of their kind begins.
 */
export function assignedSecrets(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  let covered = 0;
  let runEnd = 0;
  for (const match of text.matchAll(heads)) {
    const start = match.index + match[0].length;
    if (start < covered) {
      continue;
    }
    const { more = '', broken, escapes = '', quote = '' } = match.groups ?? {};
    let end: number;
    if (quote === '') {
      if (start >= runEnd) {
        runEnd = endOf(text, start);
      }
      end = runEnd;
      const spaced = /[ \t]$/.test(match[0]) && !/[=:>]/.test(match[0]);
      if (end - start < (spaced ? shortestUnquoted : shortestAssigned) || !isValue(text, start, end, broken)) {
        continue;
      }
    } else {
      const closed = closingQuote(text, start, quote, escapes.length);
      end = closed.end;
      const value = text.slice(start, end);
      const isSecret = closed.whole
        ? isSecretValue(value) || (more === '' && isSecretPhrase(value))
        : isUnquotedSecret(value);
      if (!isSecret) {
        continue;
      }
    }
    found.push({ start, end, rule: 'assigned' });
    covered = end;
  }
  return found;
}

/** What is called or indexed is code; on the next line, so is what has a value of its own. */
function isValue(text: string, start: number, end: number, broken: string | undefined): boolean {
  const isCode = /[([]/.test(text.charAt(end)) || (broken !== undefined && /[:=]/.test(text.charAt(end - 1)));
  return !isCode && isUnquotedSecret(text.slice(start, end));
}

function endOf(text: string, start: number): number {
  unquotedEnd.lastIndex = start;
  return unquotedEnd.exec(text)?.index ?? text.length;
}

/** Where the quoted value ends: before its quote and the escapes of that; not `whole` where its line ends first. */
function closingQuote(
  text: string,
  start: number,
  quote: string,
  escapes: number,
): { readonly end: number; readonly whole: boolean } {
  let slashes = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\n' || character === '\r') {
      return { end: at, whole: false };
    }
    if (character === quote && (slashes <= escapes || (escapes === 0 && slashes % 2 === 0))) {
      return { end: at - Math.min(slashes, escapes), whole: true };
    }
    slashes = character === '\\' ? slashes + 1 : 0;
  }
  return { end: text.length, whole: false };
}
