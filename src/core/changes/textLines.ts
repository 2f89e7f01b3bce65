export type LineEnding = '\n' | '\r\n';

/** A text as one-byte characters, so that any encoding survives unchanged. */
export interface TextBytes {
  readonly bom: boolean;
  /** The line ending that every line has, or null when there is none or they are mixed. */
  readonly ending: LineEnding | null;
  /** Has line endings of both kinds. */
  readonly mixed: boolean;
  /** Each with its line ending; the last may have none. */
  readonly lines: readonly string[];
}

/** Git's own test: a zero byte in the first 8,000. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0);
}

export function readLines(bytes: Uint8Array): TextBytes {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const lines = oneByteText(bom ? bytes.subarray(3) : bytes).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const ended = lines.filter((line) => line.endsWith('\n')).length;
  const crlf = lines.filter((line) => line.endsWith('\r\n')).length;
  const mixed = crlf > 0 && crlf < ended;
  return { bom, mixed, ending: ended === 0 || mixed ? null : crlf > 0 ? '\r\n' : '\n', lines };
}

export function withEnding(lines: readonly string[], ending: LineEnding): string[] {
  return lines.map((line) => (line.endsWith('\n') ? line.replace(/\r?\n$/, ending) : line));
}

export function writeLines(bom: boolean, lines: readonly string[]): Uint8Array {
  const length = lines.reduce((sum, line) => sum + line.length, bom ? 3 : 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  if (bom) {
    bytes.set([0xef, 0xbb, 0xbf]);
    at = 3;
  }
  for (const line of lines) {
    for (let index = 0; index < line.length; index += 1) {
      bytes[at] = line.charCodeAt(index);
      at += 1;
    }
  }
  return bytes;
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, index) => byte === other[index]);
}

function oneByteText(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
  }
  return parts.join('');
}
