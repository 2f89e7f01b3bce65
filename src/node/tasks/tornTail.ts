import { open, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256 } from './sha256.ts';

export interface TornBytes {
  readonly bytes: number;
  readonly sha256: string;
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

/** Cuts that no event tells of yet, by the hashes of those that are told of; a process killed in a repair leaves one. */
export async function unrecordedCuts(trace: string, told: readonly string[]): Promise<TornBytes[]> {
  const recorded = [...told];
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
