import { ok } from '../base/result.ts';
import type { GuestParams, GuestResult } from '../protocol/guest.ts';
import { maxReadBytes } from '../protocol/guestLimits.ts';
import { readRange, readWholeFile, withRegularFile } from './openRegularFile.ts';
import { type Answer, refuse } from './refusal.ts';

/** Bytes of a text file that is read to find lines in it. */
export const maxTextFileBytes = 16 * 2 ** 20;
const maxLineCharacters = 2_000;
const binaryProbeBytes = 8_000;

/** A file with a NUL near its start is no text, as git judges it. */
export function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, binaryProbeBytes).includes(0);
}

/** Lines without their ends; a last line end does not begin another line. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') {
    lines.pop();
  }
  return lines;
}

/** Cuts a line that no reader wants whole, and says how much was cut. */
export function shortenLine(line: string, characters = maxLineCharacters): string {
  return line.length <= characters
    ? line
    : `${line.slice(0, characters)}… [${line.length - characters} more characters]`;
}

export function readTextFile(root: string, params: GuestParams<'read_file'>): Answer<GuestResult<'read_file'>> {
  const file = readWholeFile(root, params.path, maxTextFileBytes);
  if (!file.ok) {
    return file;
  }
  if (looksBinary(file.value.bytes)) {
    return refuse('binary', `"${params.path}" is not text (${file.value.bytes.length} bytes).`);
  }
  const lines = splitLines(new TextDecoder().decode(file.value.bytes));
  const first = Math.max(1, params.startLine ?? 1);
  if (first > lines.length && lines.length > 0) {
    return refuse('invalid-request', `"${params.path}" has ${lines.length} lines; line ${first} is not among them.`);
  }
  const wanted = lines.slice(first - 1, params.endLine ?? lines.length);
  const { text, count, cut } = fitLines(wanted, Math.min(params.maxBytes, maxReadBytes));
  return ok({
    text,
    startLine: first,
    endLine: first - 1 + count,
    totalLines: lines.length,
    truncated: cut || first - 1 + count < lines.length,
  });
}

/** As many whole lines as fit; `cut` when a line itself was shortened. */
function fitLines(lines: readonly string[], bytes: number): { text: string; count: number; cut: boolean } {
  const kept: string[] = [];
  let used = 0;
  let cut = false;
  for (const line of lines) {
    const short = shortenLine(line);
    used += Buffer.byteLength(short) + 1;
    if (used > bytes + 1) {
      break;
    }
    cut ||= short !== line;
    kept.push(short);
  }
  return { text: kept.join('\n'), count: kept.length, cut };
}

export function readBytes(
  roots: { readonly repository: string; readonly scratch: string },
  params: GuestParams<'read_bytes'>,
): Answer<GuestResult<'read_bytes'>> {
  return withRegularFile(roots[params.from], params.path, (fd, stats) => {
    const length = Math.max(0, Math.min(params.length, maxReadBytes, stats.size - params.offset));
    return ok({ bytes: readRange(fd, params.offset, length).toString('base64'), size: stats.size });
  });
}
