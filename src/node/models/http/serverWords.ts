import * as z from 'zod';
import { plainLine } from '../../../base/plainText.ts';

/** Longest part of a server's own words in a message, characters. */
const quoteLimit = 300;

/** Longest part that is cleaned for it, characters; what was said may have megabytes. */
const readLimit = 1_000;

/** Names of models in a message, and characters of each. */
const mostNames = 12;
const longestName = 80;

const text = z.string();
const withMessage = z.object({ message: text });
const errorBody = z.object({ error: z.union([text, withMessage]) });
const detailBody = z.object({ detail: z.union([text, z.array(z.object({ msg: text })).min(1)]) });

/**
 * What a server said, for a message on one line: the error of a JSON body, a short text as it is, never a page of markup. A
 * `secret` that it repeats is left out.
 */
export function serverWords(said: string, secret?: string): string {
  const plain = jsonError(said) ?? (/^\s*</.test(said) ? 'an HTML page' : said);
  const shown = secret === undefined ? plain : plain.replace(spellings(secret), '…');
  const start = shown.trimStart().slice(0, readLimit);
  const printable = withoutEnd(start.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim());
  if (printable === '') {
    return 'no explanation';
  }
  return printable.length > quoteLimit ? `${printable.slice(0, quoteLimit)}…` : printable;
}

/** The first names of a server's list, for a message: they are its words too. */
export function someNames(names: readonly string[]): string {
  const some = names.slice(0, mostNames).map((name) => plainLine(name, longestName));
  return `${some.join(', ')}${names.length > mostNames ? ', …' : ''}`;
}

/** A text as it is and as JSON may have it, in which any character may be escaped. */
function spellings(secret: string): RegExp {
  const units = Array.from({ length: secret.length }, (_, at) => {
    const code = secret.charCodeAt(at).toString(16).padStart(4, '0');
    const digits = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    return `(?:\\\\?\\u${code}|\\\\u${digits})`;
  });
  return new RegExp(units.join(''), 'g');
}

/** Without the stops at its end, for a sentence that goes on. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[.;\s]/.test(text.charAt(end - 1))) {
    end -= 1;
  }
  return text.slice(0, end);
}

/** `{"error":"…"}`, `{"error":{"message":"…"}}`, `{"message":"…"}`, and `{"detail":…}` of the frameworks around servers. */
function jsonError(said: string): string | undefined {
  const body = parseJson(said);
  const error = errorBody.safeParse(body);
  if (error.success) {
    return typeof error.data.error === 'string' ? error.data.error : error.data.error.message;
  }
  const message = withMessage.safeParse(body);
  if (message.success) {
    return message.data.message;
  }
  const detail = detailBody.safeParse(body);
  return detail.success
    ? typeof detail.data.detail === 'string'
      ? detail.data.detail
      : detail.data.detail.map(({ msg }) => msg).join(', ')
    : undefined;
}

function parseJson(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}
