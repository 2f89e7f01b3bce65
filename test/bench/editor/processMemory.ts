import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** MiB. `pss` shares out the pages that several processes have; `own` leaves them out. */
export interface ProcessMemory {
  readonly name: string;
  readonly rss: number;
  readonly pss: number;
  readonly own: number;
}

/** What a process of this machine holds now; nothing where it is gone. */
export function memoryOf(pid: number): ProcessMemory | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const mebibytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? Number.NaN) / 1024;
    const name = words.find((word) => word.endsWith('.cjs')) ?? words[0] ?? '';
    const own = mebibytes('Private_Clean') + mebibytes('Private_Dirty');
    return { name: basename(name, '.cjs'), rss: mebibytes('Rss'), pss: mebibytes('Pss'), own };
  } catch {
    return undefined;
  }
}

/** A process and all that it started, directly and not. */
export function familyOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(name);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const family = [pid];
  for (const member of family) {
    family.push(...(children.get(member) ?? []));
  }
  return family;
}

function parentOf(pid: string): number {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) \S+ /s, '')
        .split(' ', 1)[0],
    );
  } catch {
    return -1;
  }
}
