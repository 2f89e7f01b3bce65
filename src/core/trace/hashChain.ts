import type { Sha256 } from '../../base/hash.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { parseTraceEvent, type TraceEntry, type TraceEvent } from './traceEvent.ts';

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

/** What is wrong with a line; `line` counts from 1. */
export interface BadLine {
  readonly line: number;
  readonly reason: string;
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
  const stop = (reason: string): TraceReading => ({ events, head, firstBad: { line: events.length + 1, reason } });
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start);
    if (end < 0) {
      return stop(incompleteLine);
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
  return cut === undefined ? { events, head } : stop(cut);
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
): Result<{ readonly event: TraceEvent; readonly head: Checkpoint }, string> {
  const event = readLine(rawLine);
  if (typeof event === 'string') {
    return fail(event);
  }
  const broken = brokenLink(event, head);
  if (broken !== undefined) {
    return fail(broken);
  }
  const hash = lineHash(rawLine, sha256);
  return checkpoints.some((checkpoint) => checkpoint.seq === event.seq && checkpoint.hash !== hash)
    ? fail('the line is not the one that was there when the checkpoint was written')
    : ok({ event, head: { seq: event.seq, hash } });
}

/** What is wrong with a trace that ends after `lines` good lines; undefined when no checkpoint says that more stood there. */
export function cutBefore(lines: number, checkpoints: readonly Checkpoint[]): string | undefined {
  const seq = Math.max(-1, ...checkpoints.map((checkpoint) => checkpoint.seq));
  return seq >= lines ? `the trace is cut: line ${seq + 1} stood here when the checkpoint was written` : undefined;
}

function brokenLink(event: TraceEvent, head: Checkpoint | undefined): string | undefined {
  const seq = head === undefined ? 0 : head.seq + 1;
  if (event.seq !== seq) {
    return `the line has number ${event.seq} where ${seq} belongs`;
  }
  return event.prev === (head?.hash ?? chainStart)
    ? undefined
    : 'the line before it is not the one that it was written after';
}

/**
 * A line as an event, or what is wrong with it. Only the exact form that `encodeLine` gives is accepted: written again, the
 * parsed line must be the same text. That leaves no room for white space, repeated keys, escapes or other numbers.
 */
function readLine(bytes: Uint8Array): TraceEvent | string {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return 'the line is not JSON in UTF-8';
  }
  const event = parseTraceEvent(value);
  if (event === undefined) {
    return 'the line is not an event of this format';
  }
  const exact =
    JSON.stringify(value) === text &&
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).join(',') === keys;
  return exact
    ? event
    : 'the line was written anew: white space, a repeated key or another order or form of its values';
}
