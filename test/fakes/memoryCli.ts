import { fileURLToPath } from 'node:url';
import { runProcess } from '../../src/cli/processIo.ts';

/** The real CLI as a process, with a host that keeps its tasks in memory. */
void runProcess({
  hostEntry: { node: process.execPath, script: fileURLToPath(new URL('memoryHostEntry.ts', import.meta.url)) },
});
