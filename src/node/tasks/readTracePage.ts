import { parseTraceEvent, type TraceEvent } from '../../core/trace/traceEvent.ts';
import { readLines } from './readLines.ts';

/** A page of a trace has at most this many events. */
export const pageEvents = 1_000;

/** And ends with the event that goes beyond this: a message to a client must stay well below what it takes at once. */
const pageBytes = 4 * 1024 * 1024;

/**
 * The events from number `from` on, as many as make a page; undefined when a line of them is not an event. The chain is not
 * checked: that is done when the task is opened, and when it is verified. Throws what the file system throws.
 */
export async function readTracePage(trace: string, from: number): Promise<readonly TraceEvent[] | undefined> {
  const events: TraceEvent[] = [];
  let line = -1;
  let size = 0;
  let sound = true;
  await readLines(trace, (bytes) => {
    line += 1;
    if (line < from) {
      return true;
    }
    const event = parseLine(bytes);
    if (event === undefined) {
      sound = false;
      return false;
    }
    events.push(event);
    size += bytes.length;
    return events.length < pageEvents && size < pageBytes;
  });
  return sound ? events : undefined;
}

function parseLine(bytes: Uint8Array): TraceEvent | undefined {
  try {
    return parseTraceEvent(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}
