import type { Sha256 } from '../../base/hash.ts';
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
interface BadLine {
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
  const stop = (reason: string): TraceReading => ({ events, head, firstBad: { line: events.length + 1, reason } });
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start);
    if (end < 0) {
      return stop('the line is not complete');
    }
    const line = bytes.subarray(start, end);
    const event = readLine(line);
    if (typeof event === 'string') {
      return stop(event);
    }
    const broken = brokenLink(event, head);
    if (broken !== undefined) {
      return stop(broken);
    }
    const hash = lineHash(line, sha256);
    if (checkpoint?.seq === event.seq && checkpoint.hash !== hash) {
      return stop('the line is not the one that was there when the checkpoint was written');
    }
    events.push(event);
    head = { seq: event.seq, hash };
    start = end + 1;
  }
  return checkpoint !== undefined && checkpoint.seq >= events.length
    ? stop(`the trace is cut: line ${checkpoint.seq + 1} stood here when the checkpoint was written`)
    : { events, head };
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
