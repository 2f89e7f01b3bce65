import { HttpFault } from '../http/httpFault.ts';

/** Longest line accepted, characters: one line is one chunk of an answer, or all calls of a turn. */
const lineLimit = 16 * 1024 * 1024;

/**
 * Passes on an NDJSON answer line by line, and throws where the `ollama` package would keep silent or lose the reason: it
 * skips a line that is not JSON with a warning, and turns an `error` line and a missing end into errors without a type.
 */
export async function* checkAnswerLines(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const line of splitLines(chunks)) {
    const record = goodRecord(line);
    const done = record['done'] === true;
    if (done) {
      await chunks.return(undefined);
    }
    yield encoder.encode(`${line}\n`);
    if (done) {
      return;
    }
  }
  throw new HttpFault('interrupted', 'the answer ended before it was complete');
}

/** The objects of an NDJSON answer, one a line, to its end; a line that tells of an error is thrown. */
export async function* recordLines(
  chunks: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for await (const line of splitLines(chunks)) {
    yield goodRecord(line);
  }
}

/** Whole lines, also when a character or a line break is split across chunks; blank lines are left out. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split('\n');
    pending.push(first);
    length += first.length;
    for (const next of rest) {
      const line = pending.join('').trim();
      pending = [next];
      length = next.length;
      if (line !== '') {
        yield line;
      }
    }
    if (length > lineLimit) {
      throw new HttpFault('malformed', `a line of the answer is longer than ${lineLimit} characters`);
    }
  }
  const line = (pending.join('') + decoder.decode()).trim();
  if (line !== '') {
    yield line;
  }
}

function goodRecord(line: string): Readonly<Record<string, unknown>> {
  const record = parseRecord(line);
  if ('error' in record) {
    throw new HttpFault('reported', typeof record['error'] === 'string' ? record['error'] : line);
  }
  return record;
}

function parseRecord(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (isRecord(value)) {
      return value;
    }
  } catch {
    // Reported below, together with JSON that is no object.
  }
  throw new HttpFault('malformed', `a line of the answer is not a JSON object: ${JSON.stringify(line.slice(0, 80))}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
