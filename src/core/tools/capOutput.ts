/** Most of one tool's answer that a model is shown, bytes of UTF-8. */
export const maxToolOutputBytes = 8 * 1024;

const noteBytes = 120;

/**
 * Text of at most `maxBytes` of UTF-8: the head and the tail in equal shares, cut at line ends where one is near, and
 * between them a line that says how much was left out.
 */
export function capOutput(text: string, maxBytes: number = maxToolOutputBytes): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxBytes) {
    return text;
  }
  const share = Math.max(0, Math.floor((maxBytes - noteBytes) / 2));
  const head = bytes.subarray(0, headEnd(bytes, share));
  const tail = bytes.subarray(tailStart(bytes, bytes.length - share));
  const omitted = bytes.subarray(head.length, bytes.length - tail.length);
  const lines = omitted.reduce((count, byte) => count + (byte === lineFeed ? 1 : 0), 0);
  const note = `[… ${lines} lines, ${omitted.length} bytes left out here …]`;
  const decoder = new TextDecoder();
  return [decoder.decode(head).trimEnd(), note, decoder.decode(tail)].filter((part) => part !== '').join('\n');
}

const lineFeed = 0x0a;

/** End of a head of at most `limit` bytes: after the last line end in its second half, else between two characters. */
function headEnd(bytes: Uint8Array, limit: number): number {
  const lineEnd = bytes.subarray(0, limit).lastIndexOf(lineFeed) + 1;
  if (lineEnd > limit / 2) {
    return lineEnd;
  }
  let end = limit;
  while (end > 0 && isContinuation(bytes[end])) {
    end -= 1;
  }
  return end;
}

/** Start of a tail from `from` on: after the first line end in its first half, else between two characters. */
function tailStart(bytes: Uint8Array, from: number): number {
  const lineStart = bytes.indexOf(lineFeed, from) + 1;
  if (lineStart > 0 && lineStart < from + (bytes.length - from) / 2) {
    return lineStart;
  }
  let start = from;
  while (start < bytes.length && isContinuation(bytes[start])) {
    start += 1;
  }
  return start;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
