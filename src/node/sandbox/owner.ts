import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** `<pid>:<start time>:<host id>`: names one process on one host, even after its number was given to another. */
export function ownerOf(pid: number): string {
  return `${pid}:${startTime(pid) ?? '0'}:${hostId()}`;
}

export function currentOwner(): string {
  return ownerOf(process.pid);
}

/** `elsewhere` for owners of another host (or pid namespace) that shares the engine: they are not ours to judge. */
export function judgeOwner(owner: string): 'alive' | 'dead' | 'elsewhere' {
  const match = /^([1-9]\d{0,9}):(\d+):([0-9a-f]+)$/.exec(owner);
  if (match === null || match[3] !== hostId()) {
    return 'elsewhere';
  }
  const pid = Number(match[1]);
  if (process.platform === 'linux') {
    return startTime(pid) === match[2] ? 'alive' : 'dead';
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? 'dead' : 'alive';
  }
}

/** Clock ticks since boot at which a process started; undefined when it is not there or the platform does not tell. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses; the start time is the 20th field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

let cachedHostId: string | undefined;

/** Names this host, or its container: a process number means something only within it. */
export function hostId(): string {
  cachedHostId ??= createHash('sha256')
    .update(
      [
        readOr(() => readFileSync('/etc/machine-id', 'utf8')),
        hostname(),
        readOr(() => readlinkSync('/proc/self/ns/pid')),
      ].join('\n'),
    )
    .digest('hex')
    .slice(0, 16);
  return cachedHostId;
}

function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
