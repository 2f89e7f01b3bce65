import { open, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import { sha256 } from './sha256.ts';

const newline = 0x0a;

export interface TornBytes {
  readonly bytes: number;
  readonly sha256: string;
}

/** Splits what a killed writer left into whole lines and the beginning of one that was not finished. */
export function splitTornTail(bytes: Uint8Array): { readonly whole: Uint8Array; readonly torn: Uint8Array } {
  const end = bytes.lastIndexOf(newline) + 1;
  return { whole: bytes.subarray(0, end), torn: bytes.subarray(end) };
}

/**
 * Cuts an unfinished last line off. What is cut is on disk beside the trace, as `trace.jsonl.torn-<n>`, before it goes.
 * Throws what the file system throws.
 */
export async function cutTornTail(trace: string, torn: Uint8Array, wholeSize: number): Promise<void> {
  const kept = await open(`${trace}.torn-${(await tornFiles(trace)).length + 1}`, 'wx', 0o600);
  try {
    await kept.writeFile(torn);
    await kept.sync();
  } finally {
    await kept.close();
  }
  const handle = await open(trace, 'r+');
  try {
    await handle.truncate(wholeSize);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Cuts that no event tells of yet; a process killed in the middle of a repair leaves one. */
export async function unrecordedCuts(trace: string, events: readonly TraceEvent[]): Promise<TornBytes[]> {
  const recorded = events.flatMap((event) => (event.type === 'journal-recovered' ? [event.data.sha256] : []));
  const cuts: TornBytes[] = [];
  for (const path of await tornFiles(trace)) {
    const bytes = await readFile(path);
    const hash = sha256(bytes);
    const place = recorded.indexOf(hash);
    if (place < 0) {
      cuts.push({ bytes: bytes.length, sha256: hash });
    } else {
      recorded.splice(place, 1);
    }
  }
  return cuts;
}

async function tornFiles(trace: string): Promise<string[]> {
  const prefix = `${basename(trace)}.torn-`;
  const names = await readdir(dirname(trace));
  const number = (name: string): number => Number(name.slice(prefix.length));
  return names
    .filter((name) => name.startsWith(prefix) && Number.isInteger(number(name)))
    .sort((a, b) => number(a) - number(b))
    .map((name) => join(dirname(trace), name));
}
