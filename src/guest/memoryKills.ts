import { readFileSync } from 'node:fs';

/** Version 2 of control groups, then version 1. */
const counters = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'];

/** How many processes of this box the kernel has ended for want of memory; undefined where the kernel does not tell (gVisor). */
export function memoryKills(): number | undefined {
  for (const counter of counters) {
    try {
      const kills = /^oom_kill (\d+)$/m.exec(readFileSync(counter, 'utf8'))?.[1];
      if (kills !== undefined) {
        return Number(kills);
      }
    } catch {
      // The other version's file, or none.
      continue;
    }
  }
  return undefined;
}
