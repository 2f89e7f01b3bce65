import { type BadLine, type Checkpoint, cutBefore, readNextLine } from '../../core/trace/hashChain.ts';
import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import { readHead } from './headFile.ts';
import { readLines } from './readLines.ts';
import { sha256 } from './sha256.ts';

export interface TraceFileReading {
  /** Good lines from the start. */
  readonly events: number;
  /** Place of the last good line. */
  readonly head: Checkpoint | undefined;
  /** True when the kept head names an earlier line than the last. */
  readonly headIsBehind: boolean;
  /** Bytes of the whole lines, when all of them are good. */
  readonly size: number;
  /** The beginning of a line that was not finished. */
  readonly torn: Uint8Array;
  readonly firstBad?: BadLine;
}

/**
 * Reads and checks a trace against its kept head, one line at a time. `onEvent` gets each event up to the first bad line.
 *
 * A head is kept before the trace is made (see `beginHead`), so a trace has one from its first byte on, wherever its writer was
 * killed: lines without a readable head mean that the head was removed, and with it what would show that lines were cut off. Only
 * a trace without a single line may lack it, as there is nothing in it to rely on. Throws what the file system throws.
 */
export async function readTraceFile(
  paths: { readonly trace: string; readonly head: string },
  onEvent: (event: TraceEvent) => void,
): Promise<TraceFileReading> {
  // The head is read first: what it names is in the trace by then, also when the trace is being written to.
  const kept = await readHead(paths.head);
  let events = 0;
  let size = 0;
  let head: Checkpoint | undefined;
  let problem: string | undefined;
  const torn = await readLines(paths.trace, (line) => {
    const next = readNextLine(line, head, sha256, kept);
    if (!next.ok) {
      problem = next.error;
      return false;
    }
    head = next.value.head;
    events += 1;
    size += line.length + 1;
    onEvent(next.value.event);
    return true;
  });
  if (problem === undefined) {
    problem =
      kept === undefined && events > 0
        ? 'the kept head is missing, so a cut at the end cannot be ruled out'
        : cutBefore(events, kept);
  }
  const reading = { events, head, headIsBehind: kept !== undefined && kept.seq < events - 1, size, torn };
  return problem === undefined ? reading : { ...reading, firstBad: { line: events + 1, reason: problem } };
}
