import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { restoreHidden } from '../models/hiddenCharacters.ts';
import { type EditMatch, findLines, type LineSearch } from './editMatch.ts';
import { describeNearest } from './nearestLines.ts';
import { findPlaceholder } from './placeholder.ts';

export type EditFailure = Failure<'no-match' | 'ambiguous-match' | 'binary' | 'left-out'>;

/** The whole file after the edit, and the line (from 1) where the replaced text began. */
export interface EditedText {
  readonly bytes: Uint8Array;
  readonly line: number;
  readonly match: EditMatch;
}

const byteOrderMark = '\uFEFF';
const listedMatches = 10;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Replaces the one place where `oldText` occurs: exactly, or, where it is nowhere so, as `findLines` finds it. Every character counts
 * except the kind of line end: `\n` also stands for the file's `\r\n`, and what is inserted gets the file's own. Bytes outside the
 * match and a byte order mark stay as they are, and so does what both texts have in common at their ends. All or nothing: on any
 * doubt nothing is changed.
 */
export function editText(
  original: Uint8Array,
  oldText: string,
  newText: string,
  path = '',
): Result<EditedText, EditFailure> {
  const decoded = decodeText(original);
  if (decoded === undefined) {
    return fail(failure('binary', 'The file is not UTF-8 text, so it cannot be edited by text; leave it as it is.'));
  }
  const mark = decoded.startsWith(byteOrderMark) ? byteOrderMark : '';
  const body = decoded.slice(mark.length);
  // A model copies hidden characters by the names it was shown for them.
  const named = !body.includes(oldText) && body.includes(restoreHidden(oldText));
  const asInFile = (given: string): string => unixLineEnds(withoutPrefix(named ? restoreHidden(given) : given, mark));
  const wanted = asInFile(oldText);
  const replacement = asInFile(newText);
  if (wanted === '') {
    return fail(failure('no-match', 'The old text is empty; give the exact text to replace, or write the whole file.'));
  }
  const text = unixLineEnds(body);
  // Half a surrogate pair would match inside a character and tear it apart.
  const found = !loneSurrogate.test(wanted) ? occurrences(text, wanted) : [];
  const place = found.length === 1 ? found[0] : undefined;
  if (place === undefined && found.length > 1) {
    return fail(failure('ambiguous-match', describeAmbiguity(text, found)));
  }
  const left = findPlaceholder(wanted, replacement, path);
  if (left !== undefined) {
    const message = `Line ${left.line} of the new text, ${JSON.stringify(left.text)}, stands for code that would be deleted; give every line that is to stand there.`;
    return fail(failure('left-out', message));
  }
  const search: LineSearch =
    place === undefined && !loneSurrogate.test(wanted) ? findLines(text, wanted, replacement) : { kind: 'none' };
  if (search.kind === 'ambiguous') {
    const message = `The old text is not in the file as it is, and with white space or punctuation aside it is at lines ${search.lines.join(', ')}; copy one of these places exactly, with neighbouring lines.`;
    return fail(failure('ambiguous-match', message));
  }
  if (place === undefined && search.kind === 'none') {
    return fail(failure('no-match', `The old text is not in the file. ${describeNearest(text, wanted)}`));
  }
  const hunk: Hunk =
    search.kind === 'found'
      ? search.found
      : { match: 'exact', start: place ?? 0, end: (place ?? 0) + wanted.length, replacement };
  const edited = replaceHunk(body, text, hunk);
  return ok({
    bytes: new TextEncoder().encode(mark + edited),
    line: lineAt(text, hunk.start),
    match: hunk.match,
  });
}

interface Hunk {
  readonly match: EditMatch;
  /** Offsets in the text with `\n` ends. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** Only what differs between the two texts is touched. */
function replaceHunk(body: string, text: string, { start, end, replacement }: Hunk): string {
  const toOriginal = offsetMap(body);
  const lineEnd = prevailingLineEnd(body.slice(toOriginal(start), toOriginal(end))) ?? prevailingLineEnd(body) ?? '\n';
  const { prefix, suffix } = commonEnds(text.slice(start, end), replacement);
  const inserted = replacement.slice(prefix, replacement.length - suffix).replaceAll('\n', lineEnd);
  return body.slice(0, toOriginal(start + prefix)) + inserted + body.slice(toOriginal(end - suffix));
}

/** The text of UTF-8 bytes, a byte order mark included; undefined for anything else and for text with a NUL. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) {
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function unixLineEnds(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

/** Where `wanted` begins, overlapping places included; stops one past what is listed. */
function occurrences(text: string, wanted: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(wanted); at !== -1 && found.length <= listedMatches; at = text.indexOf(wanted, at + 1)) {
    found.push(at);
  }
  return found;
}

function describeAmbiguity(text: string, found: readonly number[]): string {
  const lines = found.slice(0, listedMatches).map((at) => lineAt(text, at));
  const more = found.length > listedMatches ? ' and more' : '';
  const count = more === '' ? String(found.length) : `more than ${listedMatches}`;
  return `The old text occurs ${count} times, at lines ${lines.join(', ')}${more}; add neighbouring lines to make it unique.`;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
  }
  return line;
}

/** From an offset in the text with `\n` ends to the offset in the text as it was. */
function offsetMap(body: string): (offset: number) => number {
  const ends: number[] = [];
  for (let at = body.indexOf('\r\n'); at !== -1; at = body.indexOf('\r\n', at + 2)) {
    ends.push(at - ends.length);
  }
  return (offset) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ends[middle] ?? Infinity) < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return offset + low;
  };
}

function prevailingLineEnd(text: string): '\n' | '\r\n' | undefined {
  const all = text.split('\n').length - 1;
  const windows = text.split('\r\n').length - 1;
  return all === 0 ? undefined : windows * 2 > all ? '\r\n' : '\n';
}

/** Lengths of what two texts share at the start and at the end, not overlapping. */
function commonEnds(left: string, right: string): { prefix: number; suffix: number } {
  const most = Math.min(left.length, right.length);
  let prefix = 0;
  while (prefix < most && left[prefix] === right[prefix]) {
    prefix += 1;
  }
  let suffix = 0;
  while (suffix < most - prefix && left[left.length - 1 - suffix] === right[right.length - 1 - suffix]) {
    suffix += 1;
  }
  return { prefix, suffix };
}
