import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { startTime } from '../node/sandbox/owner.ts';

/**
 * A text that names one life of a process: the same pid given to another program later has another one. Undefined when there
 * is no such process. Where the platform does not say when a process began (Windows), any living process has an empty text.
 */
export function processStart(pid: number): string | undefined {
  if (!isAlive(pid)) {
    return undefined;
  }
  if (process.platform === 'linux') {
    return linuxStart(pid);
  }
  return process.platform === 'win32' ? '' : listedStart(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Ticks since boot, with the boot they count from. */
function linuxStart(pid: number): string | undefined {
  const ticks = startTime(pid);
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return ticks === undefined ? undefined : `${boot}:${ticks}`;
  } catch {
    return undefined;
  }
}

function listedStart(pid: number): string | undefined {
  try {
    return execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
