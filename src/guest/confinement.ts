import { readFileSync, statSync } from 'node:fs';
import type { Confinement } from '../protocol/guest.ts';

/**
 * What this process can see of its own confinement, for the host to compare with what it asked for. A hostile image can say what it
 * likes here: it is a check against a loose engine or runtime, and no proof against the box itself.
 */
export function seeConfinement(): Confinement {
  const status = readStatus();
  return {
    ...confinementOf(status),
    dumpable: isDumpable(),
  };
}

/** From the text of `/proc/self/status`; what a kernel does not tell is null. */
export function confinementOf(status: string): Omit<Confinement, 'dumpable'> {
  const field = (name: string): string | null =>
    new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1]?.toLowerCase() ?? null;
  const capabilities = field('CapEff');
  const noNewPrivileges = field('NoNewPrivs');
  const seccomp = field('Seccomp');
  return {
    capabilities: capabilities !== null && /^[0-9a-f]{1,32}$/.test(capabilities) ? capabilities : null,
    noNewPrivileges: noNewPrivileges === null ? null : noNewPrivileges === '1',
    seccomp: seccomp === '0' || seccomp === '1' || seccomp === '2' ? Number(seccomp) : null,
  };
}

/** The kernel gives the files below `/proc/PID` of a process whose memory is closed to root, and otherwise to its user. */
function isDumpable(): boolean {
  try {
    return statSync('/proc/self/environ').uid === process.geteuid?.();
  } catch {
    // Nothing says that it is closed.
    return true;
  }
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    // No /proc: then nothing is known.
    return '';
  }
}

/** Whether the kernel of this box is not the one of the engine's machine. */
export function hasIsolatedKernel(): boolean {
  return isGvisor(kernelVersion());
}

/**
 * gVisor answers a fixed version: `4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016` in releases up to 2025, a release that names it
 * after that.
 */
export function isGvisor(version: string): boolean {
  return /gvisor/i.test(version) || version.includes('4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016');
}

function kernelVersion(): string {
  try {
    return readFileSync('/proc/version', 'utf8');
  } catch {
    // No /proc: then nothing says that the kernel is another one.
    return '';
  }
}
