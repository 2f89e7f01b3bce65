import type { Sha256 } from '../../base/hash.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import {
  type ForeignEvent,
  parseForeignEvent,
  parseTraceEvent,
  type TraceEntry,
  type TraceEvent,
} from './traceEvent.ts';

/** `prev` of the first line. */
export const chainStart = '0'.repeat(64);

/** A place in a trace that is known from outside of it: the hash of the raw line with this number. */
export interface Checkpoint {
  readonly seq: number;
  readonly hash: string;
}

export interface LinePlace {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly ts: string;
  readonly prev: string;
}

/** Why a line is not taken. */
export interface LineFault {
  readonly reason: string;
  /** Set for a line of another version of this product, which nobody need have changed; `reason` is then told of the trace. */
  readonly version?: 'newer' | 'older';
}

/** What is wrong with a trace. */
export interface BadLine extends LineFault {
  /** Counts from 1; absent where no line is at fault, but the checkpoint beside the trace. */
  readonly line?: number;
}

export interface Verification {
  readonly ok: boolean;
  /** Good lines from the start. */
  readonly events: number;
  readonly firstBad?: BadLine;
}

/** A verified trace: its events up to the first bad line, and the place of the last one. */
export interface TraceReading {
  readonly events: readonly TraceEvent[];
  readonly head: Checkpoint | undefined;
  readonly firstBad?: BadLine;
}

const keys = 'v,seq,ts,type,actor,data,prev';
const newline = 0x0a;

/** One line of a trace, without its newline. Throws what `JSON.stringify` throws for data that is not JSON. */
export function encodeLine(entry: TraceEntry, { seq, ts, prev }: LinePlace): string {
  return JSON.stringify({ v: 1, seq, ts, type: entry.type, actor: entry.actor, data: entry.data, prev });
}

/** The hash that the next line carries: over the bytes as they are on disk, so that no rewriting of a line is harmless. */
export function lineHash(rawLineBytes: Uint8Array, sha256: Sha256): string {
  return sha256(rawLineBytes);
}

/**
 * Checks a whole trace file. Finds any edit, deletion, insertion, duplication and reorder before the last line by the chain
 * alone; an edit of the last line and a cut at the end only against a `checkpoint` from outside the file.
 */
export function verifyLines(bytes: Uint8Array, sha256: Sha256, checkpoint?: Checkpoint): Verification {
  const { events, firstBad } = readTrace(bytes, sha256, checkpoint);
  return { ok: firstBad === undefined, events: events.length, ...(firstBad === undefined ? {} : { firstBad }) };
}

/** As `verifyLines`, with the events themselves. */
export function readTrace(bytes: Uint8Array, sha256: Sha256, checkpoint?: Checkpoint): TraceReading {
  const events: TraceEvent[] = [];
  let head: Checkpoint | undefined;
  const checkpoints = checkpoint === undefined ? [] : [checkpoint];
  const stop = (fault: LineFault): TraceReading => ({ events, head, firstBad: { line: events.length + 1, ...fault } });
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start);
    if (end < 0) {
      return stop({ reason: incompleteLine });
    }
    const next = readNextLine(bytes.subarray(start, end), head, sha256, checkpoints);
    if (!next.ok) {
      return stop(next.error);
    }
    events.push(next.value.event);
    head = next.value.head;
    start = end + 1;
  }
  const cut = cutBefore(events.length, checkpoints);
  return cut === undefined ? { events, head } : stop({ reason: cut });
}

/** What is wrong with bytes after the last newline of a trace. */
export const incompleteLine = 'the line is not complete';

/**
 * The event of the line that follows `head`, and the new head; or what is wrong with the line. For traces that are read line by
 * line; `rawLine` is without its newline.
 */
export function readNextLine(
  rawLine: Uint8Array,
  head: Checkpoint | undefined,
  sha256: Sha256,
  checkpoints: readonly Checkpoint[] = [],
): Result<{ readonly event: TraceEvent; readonly head: Checkpoint }, LineFault> {
  const line = readLine(rawLine);
  if (!line.ok) {
    return fail({ reason: line.error });
  }
  const { seq, type } = line.value;
  const broken = brokenLink(line.value, head);
  if (broken !== undefined) {
    return fail({ reason: broken });
  }
  const hash = lineHash(rawLine, sha256);
  if (checkpoints.some((checkpoint) => checkpoint.seq === seq && checkpoint.hash !== hash)) {
    return fail({ reason: 'the line is not the one that was there when the checkpoint was written' });
  }
  return 'data' in line.value
    ? ok({ event: line.value, head: { seq, hash } })
    : fail({
        reason: `was written by a newer version of Nightshift: line ${seq + 1} is a "${type}"; use that version`,
        version: 'newer',
      });
}

/** What is wrong with a trace that ends after `lines` good lines; undefined when no checkpoint says that more stood there. */
export function cutBefore(lines: number, checkpoints: readonly Checkpoint[]): string | undefined {
  const seq = Math.max(-1, ...checkpoints.map((checkpoint) => checkpoint.seq));
  return seq >= lines ? `the trace is cut: line ${seq + 1} stood here when the checkpoint was written` : undefined;
}

function brokenLink(event: Pick<TraceEvent, 'seq' | 'prev'>, head: Checkpoint | undefined): string | undefined {
  const seq = head === undefined ? 0 : head.seq + 1;
  if (event.seq !== seq) {
    return `the line has number ${event.seq} where ${seq} belongs`;
  }
  return event.prev === (head?.hash ?? chainStart)
    ? undefined
    : 'the line before it is not the one that it was written after';
}

/**
 * A line as an event, without its data where its type is of another version, or what is wrong with it. Only the exact form that `encodeLine` gives is accepted: written again, the
 * parsed line must be the same text. That leaves no room for white space, repeated keys, escapes or other numbers.
 */
function readLine(bytes: Uint8Array): Result<TraceEvent | ForeignEvent, string> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return fail('the line is not JSON in UTF-8');
  }
  const event = parseTraceEvent(value) ?? parseForeignEvent(value);
  if (event === undefined) {
    return fail('the line is not an event of this format');
  }
  const exact =
    JSON.stringify(value) === text &&
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).join(',') === keys;
  return exact
    ? ok(event)
    : fail('the line was written anew: white space, a repeated key or another order or form of its values');
}
