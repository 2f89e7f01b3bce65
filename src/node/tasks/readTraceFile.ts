import type { Result } from '../../base/result.ts';
import { begun, readCheckpoint } from '../../core/trace/checkpointNote.ts';
import { type BadLine, type Checkpoint, cutBefore, readNextLine } from '../../core/trace/hashChain.ts';
import type { SigningKey } from '../../core/trace/signingKey.ts';
import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import { readHead } from './headFile.ts';
import { isMissing } from './ioErrors.ts';
import { readLines } from './readLines.ts';
import { sha256 } from './sha256.ts';
import type { TaskFiles } from './taskFiles.ts';

/** A trace on disk and what it is checked against. */
export interface TraceSource {
  readonly files: Pick<TaskFiles, 'trace' | 'head' | 'unsignedHead'>;
  readonly task: string;
  readonly workspace: string;
  readonly key: SigningKey;
  /** A place in the trace that somebody else remembers, such as an editor. */
  readonly known?: Checkpoint;
}

export interface TraceFileReading {
  /** Good lines from the start. */
  readonly events: number;
  /** Place of the last good line. */
  readonly head: Checkpoint | undefined;
  /** True when the kept checkpoint names an earlier line than the last. */
  readonly headIsBehind: boolean;
  /** Bytes of the whole lines, when all of them are good. */
  readonly size: number;
  /** The beginning of a line that was not finished. */
  readonly torn: Uint8Array;
  readonly firstBad?: BadLine;
}

/**
 * Reads and checks a trace against its kept checkpoint, one line at a time. `onEvent` gets each event up to the first bad line.
 *
 * A checkpoint is kept before the trace is made (see `beginHead`), so a trace has one from its first byte on, wherever its writer
 * was killed: lines without one that is signed by this machine's key mean that it was removed or replaced, and with it what would
 * show that lines were cut off or all of them rewritten. Only a trace without a single line may lack it, as there is nothing in it
 * to rely on. Throws what the file system throws.
 */
export async function readTraceFile(
  source: TraceSource,
  onEvent: (event: TraceEvent) => void,
): Promise<TraceFileReading> {
  // It is read first: what it names is in the trace by then, also when the trace is being written to.
  const note = await keptCheckpoint(source);
  const kept = note?.ok === true ? note.value : undefined;
  const checkpoints = [kept, source.known].filter((checkpoint) => checkpoint !== undefined);
  let events = 0;
  let size = 0;
  let head: Checkpoint | undefined;
  let problem: BadLine | undefined;
  const torn = await readLines(source.files.trace, (line) => {
    const next = readNextLine(line, head, sha256, checkpoints);
    if (!next.ok) {
      problem = { line: events + 1, ...next.error };
      return false;
    }
    head = next.value.head;
    events += 1;
    size += line.length + 1;
    onEvent(next.value.event);
    return true;
  }).catch((error: unknown) => {
    // A checkpoint that names a line tells of a trace that was there: it was not a creation that somebody broke off.
    if (!isMissing(error) || !(note?.ok === false || checkpoints.some(({ seq }) => seq > begun.seq))) {
      throw error;
    }
    problem = { line: 1, reason: 'the trace is not there' };
    return new Uint8Array();
  });
  if (note === undefined && (await readHead(source.files.unsignedHead)) !== undefined) {
    problem = { reason: olderVersion, version: 'older' };
  }
  if (problem === undefined && events > 0) {
    problem = badNote(note);
  }
  if (problem === undefined) {
    const cut = cutBefore(events, checkpoints);
    problem = cut === undefined ? undefined : { line: events + 1, reason: cut };
  }
  const reading = { events, head, headIsBehind: kept !== undefined && kept.seq < events - 1, size, torn };
  return problem === undefined ? reading : { ...reading, firstBad: problem };
}

async function keptCheckpoint({
  files,
  workspace,
  task,
  key,
}: TraceSource): Promise<Result<Checkpoint, string> | undefined> {
  const text = await readHead(files.head);
  return text === undefined ? undefined : readCheckpoint(text, { workspace, task }, { key, sha256 });
}

const olderVersion =
  'was written by an older version without signed checkpoints; look at it with that version, or delegate again';

function badNote(note: Result<Checkpoint, string> | undefined): BadLine | undefined {
  if (note === undefined) {
    return { reason: 'the signed checkpoint is missing, so a cut at the end or a whole rewrite cannot be ruled out' };
  }
  return note.ok ? undefined : { reason: `the checkpoint of the trace ${note.error}, so nothing speaks for its lines` };
}
