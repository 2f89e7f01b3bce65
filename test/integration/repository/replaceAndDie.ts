import { applyTemporaryName } from '../../../src/core/repository/applyTemporary.ts';
import { replaceFile } from '../../../src/node/changes/atomicFile.ts';

/** Runs as a process of its own, and is killed at the worst moment: when all is written and only the rename is left. */
const [root = '', path = '', key = ''] = process.argv.slice(2);
await replaceFile(root, path, Buffer.from('half an accept\n'), {
  temporaryName: applyTemporaryName(key),
  executable: false,
  stillAsPlanned: async () => process.kill(process.pid, 'SIGKILL'),
});
