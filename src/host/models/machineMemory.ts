import { totalmem } from 'node:os';
import type { MachineMemory } from '../../core/models/memoryNeed.ts';

/** What a container or a service is held to, where that is less than the machine has. */
export function machineMemory(): MachineMemory {
  const held = process.constrainedMemory();
  return { bytes: held > 0 ? Math.min(held, totalmem()) : totalmem() };
}
